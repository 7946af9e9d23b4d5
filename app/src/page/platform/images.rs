//! The catalogue of versions with what registries and ECR say of it, and copies into ECR.

mod form;
mod mirror;
mod version;

pub use mirror::MirrorPage;

use super::{head, with_rights};
use crate::{
    api::{
        self,
        image::{AddImage, ChangeImage, MirrorImage, RefreshImages},
    },
    component::{Ago, Badge, Callout, Cell, FormError, FrameFacts, Loaded, Now, Rows, Submit, Tone},
    error::AppError,
    link::{self, PlatformTab},
    live::Live,
    page::param::query,
    text,
};
use leptos::prelude::*;
use model::{
    image::{Catalogue, CopyScan, RepositoryState},
    mirror::Mirror,
};

/// What can be done on the page.
#[derive(Clone, Copy)]
struct Actions {
    add: ServerAction<AddImage>,
    change: ServerAction<ChangeImage>,
    refresh: ServerAction<RefreshImages>,
    mirror: ServerAction<MirrorImage>,
}

/// What the address says: which version is being changed, and what a form begins with.
#[derive(Clone, Copy)]
struct Asked {
    edit: Memo<String>,
    edition: Memo<String>,
    repository: Memo<String>,
    tag: Memo<String>,
}

#[component]
pub fn PlatformImages() -> impl IntoView {
    let actions = Actions {
        add: ServerAction::new(),
        change: ServerAction::new(),
        refresh: ServerAction::new(),
        mirror: ServerAction::new(),
    };
    let asked =
        Asked { edit: query("edit"), edition: query("edition"), repository: query("repository"), tag: query("tag") };
    let version =
        move || actions.add.version().get() + actions.change.version().get() + actions.refresh.version().get();
    let catalogue = Resource::new(version, |_| api::image::images());
    let scans = Resource::new(|| (), |()| api::image::image_scans());
    Live::refetch_on(|notice| notice.team == model::notice::Notice::PLATFORM, move || catalogue.refetch());
    let facts = FrameFacts::here();
    let error = Signal::derive(move || actions.refresh.value().get().and_then(Result::<(), AppError>::err));
    let draw = move |catalogue: Catalogue| {
        with_rights(facts, move |admin| sheet(catalogue.clone(), scans, admin.is_some(), asked, actions))
    };
    view! {
        {head(PlatformTab::Images)}
        <p class="muted">{text::image::CATALOGUE}</p>
        <FormError error />
        <Loaded resource=catalogue view=draw />
    }
}

/// The answer of ECR, which comes by itself: AWS may be slow.
type Scans = Resource<Result<Vec<CopyScan>, AppError>>;

fn sheet(catalogue: Catalogue, scans: Scans, may_manage: bool, asked: Asked, actions: Actions) -> impl IntoView {
    let Catalogue { versions, repositories, mirrors, accounts, now } = catalogue;
    let now = Now::from(now);
    let known: Vec<_> = versions.iter().filter(|_| may_manage).map(|row| row.version.clone()).collect();
    let editing = move || {
        let edit = asked.edit.get();
        known.iter().find(|version| version.id.to_string() == edit).map(|version| form::change(version, actions.change))
    };
    let rows = versions.iter().map(|row| version::row(row.clone(), scans, now, may_manage)).collect();
    let heads = vec!["Version", "Edition", "Support", "Released", "Registry", "Copies in ECR", "Change"];
    let copies = mirrors.into_iter().map(|one| copy(one, now)).collect();
    let copy_heads = vec!["Image", "To", "Status", "Asked for"];
    let refresh = may_manage.then(|| {
        view! {
            <ActionForm action=actions.refresh>
                <div class="row"><Submit label="Refresh from registry" pending=actions.refresh.pending() class="btn" />
                    <span class="muted">{text::image::REFRESH}</span></div>
            </ActionForm>
        }
    });
    view! {
        <section class="stack" aria-labelledby="versions"><h2 id="versions">"Versions"</h2>
            {refresh}
            {repositories.into_iter().map(|one| registry(one, may_manage, now)).collect_view()}
            {editing}
            <Rows caption="Versions of OpenHands" heads rows empty=text::image::NO_VERSIONS />
        </section>
        {may_manage.then(|| form::mirror(&versions, &accounts, actions.mirror))}
        <section aria-labelledby="copies"><h2 id="copies">"Copies"</h2>
            <Rows caption="Copies into ECR, newest first" heads=copy_heads rows=copies empty=text::image::NO_MIRRORS />
        </section>
        {may_manage.then(|| form::add(asked, actions.add))}
    }
}

/// What a registry said last, where there is something to tell of it.
fn registry(state: RepositoryState, may_manage: bool, now: Now) -> impl IntoView {
    let RepositoryState { repository, asked, checked, problem, news } = state;
    let problem = problem.map(|problem| {
        let known = checked.map(|at| view! { <p class="small muted">"It last answered "<Ago at now />"."</p> });
        view! {
            <Callout tone=Tone::Warn title=text::image::silent(&repository)>
                <p>{text::image::problem(&problem)}</p>
                <p class="small muted">"Asked "<Ago at=asked now />". What was known before stays."</p>
                {known}
            </Callout>
        }
    });
    let news = (!news.is_empty()).then(|| {
        let tags = news
            .iter()
            .map(|tag| match may_manage {
                true => view! { <li><a class="btn btn-small" href=link::new_image(&repository, tag)>"Add "{tag.clone()}</a></li> }.into_any(),
                false => view! { <li>{tag.clone()}</li> }.into_any(),
            })
            .collect_view();
        view! { <Callout tone=Tone::Quiet title=text::image::news(&repository)><ul class="bare row">{tags}</ul></Callout> }
    });
    view! { {problem}{news} }
}

fn copy(mirror: Mirror, now: Now) -> impl IntoView {
    let (word, tone) = text::operation::status(mirror.status);
    let cause = mirror.cause.as_ref().map(|cause| view! { <p class="small">{text::image::cause(cause)}</p> });
    let far = (!mirror.status.is_over() && mirror.progress.blobs > 0)
        .then(|| view! { <p class="small muted">{text::image::bytes(&mirror.progress)}</p> });
    view! {
        <tr role="row" class="opens">
            <Cell label="Image"><a class="strong opener mono" href=link::mirror(mirror.id)>{mirror.version.reference()}</a></Cell>
            <Cell label="To">{text::image::place(&mirror.account_name, &mirror.region)}</Cell>
            <Cell label="Status"><div><Badge tone label=word />{far}{cause}</div></Cell>
            <Cell label="Asked for"><div><Ago at=mirror.requested now /><p class="small muted">{mirror.requested_by}</p></div></Cell>
        </tr>
    }
}
