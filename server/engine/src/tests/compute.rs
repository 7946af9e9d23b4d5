//! Every edition on every compute that is offered, from the form to an empty account.

use super::stage::{form, stage, work};
use model::{
    environment::{DeleteOptions, EnvironmentStatus, Health},
    matrix::{self, Verdict},
    operation::OperationStatus,
    spec::{ComputeKind, Edition},
    update::UpdateForm,
};

const NOTHING: DeleteOptions = DeleteOptions { keep_database_snapshot: false, keep_files: false, keep_bucket: false };

fn offered() -> impl Iterator<Item = (Edition, ComputeKind)> {
    let pairs = Edition::ALL.iter().flat_map(|edition| ComputeKind::ALL.iter().map(|kind| (*edition, *kind)));
    pairs.filter(|(edition, kind)| matrix::compute(*edition, *kind) == Verdict::Offered)
}

#[tokio::test]
async fn every_offered_pair_comes_up_changes_pauses_and_goes() {
    for (edition, kind) in offered() {
        let stage = stage();
        let mut form = form(&stage.world, "alpha");
        form.choose(edition, kind).expect("offered");
        let environment = stage.ready_as(form).await;
        let detail = stage.detail(environment).await;
        assert_eq!(detail.summary.health, Health::Healthy, "{edition:?} on {kind:?}");
        assert_eq!((detail.summary.spec.edition, detail.summary.spec.compute.kind), (edition, kind));

        let who = &stage.world.operator;
        let services = &stage.services.environments;
        let longer = UpdateForm { log_retention_days: "90".to_owned(), ..UpdateForm::of(&detail.summary.spec) };
        let plan = services.update_plan(who, environment, &longer).await.expect("planned");
        assert!(!plan.is_blocked() && plan.interruptions.is_empty(), "{edition:?} on {kind:?}: {:?}", plan.findings);
        let operation = services.update(who, environment, &longer, &plan.hash).await.expect("started");
        work(&stage.world, "worker one").await;
        let view = stage.operation(operation).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);

        let operation = services.scale(who, environment, "0").await.expect("started");
        work(&stage.world, "worker one").await;
        assert_eq!(stage.operation(operation).await.summary.status, OperationStatus::Succeeded);
        assert_eq!(stage.detail(environment).await.summary.health, Health::Paused);

        let operation = stage.delete(environment, NOTHING).await;
        work(&stage.world, "worker one").await;
        let view = stage.operation(operation).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
        assert_eq!(stage.world.cloud.everything(), Vec::<String>::new(), "{edition:?} on {kind:?}");
        assert_eq!(stage.detail(environment).await.summary.status, EnvironmentStatus::Deleted);
    }
}
