//! Who may do what: every service method against every kind of person.

use super::stage::{Stage, form, key, stage};
use model::{
    DraftId, Fault, Outcome, PresetId, Principal,
    environment::{DeleteOptions, EnvironmentFilter},
    export::Export,
    history::HistoryForm,
    image::ImageForm,
    log::LogQuery,
    metric::RangeForm,
    mirror::MirrorForm,
    operation::NextAction,
    preset::PresetForm,
    principal::PlatformRole,
    services::AccountForm,
    team::Role,
    update::UpdateForm,
};
use std::future::Future;
use uuid::Uuid;

/// What a call came to, as far as authorization is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Let,
    Forbidden,
    Hidden,
}

use Verdict::{Forbidden, Hidden, Let};

async fn verdict<T>(call: impl Future<Output = Outcome<T>>) -> Verdict {
    match call.await {
        Err(Fault::Forbidden) => Forbidden,
        Err(Fault::NotFound) => Hidden,
        _ => Let,
    }
}

/// In the order of the columns below.
fn people(stage: &Stage) -> [Principal; 6] {
    let world = &stage.world;
    [
        world.outsider.clone(),
        world.viewer.clone(),
        world.operator.clone(),
        world.owner.clone(),
        world.auditor.clone(),
        world.admin.clone(),
    ]
}

/// Runs a call as everybody, each in a world of their own, since calls change it.
macro_rules! row {
    ($expected:expr, |$stage:ident, $who:ident, $environment:ident| $call:expr) => {{
        let mut verdicts = Vec::new();
        for index in 0..6 {
            let $stage = stage();
            let $environment = $stage.ready("alpha").await;
            let $who = &people(&$stage)[index];
            verdicts.push(verdict($call).await);
        }
        assert_eq!(verdicts, $expected, "{}", stringify!($call));
    }};
}

#[tokio::test]
async fn environments() {
    //                     outsider viewer  operator owner auditor admin
    const VIEW: [Verdict; 6] = [Hidden, Let, Let, Let, Let, Let];
    const OPERATE: [Verdict; 6] = [Hidden, Forbidden, Let, Let, Forbidden, Let];
    row!(VIEW, |s, who, id| s.services.environments.get(who, id));
    row!(VIEW, |s, who, id| s.services.environments.live(who, id, false));
    row!(VIEW, |s, who, id| s.services.environments.drift(who, id));
    row!(OPERATE, |s, who, id| s.services.environments.detect_drift(who, id));
    row!(VIEW, |s, who, id| s.services.environments.revisions(who, id));
    row!(VIEW, |s, who, id| s.services.environments.template(who, id, 1));
    row!(VIEW, |s, who, id| s.services.environments.export(who, id, 1, Export::Terraform));
    row!(OPERATE, |s, who, id| s.services.environments.clone_environment(who, id));
    row!(VIEW, |s, who, id| s.services.environments.stack_size(who, id));
    row!(VIEW, |s, who, id| s.services.operations.of_environment(who, id, None));
    row!(VIEW, |s, who, id| s.services.environments.compare(who, id, 1, 1));
    row!(VIEW, |s, who, id| s.services.history.of_environment(who, id, HistoryForm::default(), None));
    row!(VIEW, |s, who, id| s.services.logs.search(who, id, LogQuery::default(), None));
    row!(VIEW, |s, who, id| s.services.logs.tail(who, id, LogQuery::default(), String::new()));
    row!(VIEW, |s, who, id| s.services.logs.export_start(who, id, LogQuery::default()));
    row!(VIEW, |s, who, id| {
        let at = s.services.logs.export_start(&s.world.owner, id, LogQuery::default()).await.expect("begins");
        s.services.logs.export(who, id, LogQuery::default(), at)
    });
    row!(VIEW, |s, who, id| s.services.environments.update_options(who, id));
    row!(OPERATE, |s, who, id| s.services.environments.scale(who, id, "0"));
    row!(OPERATE, |s, who, id| {
        let form = UpdateForm::default();
        async move { s.services.environments.update_plan(who, id, &form).await }
    });
    row!(OPERATE, |s, who, id| {
        let form = UpdateForm::default();
        async move { s.services.environments.update(who, id, &form, "").await }
    });
    row!(VIEW, |s, who, id| async move { s.services.metrics.board(who, id, &RangeForm::default()).await });
    row!(OPERATE, |s, who, id| s.services.environments.delete(who, id, "alpha", DeleteOptions::default()));
}

