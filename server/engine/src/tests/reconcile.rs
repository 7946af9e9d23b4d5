//! The status that pages show is the one that AWS has.

use super::stage::{Stage, form, key, stage, work};
use crate::{
    fakes::problem,
    reconcile::{self, Rounds},
};
use model::{
    EnvironmentId,
    audit::Action,
    cause::{CloudProblemKind, ProbeAnswer},
    draft::DraftForm,
    environment::{DegradedReason, Health},
};
use ports::Clock;
use std::time::Duration;

/// Lets some time pass and the reconciler look.
async fn look(stage: &Stage, environment: EnvironmentId) -> Health {
    stage.world.clock.advance(Duration::from_secs(30));
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(1));
    stage.detail(environment).await.summary.health
}

#[tokio::test]
async fn health_follows_what_aws_and_openhands_say() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(look(&stage, environment).await, Health::Healthy);

    stage.world.cloud.targets_unhealthy(true);
    let health = look(&stage, environment).await;
    assert!(matches!(health, Health::Degraded { reason: DegradedReason::TargetsUnhealthy { .. } }), "{health:?}");
    stage.world.cloud.targets_unhealthy(false);

    stage.world.cloud.database_status("storage-full");
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Degraded { reason: DegradedReason::Database { status: "storage-full".to_owned() } });
    stage.world.cloud.database_status("available");

    stage.world.probe.answers(vec![ProbeAnswer::Starting]);
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Degraded { reason: DegradedReason::NotReady { answer: ProbeAnswer::Starting } });
    stage.world.probe.answers(vec![ProbeAnswer::Ready { version: Some("1.26.0".to_owned()) }]);
    assert_eq!(look(&stage, environment).await, Health::Healthy);
    assert_eq!(stage.detail(environment).await.summary.reported_version.as_deref(), Some("1.26.0"));

    let changes = stage.world.store.audit().into_iter().filter(|one| one.action == Action::EnvironmentHealthChanged);
    assert_eq!(changes.count(), 2, "healthy to degraded and back; the same word twice is no change");
}

#[tokio::test]
async fn an_aws_that_cannot_be_asked_is_unknown_never_healthy() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(look(&stage, environment).await, Health::Healthy);
    let checked = stage.detail(environment).await.summary.checked;
    stage.world.cloud.all_fail(Some(CloudProblemKind::Unreachable));
    let health = look(&stage, environment).await;
    assert_eq!(health, Health::Unknown { problem: problem(CloudProblemKind::Unreachable, "stack") });
    let detail = stage.detail(environment).await;
    assert_eq!(detail.summary.checked, checked, "the last look that succeeded stays");
    assert_eq!(detail.summary.health_since, Some(stage.world.clock.now()));
}

#[tokio::test]
async fn a_stack_deleted_outside_is_gone() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    assert_eq!(look(&stage, environment).await, Health::Gone);
}

#[tokio::test]
async fn a_paused_environment_is_paused_until_tasks_run_that_nobody_asked_for() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    stage.scaled(environment, "0").await;
    let asks = stage.world.probe.asks();
    assert_eq!(look(&stage, environment).await, Health::Paused);
    assert_eq!(stage.world.probe.asks(), asks, "nobody is there to answer");

    stage.world.cloud.scale_outside(1);
    let health = look(&stage, environment).await;
    assert!(
        matches!(health, Health::Degraded { reason: DegradedReason::UnexpectedTasks { desired: 1, .. } }),
        "{health:?}"
    );
    stage.world.cloud.scale_outside(0);
    for _ in 0..2 {
        look(&stage, environment).await;
    }
    assert_eq!(look(&stage, environment).await, Health::Paused);

    let name = stage.detail(environment).await.stack_name;
    stage.world.cloud.delete_outside(&name);
    assert_eq!(look(&stage, environment).await, Health::Gone, "paused or not");
}

#[tokio::test]
async fn what_was_looked_at_a_moment_ago_is_left_alone() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    look(&stage, environment).await;
    let calls = stage.world.cloud.calls().len();
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(0));
    assert_eq!(stage.world.cloud.calls().len(), calls);
}

fn silence() -> ProbeAnswer {
    ProbeAnswer::Unreachable { error: "no answer in time".to_owned() }
}

