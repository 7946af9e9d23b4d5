//! What CloudFormation finds different, and when it is asked again.

use crate::world::{World, at, audit, deletion};
use model::{
    EnvironmentId,
    audit::Action,
    cause::{CloudProblem, CloudProblemKind},
    drift::{Drift, DriftChange, DriftedResource, PropertyDifference, PropertyValue},
    fault::Conflict,
};
use ports::{Store, StoreError, store::DriftOutcome};
use sqlx::PgPool;
use uuid::Uuid;

fn bucket() -> DriftedResource {
    let difference = PropertyDifference {
        path: "/RetentionInDays".to_owned(),
        expected: Some(PropertyValue::Shown("30".to_owned())),
        actual: Some(PropertyValue::Hidden),
    };
    DriftedResource {
        logical_id: "LogGroup".to_owned(),
        resource_type: "AWS::Logs::LogGroup".to_owned(),
        physical_id: None,
        change: DriftChange::Modified { differences: vec![difference] },
    }
}

fn compared(resources: Vec<DriftedResource>) -> DriftOutcome {
    DriftOutcome::Compared { compared: 12, resources, incomplete: Some("one type".to_owned()) }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_comparison_is_kept_and_told_of_when_the_number_changes(pool: PgPool) {
    let world = World::new(pool).await;
    let (store, id) = (&world.store, world.ready("agents").await.id);
    assert_eq!(store.drift_get(id).await.expect("answers"), Drift::default());
    let put = async |seconds: i64, outcome: DriftOutcome| {
        store.drift_due(at(seconds - 1), at(seconds), 10).await.expect("answers");
        let entry = audit(Action::EnvironmentDriftChanged);
        store.drift_put(id, at(seconds + 5), &outcome, &entry).await.expect("kept");
        let drifted = store.environment_get(id).await.expect("answers").expect("there").summary.drifted;
        let drift = store.drift_get(id).await.expect("answers");
        (drift, drifted, world.audits(Action::EnvironmentDriftChanged).await)
    };
    let (drift, drifted, audits) = put(100, compared(Vec::new())).await;
    assert_eq!((drift.checked, drift.since, drift.compared, drifted, audits), (Some(at(105)), None, 12, 0, 0));
    let (drift, drifted, audits) = put(200, compared(vec![bucket()])).await;
    assert_eq!((drift.since, &drift.resources[..], drifted, audits), (Some(at(205)), &[bucket()][..], 1, 1));
    let (drift, _, audits) = put(300, compared(vec![bucket()])).await;
    assert_eq!((drift.checked, drift.since, audits), (Some(at(305)), Some(at(205)), 1), "since the first time");
    let problem = CloudProblem {
        kind: CloudProblemKind::Denied,
        service: "cloudformation".into(),
        operation: "DetectStackDrift".into(),
        code: None,
        message: "no".into(),
        action: None,
        resource: None,
        request_id: None,
    };
    let (drift, drifted, audits) = put(400, DriftOutcome::Failed(problem.clone())).await;
    assert_eq!((drift.checked, drift.problem, drifted, audits), (Some(at(305)), Some(problem), 1, 1));
    let (drift, drifted, audits) = put(500, compared(Vec::new())).await;
    assert_eq!((drift.since, drift.problem, drifted, audits), (None, None, 0, 2));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_compared_next(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let (old, new) = (world.ready("old").await.id, world.ready("new").await.id);
    let due = async |before: i64, now: i64, limit: u32| {
        let taken = store.drift_due(at(before), at(now), limit).await.expect("answers");
        let mut ids: Vec<EnvironmentId> = taken.into_iter().map(|record| record.summary.id).collect();
        ids.sort_unstable();
        ids
    };
    let end = async |id, now: i64| {
        let entry = audit(Action::EnvironmentDriftChanged);
        store.drift_put(id, at(now), &compared(Vec::new()), &entry).await.expect("kept");
    };
    let mut both = vec![old, new];
    both.sort_unstable();
    assert_eq!(due(0, 10_000, 10).await, both, "never compared");
    assert!(due(20_000, 10_001, 10).await.is_empty(), "both are being compared");
    end(old, 10_002).await;
    assert_eq!(due(10_001, 10_003, 10).await, [old], "it has become old");
    end(old, 10_004).await;
    assert_eq!(due(9_000, 10_601, 10).await, [new], "the process that compared it must have died");
    end(new, 10_602).await;
    assert!(due(9_000, 10_603, 10).await.is_empty());

    for _ in 0..2 {
        store.drift_request(new, at(10_700)).await.expect("noted");
    }
    assert!(store.drift_get(new).await.expect("answers").requested);
    assert_eq!(due(9_000, 10_701, 10).await, [new], "somebody asked");
    store.drift_request(new, at(10_702)).await.expect("noted");
    end(new, 10_703).await;
    assert!(store.drift_get(new).await.expect("answers").requested, "asked after the comparison had begun");
    assert_eq!(due(9_000, 10_704, 10).await, [new]);
    end(new, 10_705).await;
    assert!(!store.drift_get(new).await.expect("answers").requested);

    let deletion = deletion(&world, old);
    store.operation_start(&deletion, &audit(Action::EnvironmentDeleteRequested)).await.expect("starts");
    assert_eq!(due(20_000, 20_001, 10).await, [new], "the other is being deleted");
    let asked = store.drift_request(old, at(20_002)).await;
    assert!(matches!(asked, Err(StoreError::Conflict(Conflict::WrongState))), "{asked:?}");
    let nowhere = EnvironmentId(Uuid::now_v7());
    assert!(matches!(store.drift_request(nowhere, at(1)).await, Err(StoreError::NotFound)));
}
