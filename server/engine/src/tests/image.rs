//! The catalogue: what registries say of it, what the forms take from it, and copies into ECR whatever happens on the way.

use super::stage::{Stage, stage};
use crate::{
    executor::Pace,
    fakes::{Gate, World},
    mirror,
};
use chrono::TimeDelta;
use model::{
    Fault, FieldProblem, MirrorId, VersionId,
    audit::Action,
    cause::CloudProblemKind,
    fault::Conflict,
    image::{Catalogue, ImageForm, RegistryProblemKind, ScanCounts, ScanOutcome, Support},
    mirror::{Mirror, MirrorCause, MirrorForm},
    operation::OperationStatus,
};
use ports::Clock;
use std::time::Duration;

const SOURCE: &str = "ghcr.io/openhands/agent-canvas";
const TARGET: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/handrail/canvas";
/// Sizes of an image's own layers: several parts, one part, less than one.
const LAYERS: [usize; 3] = [330, 100, 25];
/// Longer than a lease.
const AFTER_THE_LEASE: Duration = Duration::from_secs(31);

fn pace() -> Pace {
    Pace { part: 100, ..Pace::default() }
}

/// Claims and carries out copies until there is none to claim.
async fn copy(world: &World, worker: &str) {
    let outside = world.outside();
    loop {
        let now = world.clock.now();
        let claimed = outside.store.mirror_claim(worker, now, now + TimeDelta::seconds(30)).await;
        let Some(record) = claimed.expect("the store answers") else { return };
        mirror::execute(&outside, worker, record, pace()).await;
    }
}

impl Stage {
    async fn catalogue(&self) -> Catalogue {
        self.services.images.catalogue(&self.world.admin).await.expect("readable")
    }

    async fn version(&self, tag: &str) -> VersionId {
        let found = self.catalogue().await.versions.into_iter().find(|row| row.version.tag == tag);
        found.expect("in the catalogue").version.id
    }

    fn place(&self) -> String {
        format!("{} eu-west-1", self.world.account.id)
    }

    async fn ask_for_copy(&self, tag: &str) -> MirrorId {
        let form =
            MirrorForm { version: self.version(tag).await.to_string(), place: self.place(), ..Default::default() };
        self.services.images.mirror(&self.world.admin, form).await.expect("begins")
    }

    /// A copy that waits for a worker.
    pub(super) async fn mirroring(&self) -> MirrorId {
        self.ask_for_copy("1.25.0").await
    }

    async fn mirror(&self, id: MirrorId) -> Mirror {
        self.services.images.mirror_view(&self.world.admin, id).await.expect("readable").mirror
    }

    fn audits(&self, action: Action) -> usize {
        self.world.store.audit().iter().filter(|entry| entry.action == action).count()
    }
}

