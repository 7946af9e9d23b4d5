//! What most tests begin with: a world, the services over it, and a worker that can be let loose.

use crate::{
    Settings,
    executor::{self, Pace},
    fakes::{World, world},
    services,
};
use chrono::TimeDelta;
use model::{
    DraftId, EnvironmentId, OperationId, Principal, Secret,
    draft::DraftForm,
    environment::{DeleteOptions, EnvironmentDetail},
    operation::OperationView,
    services::Services,
};
use ports::Clock;

/// A world with the services over it.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) services: Services,
}

pub(super) fn stage() -> Stage {
    let world = world();
    world.cloud.polls_per_stack(4);
    let services = services_of(&world);
    Stage { world, services }
}

pub(super) fn services_of(world: &World) -> Services {
    let settings = Settings {
        version: "0.0.0".to_owned(),
        endpoint_override: None,
        session_days: 14,
        invitation_days: 7,
        configuration: Vec::new(),
    };
    services(world.outside(), settings)
}

/// A form that is valid in the world, for an environment of this name.
pub(super) fn form(world: &World, name: &str) -> DraftForm {
    DraftForm {
        name: name.to_owned(),
        team: world.team.id.to_string(),
        account: world.account.id.to_string(),
        region: "eu-west-1".to_owned(),
        ..DraftForm::default()
    }
}

pub(super) fn key() -> Option<Secret> {
    Some(Secret::new("sk-ant-very-private"))
}

/// Claims and carries out operations until there is none to claim, as one worker of this name.
pub(super) async fn work(world: &World, worker: &str) {
    let outside = world.outside();
    loop {
        let now = world.clock.now();
        let claimed = outside.store.operation_claim(worker, now, now + TimeDelta::seconds(30)).await;
        let Some(operation) = claimed.expect("the store answers") else { return };
        executor::execute(&outside, worker, operation, Pace::default()).await;
    }
}

impl Stage {
    /// Saves a valid draft, accepts its plan and requests the environment.
    pub(super) async fn request(&self, who: &Principal, name: &str) -> OperationId {
        self.request_as(who, form(&self.world, name)).await
    }

    async fn request_as(&self, who: &Principal, form: DraftForm) -> OperationId {
        let (draft, hash) = self.plan_as(who, form).await;
        self.services.environments.create(who, draft, &hash).await.expect("created")
    }

    /// Saves a valid draft and draws its plan: the draft's id and the plan's hash.
    pub(super) async fn plan(&self, who: &Principal, name: &str) -> (DraftId, String) {
        self.plan_as(who, form(&self.world, name)).await
    }

    async fn plan_as(&self, who: &Principal, mut form: DraftForm) -> (DraftId, String) {
        form.cidr = self.services.environments.create_options(who).await.expect("options").form.cidr;
        let saved = self.services.environments.save_draft(who, None, form, key().into()).await.expect("saved");
        assert!(saved.errors.is_empty(), "{:?}", saved.errors);
        let plan = self.services.environments.plan(who, saved.id).await.expect("planned");
        (saved.id, plan.hash)
    }

    /// An environment that is up.
    pub(super) async fn ready(&self, name: &str) -> EnvironmentId {
        self.ready_as(form(&self.world, name)).await
    }

    /// An environment of this form that is up.
    pub(super) async fn ready_as(&self, form: DraftForm) -> EnvironmentId {
        let operation = self.request_as(&self.world.operator, form).await;
        work(&self.world, "worker one").await;
        let view = self.operation(operation).await;
        assert_eq!(view.summary.status, model::operation::OperationStatus::Succeeded, "{:?}", view.summary.cause);
        view.summary.environment
    }

    pub(super) async fn delete(&self, environment: EnvironmentId, options: DeleteOptions) -> OperationId {
        let name = self.detail(environment).await.summary.name;
        let deleted = self.services.environments.delete(&self.world.operator, environment, &name, options).await;
        deleted.expect("deletion starts")
    }

    pub(super) async fn operation(&self, operation: OperationId) -> OperationView {
        self.services.operations.get(&self.world.operator, operation).await.expect("readable")
    }

    pub(super) async fn detail(&self, environment: EnvironmentId) -> EnvironmentDetail {
        self.services.environments.get(&self.world.operator, environment).await.expect("readable")
    }
}
