//! What all tabs of an environment share: reading it, its title and the tabs.

use super::super::param::{not_found, param};
use crate::{
    api,
    component::{Badge, PageHead, Tone},
    error::AppError,
    link::{self, Tab},
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{EnvironmentId, environment::EnvironmentDetail};

/// The environment of the address.
#[derive(Clone, Copy)]
pub(super) struct Read {
    pub id: Memo<Option<EnvironmentId>>,
    pub detail: Resource<Result<EnvironmentDetail, AppError>>,
}

pub(super) fn read() -> Read {
    let id = param::<EnvironmentId>("environment");
    let detail = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => api::environment::environment(id).await,
                None => Err(not_found()),
            }
        },
    );
    Live::refetch_on(move |notice| Some(notice.environment) == id.get_untracked(), move || detail.refetch());
    Read { id, detail }
}

/// Calls with the address's id, or tells that it names nothing.
pub(super) async fn with_id<T>(
    id: Option<EnvironmentId>,
    call: impl AsyncFnOnce(EnvironmentId) -> Result<T, AppError>,
) -> Result<T, AppError> {
    match id {
        Some(id) => call(id).await,
        None => Err(not_found()),
    }
}

/// Title, state and tabs.
pub(super) fn head(detail: &EnvironmentDetail, current: Tab) -> impl IntoView + use<> {
    let summary = &detail.summary;
    let id = summary.id;
    let (word, tone) = text::environment::state(summary.status, &summary.health);
    let tabs = Tab::ALL
        .into_iter()
        .map(|tab| {
            let current = (tab == current).then_some("page");
            view! { <a href=link::environment(id, tab) aria-current=current>{text::environment::tab(tab)}</a> }
        })
        .collect_view();
    let drifted =
        text::drift::mark(summary.status, summary.drifted).map(|label| view! { <Badge tone=Tone::Warn label /> });
    view! {
        <PageHead title=summary.name.clone() up=(link::ENVIRONMENTS.to_owned(), "Environments".to_owned())>
            <Badge tone label=word />
            {drifted}
        </PageHead>
        <nav class="tabs" aria-label="Parts of the environment">{tabs}</nav>
    }
}
