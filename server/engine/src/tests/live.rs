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
    assert_eq!(live().await.problem, None);
}
