//! What viewers get when AWS is slow, silent or refuses.

use super::stage::{services_of, stage};
use crate::fakes::{Gate, World};
use model::cause::CloudProblemKind;
use std::time::Duration;

#[tokio::test]
async fn a_page_does_not_wait_for_an_aws_that_does_not_answer() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let gate = Gate::open();
    let world = World { cloud: stage.world.cloud.behind(&gate), ..stage.world.clone() };
    let services = services_of(&world);
    let live = async |hurry| services.environments.live(&world.viewer, environment, hurry).await.expect("answers");

    gate.crash_now();
    let state = live(true).await;
    assert!(state.waiting && state.is_empty(), "nothing is known yet: {state:?}");

    gate.reset(None);
    let answered = live(true).await;
    assert!(!answered.waiting && answered.service.is_some() && answered.problem.is_none(), "{answered:?}");

    gate.crash_now();
    world.clock.advance(Duration::from_secs(20));
    let again = live(true).await;
    assert!(again.waiting, "{again:?}");
    assert_eq!((&again.service, again.as_of), (&answered.service, answered.as_of), "what it said last, as of then");
    assert_eq!((again.read - again.as_of).num_seconds(), 20, "and how old that is");
}

#[tokio::test]
async fn what_aws_said_last_stays_with_the_reason_why_it_is_not_newer() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let live =
        async || stage.services.environments.live(&stage.world.viewer, environment, false).await.expect("answers");
    let answered = live().await;
    stage.world.cloud.all_fail(Some(CloudProblemKind::Throttled));
    stage.world.clock.advance(Duration::from_secs(40));
    let throttled = live().await;
    assert_eq!(throttled.problem.as_ref().map(|problem| problem.kind), Some(CloudProblemKind::Throttled));
    assert_eq!((throttled.service, throttled.as_of), (answered.service, answered.as_of));
    assert_eq!((throttled.read - throttled.as_of).num_seconds(), 40);
    stage.world.cloud.all_fail(None);
    stage.world.clock.advance(Duration::from_secs(10));
    assert_eq!(live().await.problem, None);
}

#[tokio::test]
async fn ten_who_look_cost_as_much_as_one_until_something_happens() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let live =
        async || stage.services.environments.live(&stage.world.viewer, environment, false).await.expect("answers");
    let asked = || stage.world.cloud.calls_of("service");
    let before = asked();
    let mut ages = Vec::new();
    for _ in 0..20 {
        let state = live().await;
        ages.push((state.read - state.as_of).num_seconds());
        stage.world.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(asked() - before, 3, "in twenty seconds a page of one's own asks as often");
    assert_eq!(ages, [0, 1, 2, 3, 4, 5, 6, 7, 8].repeat(3)[..20], "and each is told how old it is");

    stage.scaled(environment, "0").await;
    let before = asked();
    assert_eq!(live().await.service.map(|service| service.desired), Some(0), "what is done is seen at once");
    live().await;
    assert_eq!(asked() - before, 1);
}