#[tokio::test]
async fn operations() {
    const VIEW: [Verdict; 6] = [Hidden, Let, Let, Let, Let, Let];
    const OPERATE: [Verdict; 6] = [Hidden, Forbidden, Let, Let, Forbidden, Let];
    row!(VIEW, |s, who, id| {
        let operation = s.detail(id).await.summary.last_operation.expect("one").id;
        s.services.operations.get(who, operation)
    });
    row!(OPERATE, |s, who, _id| {
        let operation = s.request(&s.world.operator, "beta").await;
        s.services.operations.cancel(who, operation)
    });
    row!(OPERATE, |s, who, id| {
        let operation = s.detail(id).await.summary.last_operation.expect("one").id;
        s.services.operations.retry(who, operation)
    });
}

#[tokio::test]
async fn next_actions_are_offered_to_those_who_may_take_them() {
    let stage = stage();
    let operation = stage.request(&stage.world.operator, "alpha").await;
    for who in people(&stage) {
        let Ok(view) = stage.services.operations.get(&who, operation).await else { continue };
        let expected: &[NextAction] =
            if who.is_platform_admin() || who.role_in(stage.world.team.id) >= Some(Role::Operator) {
                &[NextAction::Cancel]
            } else {
                &[]
            };
        assert_eq!(view.actions, expected, "{}", who.name);
    }
}

#[tokio::test]
async fn drafts_and_creating() {
    row!([Let, Forbidden, Let, Let, Forbidden, Let], |s, who, _id| s.services.environments.save_draft(
        who,
        None,
        form(&s.world, "beta"),
        key().into()
    ));
    row!([Let, Forbidden, Let, Let, Forbidden, Let], |s, who, _id| s.services.environments.choose_kind(
        who,
        None,
        form(&s.world, "beta"),
        None.into(),
        "canvas/fargate"
    ));
    row!([Let, Forbidden, Let, Let, Forbidden, Let], |s, who, _id| s.services.environments.choose_preset(
        who,
        None,
        form(&s.world, "beta"),
        None.into(),
        "team"
    ));
    row!([Let, Forbidden, Let, Let, Forbidden, Let], |s, who, _id| s
        .services
        .environments
        .import_spec(who, "not a spec"));
    row!([Forbidden, Forbidden, Forbidden, Forbidden, Let, Let], |s, who, _id| s.services.presets.list(who));
    let (draft, preset) = (DraftId(Uuid::from_u128(0x777)), PresetId(Uuid::from_u128(0x777)));
    let typed = PresetForm::default;
    row!([Forbidden, Forbidden, Forbidden, Forbidden, Forbidden, Hidden], |s, who, _id| s.services.presets.save(
        who,
        draft,
        typed()
    ));
    row!([Forbidden, Forbidden, Forbidden, Forbidden, Forbidden, Hidden], |s, who, _id| s
        .services
        .presets
        .remove(who, preset));
    let nobodys = DraftId(Uuid::from_u128(0x777));
    row!([Hidden; 6], |s, who, _id| s.services.environments.draft(who, nobodys));
    row!([Hidden; 6], |s, who, _id| s.services.environments.plan(who, nobodys));
    row!([Hidden; 6], |s, who, _id| s.services.environments.create(who, nobodys, ""));
}

#[tokio::test]
async fn lists_show_what_may_be_seen() {
    let stage = stage();
    stage.ready("alpha").await;
    for (who, expected) in people(&stage).iter().zip([0, 1, 1, 1, 1, 1]) {
        let listed = stage.services.environments.list(who, EnvironmentFilter::default(), None).await.expect("listed");
        assert_eq!(listed.items.len(), expected, "{}", who.name);
    }
    for (who, expected) in people(&stage).iter().zip([1, 1, 1, 1, 2, 2]) {
        assert_eq!(stage.services.teams.list(who).await.expect("listed").len(), expected, "{}", who.name);
    }
    for (who, expected) in people(&stage).iter().zip([1, 0, 1, 1, 0, 2]) {
        let options = stage.services.environments.create_options(who).await.expect("options");
        assert_eq!(options.teams.len(), expected, "{}", who.name);
    }
}

#[tokio::test]
async fn the_history_of_a_team() {
    const VIEW: [Verdict; 6] = [Hidden, Let, Let, Let, Let, Let];
    let of_team = |s: &Stage| HistoryForm { team: s.world.team.id.to_string(), ..HistoryForm::default() };
    row!(VIEW, |s, who, _id| s.services.history.list(who, of_team(&s), None));
    row!(VIEW, |s, who, _id| s.services.history.export(who, of_team(&s), None));
    // Without a team everybody sees what is theirs; tests of the history say what that is.
    row!([Let; 6], |s, who, _id| s.services.history.list(who, HistoryForm::default(), None));
    row!([Let; 6], |s, who, _id| s.services.history.export(who, HistoryForm::default(), None));
    row!([Let; 6], |s, who, _id| s.services.history.options(who));
}

