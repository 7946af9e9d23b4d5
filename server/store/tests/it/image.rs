//! The catalogue of versions, and copies of images under their leases.

use crate::world::{REGION, World, at, audit};
use model::{
    MirrorId, VersionId,
    audit::Action,
    fault::Conflict,
    image::{ImageVersion, Platform, RegistryProblem, RegistryProblemKind, Support, VersionChange},
    mirror::{MirrorCause, MirrorPhase, MirrorProgress},
    operation::OperationStatus,
    spec::Edition,
};
use ports::{
    StoreError,
    registry::Upload,
    store::{BlobUpload, ImageStore, MirrorEnd, MirrorNote, NewMirror, RepositoryFound, RepositoryLook},
};
use sqlx::PgPool;
use uuid::Uuid;

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

async fn version(world: &World, tag: &str) -> ImageVersion {
    let all = world.store.image_list().await.expect("answers");
    all.into_iter().find(|version| version.tag == tag).expect("in the catalogue")
}

async fn request(world: &World, version: VersionId, seconds: i64) -> Result<MirrorId, StoreError> {
    let new = NewMirror {
        id: MirrorId(Uuid::now_v7()),
        version,
        account: world.account,
        region: REGION.to_owned(),
        requested_by: world.owner,
        requested: at(seconds),
    };
    world.store.mirror_request(&new, &audit(Action::MirrorRequested)).await.map(|()| new.id)
}

