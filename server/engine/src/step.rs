//! The steps of operations. Each may be begun again after a crash at any point and then finds out what took place already.

mod answer;
mod arn;
mod create;
mod delete;
mod reason;
mod scale;
mod stack;
mod sweep;
mod update;

use crate::{
    account::check_number,
    executor::{Run, StepResult, Stop},
};
use model::{cause::Cause, operation::StepKind};

/// Runs the step that the run is at.
pub(crate) async fn run(run: &mut Run) -> StepResult {
    match run.step {
        StepKind::CheckAccount => check_account(run).await,
        StepKind::PrepareStack => create::prepare_stack(run).await,
        StepKind::StartStack => create::start_stack(run).await,
        StepKind::FollowStack => create::follow_stack(run).await,
        StepKind::ProtectStack => create::protect_stack(run).await,
        StepKind::AwaitTargets => answer::await_targets(run).await,
        StepKind::Probe => answer::probe(run).await,
        StepKind::SetCount => scale::set_count(run).await,
        StepKind::AwaitCount => answer::await_count(run).await,
        StepKind::PrepareUpdate => update::prepare_update(run).await,
        StepKind::StartUpdate => update::start_update(run).await,
        StepKind::FollowUpdate => update::follow_update(run).await,
        StepKind::StopService => delete::stop_service(run).await,
        StepKind::DeleteStack => delete::delete_stack(run).await,
        StepKind::FollowDelete => delete::follow_delete(run).await,
        StepKind::RemoveData => delete::remove_data(run).await,
        StepKind::RemoveSecrets => delete::remove_secrets(run).await,
        StepKind::Sweep => sweep::sweep(run).await,
    }
}

async fn check_account(run: &Run) -> StepResult {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let identity = run.ask(|| cloud.identity(&place)).await?;
    check_number(&place.account, &identity).map_err(|problem| Stop::Failed(Cause::Cloud(problem)))
}