#[tokio::test]
async fn one_lost_answer_changes_nothing_and_two_in_a_row_do() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    assert_eq!(look(&stage, environment).await, Health::Healthy);
    let checked = stage.detail(environment).await.summary.checked;
    let ready = ProbeAnswer::Ready { version: None };
    stage.world.probe.answers(vec![silence(), ready.clone(), silence(), silence(), ready]);
    assert_eq!(look(&stage, environment).await, Health::Healthy, "one lost packet");
    assert_eq!(stage.detail(environment).await.summary.checked, checked, "as of when it was last true");
    // It is looked at again at the next wake, not only when the look has grown old.
    stage.world.clock.advance(Duration::from_secs(5));
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(1));
    let summary = stage.detail(environment).await.summary;
    assert_eq!((summary.health, summary.checked), (Health::Healthy, Some(stage.world.clock.now())));

    assert_eq!(look(&stage, environment).await, Health::Healthy);
    assert_eq!(look(&stage, environment).await, Health::Unreachable { answer: silence() });
    assert_eq!(look(&stage, environment).await, Health::Healthy, "one true answer is enough");
    let changes = stage.world.store.audit().into_iter().filter(|one| one.action == Action::EnvironmentHealthChanged);
    assert_eq!(changes.count(), 2, "out of Healthy and back, once");
}

#[tokio::test]
async fn a_load_balancer_that_answers_in_its_place_is_not_openhands() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let wrong = |status| ProbeAnswer::Wrong { status, body: "<html>".to_owned() };
    for (answer, unreachable) in [(wrong(502), true), (wrong(503), true), (wrong(200), false), (wrong(500), false)] {
        stage.world.probe.answers(vec![answer.clone()]);
        look(&stage, environment).await;
        let health = look(&stage, environment).await;
        let expected = if unreachable {
            Health::Unreachable { answer }
        } else {
            Health::Degraded { reason: DegradedReason::NotReady { answer } }
        };
        assert_eq!(health, expected);
    }
}

#[tokio::test]
async fn a_database_that_is_gone_or_only_being_changed_is_told_apart() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    for word in ["resetting-master-credentials", "configuring-enhanced-monitoring", "backing-up"] {
        stage.world.cloud.database_status(word);
        assert_eq!(look(&stage, environment).await, Health::Healthy, "{word}: it answers queries");
    }
    let database = stage.world.cloud.everything().into_iter().find(|arn| arn.contains(":db:")).expect("a database");
    stage.world.cloud.delete_thing_outside(&database);
    let status = "deleted".to_owned();
    assert_eq!(look(&stage, environment).await, Health::Degraded { reason: DegradedReason::Database { status } });
}

#[tokio::test]
async fn a_round_over_many_environments_of_an_account_costs_three_calls_and_a_probe_each() {
    let stage = stage();
    let mut environments = Vec::new();
    for number in 0..12 {
        environments.push(stage.ready(&format!("env-{number}")).await);
    }
    let mut rounds = Rounds::default();
    let mut round = async |expected: usize| {
        stage.world.clock.advance(Duration::from_secs(30));
        let (calls, asks) = (stage.world.cloud.calls().len(), stage.world.probe.asks());
        assert_eq!(rounds.whole(&stage.world.outside()).await, Ok(12));
        let made = stage.world.cloud.calls().split_off(calls);
        assert_eq!(stage.world.probe.asks() - asks, expected);
        made
    };
    let first = round(12).await;
    assert_eq!(first.iter().filter(|call| *call == "targets").count(), 12, "the first look is a thorough one");
    let mut second = round(12).await;
    second.sort_unstable();
    assert_eq!(second, ["clusters", "databases", "stacks"]);
    for environment in environments {
        assert_eq!(stage.detail(environment).await.summary.health, Health::Healthy);
    }
    // One of them that is not well costs what explains it, and no more.
    stage.world.probe.answers(vec![silence(), ProbeAnswer::Ready { version: None }]);
    let mut third = round(12).await;
    third.sort_unstable();
    assert_eq!(third, ["clusters", "databases", "stacks", "targets"]);
}