#[tokio::test]
async fn a_version_is_copied_whole_and_environments_there_run_the_copy_by_digest() {
    let stage = stage();
    let digest = stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    let id = stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let done = stage.mirror(id).await;
    assert_eq!(done.status, OperationStatus::Succeeded, "{:?}", done.cause);
    assert_eq!((done.digest.as_deref(), done.target.as_deref()), (Some(digest.as_str()), Some(TARGET)));
    assert_eq!(stage.world.registry.whole(TARGET), stage.world.registry.whole(SOURCE), "everything, once");
    assert_eq!(stage.world.registry.tag(TARGET, "1.25.0"), Some(digest.clone()));
    let progress = done.progress;
    assert_eq!((progress.blobs_done, progress.bytes_done), (progress.blobs, progress.bytes));
    assert_eq!((progress.manifests, progress.blobs), (3, 9));
    let row = stage.catalogue().await.versions.into_iter().find(|row| row.version.tag == "1.25.0").expect("there");
    assert_eq!(row.version.digest, Some(digest.clone()), "the catalogue has learnt it");
    let platforms: Vec<&str> = row.copies[0].platforms.iter().map(|platform| platform.name.as_str()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!((stage.audits(Action::MirrorRequested), stage.audits(Action::MirrorSucceeded)), (1, 1));

    let operation = stage.request(&stage.world.operator, "alpha").await;
    let environment = stage.operation(operation).await.summary.environment;
    let image = stage.detail(environment).await.summary.spec.image;
    assert_eq!((image.repository.as_str(), image.tag.as_str(), image.digest), (TARGET, "1.25.0", Some(digest)));
    let template = stage.services.environments.template(&stage.world.operator, environment, 1).await.expect("there");
    assert!(template.contains(&format!("{TARGET}@sha256:")) && template.contains("ecr:BatchGetImage"), "{template}");
}

#[tokio::test]
async fn a_copy_survives_a_death_at_every_call_and_sends_nothing_much_twice() {
    let mut n = 0;
    loop {
        n += 1;
        let stage = stage();
        stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
        let id = stage.ask_for_copy("1.25.0").await;
        let gate = Gate::crash_at(n);
        let doomed = stage.world.process(&gate);
        let died = tokio::select! {
            () = copy(&doomed, "worker one") => false,
            () = gate.crashed() => true,
        };
        stage.world.clock.advance(AFTER_THE_LEASE);
        copy(&stage.world, "worker two").await;
        let done = stage.mirror(id).await;
        assert_eq!(done.status, OperationStatus::Succeeded, "death at call {n}: {:?}", done.cause);
        assert_eq!(stage.world.registry.whole(TARGET), stage.world.registry.whole(SOURCE), "death at call {n}");
        assert_eq!(done.progress.bytes_done, done.progress.bytes, "death at call {n}");
        // Cut off between a part and its note, the blob is begun anew: its parts at most.
        let again = stage.world.registry.bytes_sent() - done.progress.bytes;
        assert!(again <= 330, "death at call {n}: {again} bytes twice");
        assert_eq!(stage.audits(Action::MirrorSucceeded), 1, "death at call {n}");
        if !died {
            break;
        }
    }
    assert!(n > 100, "a copy makes more calls than {n}");
}

#[tokio::test]
async fn a_corrupted_blob_is_told_plainly_and_a_retry_goes_on_where_it_was() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    let corrupted = stage.world.registry.corrupt(SOURCE);
    let id = stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let failed = stage.mirror(id).await;
    assert_eq!(failed.status, OperationStatus::Failed);
    match failed.cause {
        Some(MirrorCause::Corrupted { digest, found: Some(found), registry }) => {
            assert_eq!((digest, registry.as_str()), (corrupted.clone(), "ghcr.io"));
            assert_ne!(found, corrupted);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.world.registry.tag(TARGET, "1.25.0"), None, "nobody finds half an image");
    assert_eq!(stage.audits(Action::MirrorFailed), 1);
    let sent = stage.world.registry.bytes_sent();

    stage.world.registry.mend(SOURCE);
    stage.services.images.mirror_retry(&stage.world.admin, id).await.expect("queued again");
    copy(&stage.world, "worker two").await;
    let done = stage.mirror(id).await;
    assert_eq!(done.status, OperationStatus::Succeeded, "{:?}", done.cause);
    assert!(done.progress.bytes_found > 0, "what was there was not sent again");
    assert!(stage.world.registry.bytes_sent() - sent <= 2 * 330, "only what was missing");
}

#[tokio::test]
async fn a_registry_that_loses_parts_gets_the_blob_whole() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    stage.world.registry.loses_parts(true);
    let id = stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let done = stage.mirror(id).await;
    assert_eq!(done.status, OperationStatus::Succeeded, "{:?}", done.cause);
    assert_eq!(stage.world.registry.whole(TARGET), stage.world.registry.whole(SOURCE));
    assert_eq!(stage.world.registry.calls_of("blob_pass"), 2, "the two blobs of several parts");
}

#[tokio::test]
async fn blobs_that_another_repository_there_has_are_taken_over() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    stage.world.registry.publish(SOURCE, "1.20.0", &LAYERS);
    stage.ask_for_copy("1.20.0").await;
    copy(&stage.world, "worker one").await;
    let second = stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let progress = stage.mirror(second).await.progress;
    assert_eq!(progress.bytes_found, 40, "the layer that both images have");
}