#[tokio::test]
async fn teams() {
    const MANAGE: [Verdict; 6] = [Hidden, Forbidden, Forbidden, Let, Forbidden, Let];
    row!([Hidden, Let, Let, Let, Let, Let], |s, who, _id| s.services.teams.get(who, s.world.team.id));
    row!(MANAGE, |s, who, _id| s.services.teams.invite(who, s.world.team.id, "n@example.org", Role::Viewer));
    row!(MANAGE, |s, who, _id| {
        let (team, owner) = (s.world.team.id, s.world.owner.clone());
        s.services.teams.invite(&owner, team, "n@example.org", Role::Viewer).await.expect("invited");
        let pending = s.services.teams.get(&owner, team).await.expect("readable").invitations[0].id;
        async move { s.services.teams.revoke_invitation(who, team, pending).await }
    });
    row!(MANAGE, |s, who, _id| s.services.teams.set_role(who, s.world.team.id, s.world.viewer.person, Role::Operator));
    // Everybody may leave; others are removed by those who manage.
    row!([Hidden, Let, Forbidden, Let, Forbidden, Let], |s, who, _id| s.services.teams.remove_member(
        who,
        s.world.team.id,
        s.world.viewer.person
    ));
    const PLATFORM: [Verdict; 6] = [Forbidden, Forbidden, Forbidden, Forbidden, Forbidden, Let];
    row!(PLATFORM, |s, who, _id| s.services.teams.create(who, "New"));
}

#[tokio::test]
async fn the_platform() {
    const SEE: [Verdict; 6] = [Forbidden, Forbidden, Forbidden, Forbidden, Let, Let];
    const MANAGE: [Verdict; 6] = [Forbidden, Forbidden, Forbidden, Forbidden, Forbidden, Let];
    row!(SEE, |s, who, _id| s.services.accounts.list(who));
    row!(SEE, |s, who, _id| s.services.accounts.check(who, s.world.account.id));
    row!(MANAGE, |s, who, _id| s.services.accounts.register(who, AccountForm::default()));
    row!(MANAGE, |s, who, _id| s.services.accounts.set_disabled(who, s.world.account.id, true));
    row!(MANAGE, |s, who, _id| s.services.accounts.set_regions(who, s.world.account.id, "eu-west-1"));
    row!(SEE, |s, who, _id| s.services.accounts.call_rates(who));
    row!(SEE, |s, who, _id| s.services.accounts.roles(who, &model::role::RoleForm::default()));
    row!(SEE, |s, who, _id| s.services.images.catalogue(who));
    row!(SEE, |s, who, _id| s.services.images.scans(who));
    row!(MANAGE, |s, who, _id| s.services.images.add(who, ImageForm::default()));
    row!(MANAGE, |s, who, _id| {
        let version = s.services.images.catalogue(&s.world.admin).await.expect("readable").versions[0].version.id;
        s.services.images.change(who, version, ImageForm::default())
    });
    row!(MANAGE, |s, who, _id| s.services.images.refresh(who));
    row!(MANAGE, |s, who, _id| s.services.images.mirror(who, MirrorForm::default()));
    row!(SEE, |s, who, _id| {
        let mirror = s.mirroring().await;
        s.services.images.mirror_view(who, mirror)
    });
    row!(MANAGE, |s, who, _id| {
        let mirror = s.mirroring().await;
        s.services.images.mirror_retry(who, mirror)
    });
    row!(MANAGE, |s, who, _id| {
        let mirror = s.mirroring().await;
        s.services.images.mirror_cancel(who, mirror)
    });
    row!(SEE, |s, who, _id| s.services.platform.overview(who));
    row!(SEE, |s, who, _id| s.services.platform.people(who, "", None));
    row!(SEE, |s, who, _id| s.services.platform.teams(who, None));
    row!(SEE, |s, who, _id| s.services.platform.work(who));
    row!(SEE, |s, who, _id| s.services.platform.configuration(who));
    row!(MANAGE, |s, who, _id| s.services.platform.set_person_disabled(who, s.world.viewer.person, true));
    row!(MANAGE, |s, who, _id| s.services.platform.set_platform_role(
        who,
        s.world.viewer.person,
        Some(PlatformRole::Auditor)
    ));
}
