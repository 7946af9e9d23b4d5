//! Where the secrets of an environment were stored.

use super::lock;
use crate::{
    audit,
    error::{Answer, found},
    notice,
    sql::statements,
};
use model::EnvironmentId;
use ports::store::{NamedSecret, NewAudit};
use sqlx::{PgPool, types::Json};

statements! {
    KEEP = "
        UPDATE environment SET secrets = $3::jsonb || (
            SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(secrets) AS one WHERE one ->> 'name' <> $2)
        WHERE id = $1";
    DROP = "
        UPDATE environment SET secrets = (
            SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(secrets) AS one WHERE one ->> 'name' <> $2)
        WHERE id = $1 AND secrets @> jsonb_build_array(jsonb_build_object('name', $2::text))";
    FORGET = "
        UPDATE environment SET llm_key = NULL, sign_in_secret = NULL, secrets = '[]'
        WHERE id = $1 AND (llm_key IS NOT NULL OR sign_in_secret IS NOT NULL OR secrets <> '[]')";
}

pub(crate) async fn keep(pool: &PgPool, id: EnvironmentId, secret: &NamedSecret, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lock(&mut tx, id).await?;
    KEEP.query().bind(id.0).bind(&secret.name).bind(Json([secret])).execute(&mut *tx).await?;
    audit::write(&mut tx, audit).await?;
    notice::environment(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn drop(pool: &PgPool, id: EnvironmentId, name: &str, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lock(&mut tx, id).await?;
    found(&DROP.query().bind(id.0).bind(name).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    notice::environment(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn forget(pool: &PgPool, id: EnvironmentId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    lock(&mut tx, id).await?;
    let forgotten = FORGET.query().bind(id.0).execute(&mut *tx).await?;
    // A step that is run again after a crash finds it forgotten already: there is nothing to tell of then.
    if found(&forgotten).is_ok() {
        audit::write(&mut tx, audit).await?;
        tx.commit().await?;
    }
    Ok(())
}
