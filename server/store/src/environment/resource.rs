//! The stack of an environment, and every resource ever seen in it.

use crate::{error::Answer, notice, row::Read, sql::statements};
use model::EnvironmentId;
use ports::store::KnownResource;
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};
use std::collections::BTreeMap;

statements! {
    SET_STACK = "
        UPDATE environment SET stack_id = $2, outputs = $3
        WHERE id = $1 AND (stack_id, outputs) IS DISTINCT FROM ($2, $3::jsonb)";
    REMEMBER = "
        INSERT INTO environment_resource (environment, logical_id, physical_id, resource_type)
        SELECT $1, logical_id, physical_id, resource_type
        FROM unnest($2::text[], $3::text[], $4::text[]) AS seen (logical_id, physical_id, resource_type)
        ON CONFLICT DO NOTHING";
    LIST = "
        SELECT logical_id, physical_id, resource_type FROM environment_resource
        WHERE environment = $1 ORDER BY logical_id, physical_id";
}

fn resource(row: &PgRow) -> Read<KnownResource> {
    Ok(KnownResource {
        logical_id: row.try_get("logical_id")?,
        resource_type: row.try_get("resource_type")?,
        physical_id: row.try_get("physical_id")?,
    })
}

pub(crate) async fn set_stack(
    pool: &PgPool,
    environment: EnvironmentId,
    stack_id: &str,
    outputs: &BTreeMap<String, String>,
    resources: &[KnownResource],
) -> Answer<()> {
    let mut tx = pool.begin().await?;
    super::lock(&mut tx, environment).await?;
    let set = SET_STACK.query().bind(environment.0).bind(stack_id).bind(Json(outputs)).execute(&mut *tx).await?;
    let column = |of: fn(&KnownResource) -> &String| resources.iter().map(of).cloned().collect::<Vec<_>>();
    REMEMBER
        .query()
        .bind(environment.0)
        .bind(column(|resource| &resource.logical_id))
        .bind(column(|resource| &resource.physical_id))
        .bind(column(|resource| &resource.resource_type))
        .execute(&mut *tx)
        .await?;
    if set.rows_affected() > 0 {
        notice::environment(&mut tx, environment).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn list(pool: &PgPool, environment: EnvironmentId) -> Answer<Vec<KnownResource>> {
    Ok(LIST.query().bind(environment.0).try_map(|row| resource(&row)).fetch_all(pool).await?)
}