#[tokio::test]
async fn a_stack_that_a_listing_leaves_out_is_asked_for_by_name_before_it_is_gone() {
    let stage = stage();
    let (alpha, beta) = (stage.ready("alpha").await, stage.ready("beta").await);
    stage.world.cloud.delete_outside(&stage.detail(alpha).await.stack_name);
    stage.world.clock.advance(Duration::from_secs(30));
    let asked = stage.world.cloud.calls_of("stack");
    assert_eq!(reconcile::health(&stage.world.outside()).await, Ok(2));
    assert_eq!(stage.world.cloud.calls_of("stack") - asked, 1);
    assert_eq!(stage.detail(alpha).await.summary.health, Health::Gone);
    assert_eq!(stage.detail(beta).await.summary.health, Health::Healthy);
}

#[tokio::test]
async fn an_account_that_throttles_rests_for_longer_and_longer_while_others_are_looked_at() {
    let stage = stage();
    let here = stage.ready("alpha").await;
    let there = DraftForm { region: "us-east-1".to_owned(), ..form(&stage.world, "beta") };
    let saved =
        stage.services.environments.save_draft(&stage.world.operator, None, there, key().into()).await.expect("saved");
    let plan = stage.services.environments.plan(&stage.world.operator, saved.id).await.expect("planned");
    stage.services.environments.create(&stage.world.operator, saved.id, &plan.hash).await.expect("requested");
    work(&stage.world, "worker one").await;
    let outside = stage.world.outside();
    let mut rounds = Rounds::default();
    let mut seen = Vec::new();
    // Every look at the first region is throttled, of the second none: they are told apart by their order.
    for _ in 0..16 {
        stage.world.clock.advance(Duration::from_secs(25));
        let visits = rounds.begin(&outside).await.expect("the store answers");
        let mut regions = Vec::new();
        for visit in visits {
            let region = visit.region().to_owned();
            if region == "eu-west-1" {
                stage.world.cloud.fail("stack", 1, problem(CloudProblemKind::Throttled, "stack"));
            }
            let visited = visit.make(outside.clone()).await;
            rounds.end(visited, stage.world.clock.now()).expect("the store answers");
            regions.push(region);
        }
        seen.push((regions.contains(&"eu-west-1".to_owned()), regions.contains(&"us-east-1".to_owned())));
    }
    assert!(seen.iter().all(|(_, other)| *other), "the other account is looked at every time: {seen:?}");
    let looks: Vec<usize> = (0..seen.len()).filter(|round| seen[*round].0).collect();
    assert_eq!(looks, [0, 2, 5, 10], "after 30, 60, 120 seconds");
    let health = stage.detail(here).await.summary.health;
    assert_eq!(health, Health::Unknown { problem: problem(CloudProblemKind::Throttled, "stack") });
}

#[tokio::test]
async fn an_account_that_does_not_answer_keeps_nobody_waiting_and_replicas_share_the_work() {
    let stage = stage();
    stage.ready("alpha").await;
    let outside = stage.world.outside();
    stage.world.clock.advance(Duration::from_secs(30));
    let (mut one, mut other) = (Rounds::default(), Rounds::default());
    assert_eq!(one.begin(&outside).await.expect("the store answers").len(), 1);
    assert!(other.begin(&outside).await.expect("the store answers").is_empty(), "the first replica has it");
    stage.world.clock.advance(Duration::from_secs(30));
    assert!(one.begin(&outside).await.expect("the store answers").is_empty(), "still waiting for its answer");
    assert_eq!(other.begin(&outside).await.expect("the store answers").len(), 1, "a replica may have died");
}

#[tokio::test]
async fn the_time_of_the_last_look_never_goes_back() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    look(&stage, environment).await;
    let summary = stage.detail(environment).await.summary;
    let at = summary.checked.expect("looked at") - chrono::TimeDelta::seconds(90);
    // A replica whose clock runs behind.
    let observation = ports::store::Observation {
        environment,
        health: Health::Healthy,
        reported_version: None,
        checked: Some(at),
        at,
        doubts: 0,
    };
    let entry = crate::audit::by_handrail(at, Action::EnvironmentHealthChanged, "alpha").done();
    stage.world.outside().store.environment_observe(&observation, &entry).await.expect("kept");
    assert_eq!(stage.detail(environment).await.summary.checked, summary.checked);
}
