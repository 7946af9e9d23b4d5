//! Sample history: a year of who did what, more of it the nearer to now.

use super::{Planted, Sample, element, id, pick};
use crate::{error::Answer, sql::statements};
use model::audit::{Action, FieldChange};
use sqlx::{PgConnection, types::Json};

/// Events written by one statement: bounds what Postgres keeps in memory for one.
const AT_ONCE: i64 = 250_000;

/// How often each action comes, of a hundred.
const FREQUENCIES: [(Action, usize); 14] = [
    (Action::SignedIn, 27),
    (Action::SignedOut, 12),
    (Action::SignInRefused, 4),
    (Action::EnvironmentHealthChanged, 22),
    (Action::EnvironmentCreateRequested, 7),
    (Action::OperationSucceeded, 10),
    (Action::OperationFailed, 2),
    (Action::EnvironmentDeleteRequested, 2),
    (Action::OperationRetryRequested, 1),
    (Action::SecretStored, 4),
    (Action::MemberInvited, 3),
    (Action::InvitationAccepted, 3),
    (Action::MemberRoleChanged, 2),
    (Action::PasswordChanged, 1),
];

statements! {
    EVENTS = "
        INSERT INTO audit_event
            (id, at, actor, actor_person, actor_name, action, team, environment, operation, subject, changes, ip, request_id)
        SELECT ", id!("event", "n"), ", happened, actor, CASE WHEN actor = 'person' THEN p.id END,
               CASE WHEN actor = 'person' THEN p.name END, action, CASE WHEN about_environment THEN e.team END,
               CASE WHEN about_environment THEN e.id END,
               CASE WHEN about_operation THEN md5('sample create' || e.id)::uuid END,
               CASE WHEN about_environment THEN e.name ELSE p.name END,
               CASE action WHEN 'environment_health_changed' THEN ", element!("$9::jsonb[]", "n"), "
                           WHEN 'environment_create_requested' THEN $10::jsonb ELSE '[]' END,
               CASE WHEN actor <> 'handrail' THEN '10.' || n % 200 || '.' || n % 251 || '.' || n % 253 END,
               CASE WHEN actor <> 'handrail' THEN left(md5(n::text), 16) END
        FROM (
            SELECT n, action,
                   $2::timestamptz - interval '364 days' * power(1 - n::float8 / $8::bigint, 1.3) AS happened,
                   action LIKE 'environment_%' OR action LIKE 'operation_%' OR action LIKE 'secret_%' AS about_environment,
                   action LIKE 'operation_%' AS about_operation,
                   CASE WHEN action IN ('environment_health_changed', 'operation_succeeded', 'operation_failed') THEN 'handrail'
                        WHEN action = 'sign_in_refused' THEN 'anonymous' ELSE 'person' END AS actor,
                   ", id!("person", pick!("n", 51, "$3")), " AS person,
                   ", id!("environment", pick!("n", 52, "$4")), " AS environment
            FROM (
                SELECT n, ", element!("$5::text[]", pick!("n", 53, "1000000")), " AS action
                FROM generate_series($6::bigint, $7::bigint - 1) AS n
            ) AS drawn
        ) AS event
        JOIN person p ON p.id = event.person
        JOIN environment e ON e.id = event.environment";
}

fn change(field: &str, before: Option<&str>, after: &str) -> FieldChange {
    FieldChange { field: field.into(), before: before.map(str::to_owned), after: Some(after.into()) }
}

pub(super) async fn plant(tx: &mut PgConnection, sample: &Sample, planted: &mut Planted) -> Answer<()> {
    let actions: Vec<&str> =
        FREQUENCIES.iter().flat_map(|(action, share)| std::iter::repeat_n(action.code(), *share)).collect();
    let healths = [("healthy", "degraded"), ("degraded", "healthy"), ("healthy", "unknown"), ("unknown", "healthy")];
    let healths = healths.map(|(before, after)| Json(vec![change("health", Some(before), after)]));
    let created = vec![
        change("size", None, "medium"),
        change("region", None, "eu-central-1"),
        change("version", None, model::spec::Edition::Canvas.tags()[0]),
    ];
    let mut written = 0;
    let mut first = 0;
    while first < sample.audit {
        let end = sample.audit.min(first + AT_ONCE);
        let events = EVENTS
            .query()
            .bind(sample.seed)
            .bind(sample.at)
            .bind(sample.people)
            .bind(sample.environments)
            .bind(&actions)
            .bind(first)
            .bind(end)
            .bind(sample.audit)
            .bind(&healths[..])
            .bind(Json(&created));
        written += events.execute(&mut *tx).await?.rows_affected();
        first = end;
    }
    planted.push(("audit_event", written));
    Ok(())
}
