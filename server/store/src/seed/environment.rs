//! Sample environments with their revisions.

use super::{Planted, Sample, element, id, pick, sample_accounts};
use crate::{PgStore, error::Answer, notice, sql::statements};
use model::{
    EnvironmentId,
    cause::{CloudProblem, CloudProblemKind, ProbeAnswer},
    draft::DraftForm,
    environment::{DegradedReason, Health},
    spec::{DatabaseClass, Edition, REGIONS, Size, Spec},
};
use ports::StoreResult;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

const WORDS: [&str; 24] = [
    "agents", "assist", "bugs", "chores", "ci", "demo", "docs", "evals", "fixes", "flaky", "legacy", "lint", "migrate",
    "nightly", "oncall", "refactor", "release", "review", "sandbox", "spike", "triage", "tuning", "upgrade", "weekly",
];

statements! {
    // Most teams have a few, some have many. Not due to be looked at before the year 9999.
    ENVIRONMENTS = "
        INSERT INTO environment
            (id, name, team, account, region, status, health, health_since, checked, looked, revision, stack_name, stack_id,
             outputs, reported_version, created, created_by)
        SELECT id, name, team, account, region, status,
               CASE WHEN status <> 'ready' THEN $9::jsonb ELSE ", element!("$8::jsonb[]", "greatest(0, luck - 91)"), " END,
               $4::timestamptz - age / 5, CASE WHEN status = 'ready' THEN $4::timestamptz - interval '9 seconds' END,
               '9999-01-01'::timestamptz, 1 + ", pick!("n", 27, "4"), ", 'handrail-' || name || '-' || left(id::text, 6),
               'arn:aws:cloudformation:' || region || ':000000000101:stack/handrail-' || name || '/' || id,
               CASE WHEN status = 'ready' THEN jsonb_build_object(
                   'Address', 'http://internal-' || name || '-' || left(id::text, 8) || '.' || region || '.elb.amazonaws.com')
               ELSE '{}' END,
               CASE WHEN status = 'ready' THEN ", element!("$10::text[]", "n"), " END, $4::timestamptz - age, created_by
        FROM (
            SELECT n, ", id!("environment", "n"), " AS id, ", element!("$6::text[]", "n"), " || '-' || n AS name,
                   ", id!("team", concat!("floor($3::bigint * power(", pick!("n", 21, "10000"), " / 10000.0, 2))")), " AS team,
                   ", id!("account", pick!("n", 22, "4")), " AS account,
                   ", element!("$7::text[]", pick!("n", 23, "6")), " AS region,
                   CASE WHEN luck < 90 THEN 'ready' WHEN luck < 94 THEN 'failed' WHEN luck < 96 THEN 'delete_failed'
                        ELSE 'deleted' END AS status,
                   ", pick!("n", 26, "97"), " AS luck,
                   interval '364 days' * (", pick!("n", 25, "10000"), " / 10000.0) + interval '2 hours' AS age,
                   ", id!("person", pick!("n", 28, "$5")), " AS created_by
            FROM (SELECT n, ", pick!("n", 24, "100"), " AS luck FROM generate_series(0, $2::bigint - 1) AS n) AS drawn
        ) AS made";
    // The template of each is as large as a real one, since what is read with it must be paid for.
    REVISIONS = "
        INSERT INTO revision (environment, number, spec, template_body, template_hash, created, created_by)
        SELECT id, number, jsonb_set(spec, '{network,cidr}', to_jsonb(cidr)), body,
               encode(sha256(convert_to(body, 'UTF8')), 'hex'), created + ($4::timestamptz - created) * ((number - 1) / 5.0),
               created_by
        FROM (
            SELECT e.id, number, e.created, e.created_by, replace($3::text, 'research', e.name) AS body,
                   ", element!("$2::jsonb[]", pick!("hashtext(e.id::text)::bigint + number", 31, "1000")), " AS spec,
                   '10.' || ", pick!("hashtext(e.id::text)", 32, "200"), " || '.' || 16 * ", pick!("hashtext(e.id::text)", 33, "16"), " || '.0/20' AS cidr
            FROM environment e, generate_series(1, e.revision) AS number
            WHERE e.account IN ", sample_accounts!(), "
        ) AS written";
    // The first one by name: healthy and degraded in turns.
    CHANGE_HEALTH = "
        UPDATE environment SET
            health = CASE WHEN health = $1::jsonb THEN $2::jsonb ELSE $1::jsonb END, health_since = now(), checked = now()
        WHERE id = (SELECT id FROM environment WHERE status = 'ready' AND account IN ", sample_accounts!(), "
                    ORDER BY name, id LIMIT 1)
        RETURNING id";
}

