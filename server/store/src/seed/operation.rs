//! The operations behind the sample environments, all of them over, with steps and events.

use super::{Planted, Sample, pick, sample_accounts};
use crate::{error::Answer, sql::statements};
use model::{
    cause::{Cause, StackHint},
    environment::DeleteOptions,
    operation::{EventKind, OperationKind, StepKind},
};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

statements! {
    // Creating each, and deleting those that are deleted or half gone.
    OPERATIONS = "
        INSERT INTO operation
            (id, environment, kind, status, requested_by, requested, started, finished, cause, delete_options)
        SELECT md5('sample ' || kind || environment)::uuid, environment, kind, status, created_by, requested,
               requested + interval '2 seconds', requested + interval '2 seconds' + took,
               CASE WHEN status = 'failed' THEN $2::jsonb END, CASE WHEN kind = $4 THEN $5::jsonb END
        FROM (
            SELECT e.id AS environment, $3::text AS kind,
                   CASE WHEN e.status = 'failed' THEN 'failed' ELSE 'succeeded' END AS status, e.created_by,
                   e.created AS requested,
                   interval '9 minutes' + interval '1 second' * ", pick!("hashtext(e.id::text)", 41, "700"), " AS took
            FROM environment e WHERE e.account IN ", sample_accounts!(), "
            UNION ALL
            SELECT e.id, $4::text, CASE WHEN e.status = 'deleted' THEN 'succeeded' ELSE 'failed' END, e.created_by,
                   e.created + interval '1 hour', interval '6 minutes' + interval '1 second' * ", pick!("hashtext(e.id::text)", 42, "500"), "
            FROM environment e WHERE e.status IN ('deleted', 'delete_failed') AND e.account IN ", sample_accounts!(), "
        ) AS asked";
    // Of one that failed, the fourth step did.
    STEPS = "
        INSERT INTO operation_step (operation, kind, position, status, started, finished, attempts)
        SELECT operation, kind, position,
               CASE WHEN succeeded OR position < 4 THEN 'succeeded' WHEN position = 4 THEN 'failed' ELSE 'skipped' END,
               CASE WHEN ran THEN started + took * (position - 1) END, CASE WHEN ran THEN started + took * position END,
               CASE WHEN ran THEN 1 ELSE 0 END
        FROM (
            SELECT o.id AS operation, step.kind, step.position, o.status = 'succeeded' AS succeeded,
                   o.status = 'succeeded' OR step.position <= 4 AS ran, o.started,
                   (o.finished - o.started) / CASE WHEN o.status = 'succeeded' THEN cardinality(steps) ELSE 4 END AS took
            FROM operation o
            JOIN environment e ON e.id = o.environment AND e.account IN ", sample_accounts!(), "
            CROSS JOIN LATERAL (SELECT CASE WHEN o.kind = $1 THEN $2::text[] ELSE $3::text[] END AS steps) AS those
            CROSS JOIN LATERAL unnest(steps) WITH ORDINALITY AS step (kind, position)
        ) AS taken";
    // The steps as they began and ended, and each resource of the stack as it was begun and complete.
    EVENTS = "
        INSERT INTO operation_event (operation, sequence, at, what, stack_event_id)
        SELECT operation, row_number() OVER (PARTITION BY operation ORDER BY at, what::text), at, what, stack_event_id
        FROM (
            SELECT s.operation, s.started AS at, jsonb_set($1::jsonb, '{detail,step}', to_jsonb(s.kind)) AS what,
                   NULL AS stack_event_id
            FROM operation_step s WHERE s.started IS NOT NULL
            UNION ALL
            SELECT s.operation, s.finished, jsonb_set($2::jsonb, '{detail,step}', to_jsonb(s.kind)), NULL
            FROM operation_step s WHERE s.status = 'succeeded'
            UNION ALL
            SELECT id, at, jsonb_set(jsonb_set(jsonb_set(jsonb_set($3::jsonb, '{detail,event_id}', to_jsonb(event)),
                       '{detail,logical_id}', to_jsonb(logical_id)), '{detail,resource_type}', to_jsonb(resource_type)),
                       '{detail,status}', to_jsonb(state)), event
            FROM (
                SELECT o.id, r.logical_id, r.resource_type, verb || '_' || state AS state,
                       o.started + (o.finished - o.started) * ((r.n + after) / (cardinality($4::text[]) + 3.0)) AS at,
                       md5(o.id::text || r.n || state)::uuid::text AS event
                FROM operation o
                CROSS JOIN LATERAL unnest($4::text[], $5::text[]) WITH ORDINALITY AS r (logical_id, resource_type, n)
                CROSS JOIN (VALUES ('IN_PROGRESS', 0), ('COMPLETE', 2)) AS of (state, after)
                CROSS JOIN LATERAL (SELECT upper(o.kind) AS verb) AS in_words
            ) AS reported
        ) AS happened
        WHERE operation IN (
            SELECT o.id FROM operation o JOIN environment e ON e.id = o.environment
            WHERE e.account IN ", sample_accounts!(), ")";
    COUNT_EVENTS = "
        UPDATE operation o SET last_event = (SELECT count(*) FROM operation_event v WHERE v.operation = o.id)
        FROM environment e WHERE e.id = o.environment AND e.account IN ", sample_accounts!();
}

/// The stack's resources, by name and type, as the template lists them.
fn resources(template: &str) -> (Vec<String>, Vec<String>) {
    let template: Value = serde_json::from_str(template).unwrap_or_default();
    let resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
    let of_type = |resource: &Value| resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    resources.map(|(name, resource)| (name.clone(), of_type(resource))).unzip()
}

fn steps(kind: OperationKind) -> Vec<&'static str> {
    StepKind::of(kind).iter().map(|step| step.code()).collect()
}

pub(super) async fn plant(tx: &mut PgConnection, sample: &Sample, planted: &mut Planted) -> Answer<()> {
    let (create, delete) = (OperationKind::Create, OperationKind::Delete);
    let cause = Cause::StackFailed {
        status: "ROLLBACK_COMPLETE".into(),
        logical_id: Some("NatAddressA".into()),
        resource_type: Some("AWS::EC2::EIP".into()),
        reason: Some("The maximum number of addresses has been reached.".into()),
        hint: StackHint::Quota,
    };
    let operations = OPERATIONS
        .query()
        .bind(sample.seed)
        .bind(Json(cause))
        .bind(create.code())
        .bind(delete.code())
        .bind(Json(DeleteOptions::default()));
    planted.push(("operation", operations.execute(&mut *tx).await?.rows_affected()));
    let taken = STEPS.query().bind(create.code()).bind(steps(create)).bind(steps(delete));
    planted.push(("operation_step", taken.execute(&mut *tx).await?.rows_affected()));
    let step = StepKind::CheckAccount;
    let stack = EventKind::Stack {
        event_id: String::new(),
        logical_id: String::new(),
        resource_type: String::new(),
        physical_id: None,
        status: String::new(),
        reason: None,
    };
    let (names, types) = resources(&sample.template);
    let events = EVENTS
        .query()
        .bind(Json(EventKind::StepStarted { step, attempt: 1 }))
        .bind(Json(EventKind::StepFinished { step }))
        .bind(Json(stack))
        .bind(names)
        .bind(types);
    planted.push(("operation_event", events.execute(&mut *tx).await?.rows_affected()));
    COUNT_EVENTS.query().execute(tx).await?;
    Ok(())
}
