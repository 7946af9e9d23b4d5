//! Scaling: how many tasks an environment runs, outside of its stack.

use crate::{Outside, audit, environment::record, error::OrFault, operation::asked};
use model::{
    EnvironmentId, Fault, FieldErrors, OperationId, Outcome, Principal, audit::Action, environment::EnvironmentStatus,
    operation::OperationKind, permission::Permission, scale::check_count,
};
use ports::store::NewOperation;

/// Starts to run as many tasks as were chosen.
pub(crate) async fn start(
    outside: &Outside,
    who: &Principal,
    environment: EnvironmentId,
    desired: &str,
) -> Outcome<OperationId> {
    let record = record(outside, who, environment, Permission::EnvironmentOperate).await?;
    let summary = record.summary;
    let count = check_count(desired, summary.spec.edition)
        .map_err(|problem| Fault::Invalid(FieldErrors::one("desired", problem).keep("desired", desired)))?;
    let states = (EnvironmentStatus::Updating, vec![EnvironmentStatus::Ready]);
    let operation = asked(outside, who, environment, OperationKind::Scale, states);
    let operation = NewOperation { desired: Some(count), ..operation };
    let entry = audit::by(who, operation.requested, Action::EnvironmentScaleRequested, &summary.name)
        .team(summary.team)
        .environment(environment)
        .operation(operation.id)
        .change("tasks", Some(summary.desired.to_string()), Some(count.to_string()))
        .done();
    outside.store.operation_start(&operation, &entry).await.or_fault()?;
    Ok(operation.id)
}