/// What environments that should be up are like: the first for most, then one of each.
fn healths() -> Vec<Json<Health>> {
    let degraded = |reason| Health::Degraded { reason };
    let problem = CloudProblem {
        kind: CloudProblemKind::Denied,
        service: "ecs".into(),
        operation: "DescribeServices".into(),
        code: Some("AccessDeniedException".into()),
        message: "User: arn:aws:sts::000000000101:assumed-role/handrail/handrail is not authorized to perform: \
                  ecs:DescribeServices"
            .into(),
        action: Some("ecs:DescribeServices".into()),
        resource: None,
        request_id: Some("4f0c1a1e-5a43-4d6e-9a55-1d2f6b1c7d10".into()),
    };
    [
        Health::Healthy,
        degraded(DegradedReason::TasksMissing { running: 0, desired: 1 }),
        degraded(DegradedReason::TargetsUnhealthy {
            state: "unhealthy".into(),
            reason: Some("Health checks failed with these codes: [502]".into()),
        }),
        degraded(DegradedReason::Database { status: "storage-full".into() }),
        degraded(DegradedReason::NotReady { answer: ProbeAnswer::Starting }),
        Health::Unknown { problem },
    ]
    .map(Json)
    .into()
}

/// Specs as the create form makes them: every size, version and database on offer.
fn specs() -> Vec<Json<Spec>> {
    let mut specs = Vec::new();
    for tag in Edition::Canvas.tags() {
        for (size, class) in Size::ALL.iter().zip(DatabaseClass::ALL) {
            let form = DraftForm {
                name: "sample".into(),
                team: Uuid::nil().to_string(),
                account: Uuid::nil().to_string(),
                region: REGIONS[0].0.into(),
                size: size.code().into(),
                version: (*tag).into(),
                database_class: class.code().into(),
                ..DraftForm::default()
            };
            let key = "arn:aws:secretsmanager:us-east-1:000000000101:secret:handrail/sample-AbCdEf";
            specs.extend(form.parse(Some(key.into())).map(|parsed| Json(parsed.spec)));
        }
    }
    specs
}

pub(super) async fn plant(tx: &mut PgConnection, sample: &Sample, planted: &mut Planted) -> Answer<()> {
    let regions: Vec<&str> = REGIONS.iter().map(|(code, _)| *code).collect();
    let environments = ENVIRONMENTS
        .query()
        .bind(sample.seed)
        .bind(sample.environments)
        .bind(sample.teams)
        .bind(sample.at)
        .bind(sample.people)
        .bind(&WORDS[..])
        .bind(regions)
        .bind(healths())
        .bind(Json(Health::NotChecked))
        .bind(Edition::Canvas.tags())
        .execute(&mut *tx)
        .await?;
    planted.push(("environment", environments.rows_affected()));
    let revisions = REVISIONS.query().bind(sample.seed).bind(specs()).bind(&sample.template).bind(sample.at);
    planted.push(("revision", revisions.execute(tx).await?.rows_affected()));
    Ok(())
}

/// Changes the health of one sample environment and announces it, as a reconciler would. Whether there was one.
///
/// # Errors
/// [`ports::StoreError`] as any other method of the store.
pub async fn change_health(store: &PgStore) -> StoreResult<bool> {
    Ok(change_first(store).await?)
}

async fn change_first(store: &PgStore) -> Answer<bool> {
    let mut tx = store.pool.begin().await?;
    let degraded = Health::Degraded { reason: DegradedReason::TasksMissing { running: 0, desired: 1 } };
    let change = CHANGE_HEALTH.scalar::<Uuid>().bind(Json(Health::Healthy)).bind(Json(degraded));
    let Some(id) = change.fetch_optional(&mut *tx).await? else { return Ok(false) };
    notice::environment(&mut tx, EnvironmentId(id)).await?;
    tx.commit().await?;
    Ok(true)
}