fn end(mirror: MirrorId, worker: &str, status: OperationStatus, cause: Option<MirrorCause>) -> MirrorEnd {
    MirrorEnd { mirror, worker: worker.to_owned(), status, cause, at: at(500) }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_catalogue_begins_with_what_is_known_and_has_nothing_of_enterprise(pool: PgPool) {
    let world = World::new(pool).await;
    let all = world.store.image_list().await.expect("answers");
    let newest = |edition: Edition| {
        all.iter().filter(|one| one.edition == edition).map(|one| one.tag.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(newest(Edition::Canvas), ["1.15.0", "1.16.0", "1.20.0", "1.25.0"]);
    assert_eq!(newest(Edition::App), ["1.7", "1.8", "1.9.3"]);
    assert!(newest(Edition::Enterprise).is_empty());
    assert!(all.iter().all(|one| Some(one.repository.as_str()) == one.edition.repository() && one.digest.is_none()));
}

#[sqlx::test(migrations = "../../migrations")]
async fn versions_are_added_once_and_changed(pool: PgPool) {
    let world = World::new(pool).await;
    let added = ImageVersion {
        id: VersionId(Uuid::now_v7()),
        edition: Edition::Enterprise,
        repository: "registry.example.org/openhands".to_owned(),
        tag: "1.54.0".to_owned(),
        digest: Some(digest('a')),
        released: chrono::NaiveDate::from_ymd_opt(2026, 8, 1),
        support: Support::Supported,
        notes: String::new(),
        checked: None,
        missing: false,
    };
    world.store.image_create(&added, at(5), &audit(Action::ImageAdded)).await.expect("added");
    let again = ImageVersion { id: VersionId(Uuid::now_v7()), ..added.clone() };
    let twice = world.store.image_create(&again, at(6), &audit(Action::ImageAdded)).await;
    assert!(matches!(twice, Err(StoreError::Taken { field: "tag" })), "{twice:?}");
    assert_eq!(version(&world, "1.54.0").await, added);
    let change = VersionChange { support: Support::Withdrawn, released: None, notes: "broken".to_owned() };
    world.store.image_change(added.id, &change, &audit(Action::ImageChanged)).await.expect("changed");
    let changed = version(&world, "1.54.0").await;
    assert_eq!((changed.support, changed.released, changed.notes.as_str()), (Support::Withdrawn, None, "broken"));
    let nothing = VersionId(Uuid::now_v7());
    let missing = world.store.image_change(nothing, &change, &audit(Action::ImageChanged)).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
    assert_eq!((world.audits(Action::ImageAdded).await, world.audits(Action::ImageChanged).await), (1, 1));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_a_registry_says_is_kept_and_its_silence_changes_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let (first, gone) = (version(&world, "1.25.0").await, version(&world, "1.15.0").await);
    let look = |found, seconds| RepositoryLook { repository: first.repository.clone(), at: at(seconds), found };
    let found = RepositoryFound {
        news: vec!["1.26.0".to_owned()],
        digests: vec![(first.id, Some(digest('b'))), (gone.id, None)],
    };
    let entries = [audit(Action::ImageChanged), audit(Action::ImageChanged)];
    world.store.image_look(&look(Ok(found), 10), &entries).await.expect("kept");
    let known = version(&world, "1.25.0").await;
    assert_eq!((known.digest, known.checked, known.missing), (Some(digest('b')), Some(at(10)), false));
    assert!(version(&world, "1.15.0").await.missing);
    let problem = RegistryProblem {
        kind: RegistryProblemKind::Unreachable,
        registry: "ghcr.io".to_owned(),
        request: "GET x".to_owned(),
        status: None,
        code: None,
        message: "no route".to_owned(),
    };
    world.store.image_look(&look(Err(problem.clone()), 20), &[]).await.expect("kept");
    let state = world.store.image_repositories().await.expect("answers").remove(0);
    assert_eq!((state.asked, state.checked, state.problem), (at(20), Some(at(10)), Some(problem)));
    assert_eq!(state.news, ["1.26.0"]);
    assert_eq!(version(&world, "1.25.0").await.digest, Some(digest('b')));
    assert_eq!(world.audits(Action::ImageChanged).await, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_copy_is_held_noted_handed_back_and_finished(pool: PgPool) {
    let world = World::new(pool).await;
    let store = &world.store;
    let of = version(&world, "1.20.0").await;
    let id = request(&world, of.id, 1).await.expect("asked for");
    let twice = request(&world, of.id, 2).await;
    assert!(matches!(twice, Err(StoreError::Conflict(Conflict::OperationRunning))), "{twice:?}");

    let claimed = store.mirror_claim("one", at(10), at(40)).await.expect("answers").expect("waits");
    assert_eq!((claimed.mirror.id, claimed.mirror.status), (id, OperationStatus::Running));
    assert_eq!(claimed.mirror.account_name, "Main");
    assert!(store.mirror_claim("two", at(20), at(50)).await.expect("answers").is_none(), "it is held");
    let note = MirrorNote {
        digest: Some(digest('c')),
        target: Some("1.dkr.ecr.x.amazonaws.com/handrail/canvas".to_owned()),
        platforms: vec![Platform { name: "linux/amd64".to_owned(), digest: digest('d') }],
        progress: MirrorProgress { phase: MirrorPhase::Copy, bytes: 10, bytes_done: 4, ..MirrorProgress::default() },
        upload: Some(BlobUpload { digest: digest('e'), upload: Upload { location: "/u/1".to_owned(), offset: 4 } }),
    };
    assert!(!store.mirror_note(id, "one", &note).await.expect("kept"), "nobody asked to stop");
    assert!(store.mirror_extend(id, "one", at(60)).await.expect("answers"));
    assert!(!store.mirror_extend(id, "two", at(60)).await.expect("answers"));

    let taken = store.mirror_claim("two", at(61), at(90)).await.expect("answers").expect("the lease has run out");
    assert_eq!((taken.upload, taken.mirror.progress.bytes_done), (note.upload.clone(), 4), "it goes on where it was");
    let lost = store.mirror_note(id, "one", &note).await;
    assert!(matches!(lost, Err(StoreError::Conflict(Conflict::ChangedMeanwhile))), "{lost:?}");
    assert_eq!(store.mirror_hand_back("two").await.expect("answers"), 1);
    store.mirror_claim("three", at(62), at(90)).await.expect("answers").expect("handed back");

    store.mirror_request_cancel(id, at(63), &audit(Action::MirrorCancelRequested)).await.expect("asked");
    assert!(store.mirror_note(id, "three", &note).await.expect("kept"), "somebody asked to stop");
    let cancelled = end(id, "three", OperationStatus::Cancelled, Some(MirrorCause::Cancelled));
    store.mirror_finish(&cancelled, &audit(Action::MirrorFailed)).await.expect("ended");
    let over = store.mirror_request_cancel(id, at(64), &audit(Action::MirrorCancelRequested)).await;
    assert!(matches!(over, Err(StoreError::Conflict(Conflict::WrongState))));
    assert!(store.image_copies().await.expect("answers").is_empty());

    store.mirror_retry(id, &audit(Action::MirrorRequested)).await.expect("queued again");
    let again = store.mirror_claim("four", at(70), at(90)).await.expect("answers").expect("waits again");
    assert_eq!((again.mirror.cause, again.mirror.cancel_requested, again.upload), (None, false, note.upload));
    let done = end(id, "four", OperationStatus::Succeeded, None);
    store.mirror_finish(&done, &audit(Action::MirrorSucceeded)).await.expect("ended");
    let (copied, copy) = store.image_copies().await.expect("answers").remove(0);
    assert_eq!((copied, copy.digest, copy.region.as_str()), (of.id, digest('c'), REGION));
    assert_eq!(copy.platforms, note.platforms);
    assert_eq!(version(&world, "1.20.0").await.digest, Some(digest('c')), "the catalogue has learnt it");
    let retried = store.mirror_retry(id, &audit(Action::MirrorRequested)).await;
    assert!(matches!(retried, Err(StoreError::Conflict(Conflict::WrongState))));
    assert_eq!(store.mirror_list(10).await.expect("answers").len(), 1);
    assert_eq!(world.audits(Action::MirrorRequested).await, 2);
}