#[tokio::test]
async fn what_is_in_the_way_is_told() {
    let stage = stage();
    let (world, images) = (&stage.world, &stage.services.images);
    let refused = stage.ask_for_copy("1.25.0").await;
    copy(world, "worker one").await;
    let cause = stage.mirror(refused).await.cause;
    assert!(
        matches!(&cause, Some(MirrorCause::Registry(problem)) if problem.kind == RegistryProblemKind::NotFound),
        "{cause:?}"
    );

    let denied = crate::fakes::problem(CloudProblemKind::Denied, "image_repository");
    world.cloud.fail("image_repository", 1, denied);
    images.mirror_retry(&world.admin, refused).await.expect("queued");
    copy(world, "worker one").await;
    let cause = stage.mirror(refused).await.cause;
    assert!(
        matches!(&cause, Some(MirrorCause::Cloud(problem)) if problem.action.as_deref() == Some("ecr:CreateRepository"))
    );

    world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    let other = world.registry.publish(TARGET, "1.25.0", &[1]);
    images.mirror_retry(&world.admin, refused).await.expect("queued");
    copy(world, "worker one").await;
    let cause = stage.mirror(refused).await.cause;
    assert_eq!(cause, Some(MirrorCause::TagTaken { tag: "1.25.0".into(), found: other }));

    let twice = stage.ask_for_copy("1.20.0").await;
    let form =
        MirrorForm { version: stage.version("1.20.0").await.to_string(), place: stage.place(), ..Default::default() };
    let again = images.mirror(&world.admin, form).await;
    assert!(matches!(again, Err(Fault::Conflict(Conflict::OperationRunning))), "{again:?}");
    images.mirror_cancel(&world.admin, twice).await.expect("asked");
    copy(world, "worker one").await;
    let stopped = stage.mirror(twice).await;
    assert_eq!((stopped.status, stopped.cause), (OperationStatus::Cancelled, Some(MirrorCause::Cancelled)));
    let over = images.mirror_cancel(&world.admin, twice).await;
    assert!(matches!(over, Err(Fault::Conflict(Conflict::WrongState))), "{over:?}");

    let nowhere =
        MirrorForm { version: "x".into(), place: format!("{} us-west-2", world.account.id), ..Default::default() };
    let Err(Fault::Invalid(errors)) = images.mirror(&world.admin, nowhere).await else { panic!("invalid") };
    assert_eq!(errors.problems.keys().collect::<Vec<_>>(), ["place", "version"]);
}

#[tokio::test]
async fn an_unreachable_registry_is_waited_for_and_then_told_of() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    stage.world.registry.unreachable("ghcr.io", true);
    let id = stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let cause = stage.mirror(id).await.cause;
    assert!(
        matches!(&cause, Some(MirrorCause::Registry(problem)) if problem.kind == RegistryProblemKind::Unreachable),
        "{cause:?}"
    );
    assert!(stage.world.registry.calls_of("resolve") > 5, "it was tried again");
}

#[tokio::test]
async fn a_refresh_learns_digests_and_tells_of_new_releases() {
    let stage = stage();
    let (world, images) = (&stage.world, &stage.services.images);
    for tag in ["1.25.0", "1.20.0", "1.26.0", "1.27.0-rc1"] {
        world.registry.publish(SOURCE, tag, &[1]);
    }
    images.refresh(&world.admin).await.expect("asked");
    let catalogue = stage.catalogue().await;
    let of = |tag: &str| catalogue.versions.iter().find(|row| row.version.tag == tag).expect("there").version.clone();
    assert_eq!(of("1.25.0").digest, world.registry.tag(SOURCE, "1.25.0"));
    assert!(of("1.16.0").missing && of("1.16.0").digest.is_none());
    assert_eq!(catalogue.repositories[0].news, ["1.26.0"]);
    let before = stage.audits(Action::ImageChanged);
    assert_eq!(before, 4, "two digests, two that are missing");

    world.registry.unreachable("ghcr.io", true);
    images.refresh(&world.admin).await.expect("asked");
    let after = stage.catalogue().await;
    let problem = after.repositories[0].problem.as_ref().expect("it did not answer");
    assert_eq!(problem.kind, RegistryProblemKind::Unreachable);
    assert_eq!(after.versions, catalogue.versions, "what was known stays");
    assert_eq!(stage.audits(Action::ImageChanged), before);
}

