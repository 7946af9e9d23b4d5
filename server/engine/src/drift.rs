//! Drift: what people are told of it, and asking for a comparison.

mod mask;

use crate::{Outside, environment, error::OrFault};
use model::{
    EnvironmentId, Outcome, Principal,
    drift::{Drift, DriftChange, DriftedResource, PropertyDifference},
    permission::Permission,
};
use ports::cloud::{PropertyDrift, ResourceDrift};
use serde_json::Value;

/// What is known.
pub(crate) async fn view(outside: &Outside, who: &Principal, environment: EnvironmentId) -> Outcome<Drift> {
    environment::record(outside, who, environment, Permission::TeamView).await?;
    outside.store.drift_get(environment).await.or_fault()
}

/// Asks for a comparison. There is no audit event of it: it changes nothing, neither in AWS nor of what Handrail knows, and is no more
/// than what the reconciler does by itself every half an hour. What it finds is in the history when it changes.
pub(crate) async fn request(outside: &Outside, who: &Principal, environment: EnvironmentId) -> Outcome<()> {
    environment::record(outside, who, environment, Permission::EnvironmentOperate).await?;
    outside.store.drift_request(environment, outside.clock.now()).await.or_fault()
}

/// What is kept of a resource that differs: no value that may be a secret.
pub(crate) fn resource(found: &ResourceDrift) -> DriftedResource {
    let change = if found.deleted {
        DriftChange::Deleted
    } else {
        let all = |properties: &str| serde_json::from_str::<Value>(properties).unwrap_or_default();
        let (expected, actual) = (all(&found.expected), all(&found.actual));
        let differences = found.differences.iter().map(|one| difference(one, &expected, &actual)).collect();
        DriftChange::Modified { differences }
    };
    DriftedResource {
        logical_id: found.logical_id.clone(),
        resource_type: found.resource_type.clone(),
        physical_id: found.physical_id.clone(),
        change,
    }
}

fn difference(one: &PropertyDrift, expected: &Value, actual: &Value) -> PropertyDifference {
    PropertyDifference {
        path: one.path.clone(),
        expected: (one.kind != "ADD").then(|| mask::value(&one.path, expected, &one.expected)),
        actual: (one.kind != "REMOVE").then(|| mask::value(&one.path, actual, &one.actual)),
    }
}