#[tokio::test]
async fn an_admin_keeps_the_catalogue_and_the_forms_follow_it() {
    let stage = stage();
    let (world, images) = (&stage.world, &stage.services.images);
    let form = ImageForm {
        edition: "canvas".into(),
        repository: SOURCE.into(),
        tag: "1.26.0".into(),
        support: "supported".into(),
        ..ImageForm::default()
    };
    images.add(&world.admin, form.clone()).await.expect("added");
    let Err(Fault::Invalid(errors)) = images.add(&world.admin, form.clone()).await else { panic!("twice") };
    assert_eq!(errors.of("tag"), Some(&FieldProblem::Taken));
    assert_eq!(errors.typed.get("tag").map(String::as_str), Some("1.26.0"), "nothing typed is lost");
    let offered = async || {
        let options = stage.services.environments.create_options(&world.operator).await.expect("options");
        let tags = options.versions.iter().map(|one| (one.tag.clone(), one.deprecated)).collect::<Vec<_>>();
        (options.form.version, tags)
    };
    let (first, tags) = offered().await;
    assert_eq!((first.as_str(), tags[0].clone()), ("1.26.0", ("1.26.0".to_owned(), false)));

    let change = |support: Support| ImageForm { support: support.code().into(), ..ImageForm::default() };
    let version = stage.version("1.26.0").await;
    images.change(&world.admin, version, change(Support::Deprecated)).await.expect("changed");
    let (first, tags) = offered().await;
    assert_eq!((first.as_str(), tags[0].1), ("1.25.0", true), "a form does not begin with a deprecated one");
    images.change(&world.admin, version, change(Support::Withdrawn)).await.expect("changed");
    images.change(&world.admin, version, change(Support::Withdrawn)).await.expect("nothing to do");
    assert!(offered().await.1.iter().all(|(tag, _)| tag != "1.26.0"));
    assert_eq!((stage.audits(Action::ImageAdded), stage.audits(Action::ImageChanged)), (1, 2));

    let draft = super::stage::form(world, "alpha");
    let typed = model::draft::DraftForm { version: "1.26.0".into(), ..draft };
    let saved = stage.services.environments.save_draft(&world.operator, None, typed, super::stage::key().into()).await;
    assert_eq!(saved.expect("kept").errors.of("version"), Some(&FieldProblem::NotOffered));
}

#[tokio::test]
async fn another_edition_begins_with_the_newest_version_of_the_catalogue() {
    let stage = stage();
    let world = &stage.world;
    let form = ImageForm {
        edition: "app".to_owned(),
        repository: "ghcr.io/openhands/openhands".to_owned(),
        tag: "1.10.0".to_owned(),
        support: "supported".to_owned(),
        ..ImageForm::default()
    };
    stage.services.images.add(&world.admin, form).await.expect("added");
    let typed = super::stage::form(world, "alpha");
    let environments = &stage.services.environments;
    let draft = environments.choose_kind(&world.operator, None, typed, None.into(), "app/ecs_ec2").await.expect("kept");
    assert_eq!((draft.form.edition.as_str(), draft.form.version.as_str()), ("app", "1.10.0"));
}

#[tokio::test]
async fn scans_are_told_by_platform_and_unknown_is_unknown() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    stage.ask_for_copy("1.25.0").await;
    copy(&stage.world, "worker one").await;
    let copies =
        stage.catalogue().await.versions.into_iter().find(|row| row.version.tag == "1.25.0").expect("there").copies;
    let counts = ScanCounts { high: 2, ..ScanCounts::default() };
    stage.world.cloud.scanned(&copies[0].platforms[0].digest, ScanOutcome::Done(counts));
    let scans = stage.services.images.scans(&stage.world.auditor).await.expect("asked");
    let outcomes: Vec<ScanOutcome> = scans[0].platforms.iter().map(|(_, outcome)| outcome.clone()).collect();
    assert_eq!(outcomes, [ScanOutcome::Done(counts), ScanOutcome::NotScanned(None)]);
    stage.world.cloud.deny_all(true);
    let scans = stage.services.images.scans(&stage.world.auditor).await.expect("no fault");
    assert!(
        matches!(&scans[0].platforms[0].1, ScanOutcome::NotKnown(Some(problem)) if problem.kind == CloudProblemKind::Denied)
    );
}

#[tokio::test]
async fn a_worker_copies_while_it_runs_and_hands_back_when_it_stops() {
    let stage = stage();
    stage.world.registry.publish(SOURCE, "1.25.0", &LAYERS);
    let id = stage.ask_for_copy("1.25.0").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = crate::worker::Worker::new(stage.world.outside(), "one".into(), Default::default(), pace());
    let running = tokio::spawn(worker.run(stop.clone()));
    for _ in 0..10_000 {
        if stage.mirror(id).await.status.is_over() {
            break;
        }
        tokio::task::yield_now().await;
    }
    stop.cancel();
    running.await.expect("it ends");
    assert_eq!(stage.mirror(id).await.status, OperationStatus::Succeeded);
}
