//! What happened: in all teams that somebody may see, or to one environment.

mod filter;
mod timeline;

pub(super) use filter::Place;

use crate::{
    api,
    component::{Callout, Empty, FrameFacts, Loaded, PageHead, Pagination, Tone},
    error::AppError,
    link,
    live::Live,
    text,
};
use filter::filters;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    history::{HistoryEntry, HistoryForm},
    page::Page,
};
use timeline::timeline;

/// The filter and the start of the page, as they stand in the address.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    form: Memo<HistoryForm>,
    after: Memo<Option<String>>,
}

impl Asked {
    pub(super) fn here() -> Self {
        let query = use_query_map();
        let value = move |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        Self {
            form: Memo::new(move |_| HistoryForm::of(value)),
            after: Memo::new(move |_| Some(value("after")).filter(|after| !after.is_empty())),
        }
    }

    /// The filter, if it means something, and the start of the page.
    pub(super) fn get(self) -> (Option<HistoryForm>, Option<String>) {
        let form = self.form.get();
        (form.parse().is_ok().then_some(form), self.after.get())
    }
}

/// A page of the history; `None` where the filter means nothing.
pub(super) type Shown = Result<Option<Page<HistoryEntry>>, AppError>;

#[component]
pub fn History() -> impl IntoView {
    let asked = Asked::here();
    let events = Resource::new(
        move || asked.get(),
        |(form, after)| async move {
            match form {
                Some(form) => api::history::history(form, after).await.map(Some),
                None => Ok(None),
            }
        },
    );
    Live::refetch_on(|_| true, move || events.refetch());
    let export = move || {
        let form = asked.form.get();
        // Not a page of the app: the router must leave it to the browser.
        form.parse().is_ok().then(|| {
            view! { <a class="btn" href=link::activity_csv(&form) rel="external" download="activity.csv" title=text::audit::EXPORT>"Export CSV"</a> }
        })
    };
    view! {
        <PageHead title="Activity">{export}</PageHead>
        {body(asked, events, Signal::derive(|| Some(Place::Everywhere)))}
    }
}

/// Filter, events and the way to the next page, the same wherever events are shown. No place, no filter.
pub(super) fn body(asked: Asked, events: Resource<Shown>, place: Signal<Option<Place>>) -> impl IntoView {
    let options = Resource::new(|| (), |()| api::history::history_options());
    let facts = FrameFacts::here();
    let form = move || {
        Suspend::new(async move {
            let options = options.await.unwrap_or_default();
            place.get().map(|place| filters(place, &asked.form.get(), options))
        })
    };
    let draw = move |page: Option<Page<HistoryEntry>>| {
        let Some(place) = place.get() else { return ().into_any() };
        let (form, after) = (asked.form.get(), asked.after.get());
        match page {
            None => {
                let (title, text) = text::audit::UNUSABLE;
                view! { <Callout tone=Tone::Warn title><p>{text}</p></Callout> }.into_any()
            }
            Some(page) if page.items.is_empty() => empty(place, &form, after.is_some(), facts),
            Some(page) => {
                let next = page.next.as_deref().map(|after| place.address(&form, Some(after)));
                let first = after.map(|_| place.address(&form, None));
                view! { {timeline(place, page.items)}<Pagination first next /> }.into_any()
            }
        }
    };
    view! {
        <Transition>{form}</Transition>
        <Loaded resource=events view=draw />
    }
}

/// A page that has become empty, a filter that leaves nothing, or nothing at all: different things to do.
fn empty(place: Place, form: &HistoryForm, is_later_page: bool, facts: FrameFacts) -> AnyView {
    if is_later_page {
        let first = place.address(form, None);
        return view! {
            <Callout tone=Tone::Quiet title=text::page::EMPTY_PAGE><p><a href=first>"Back to the first page"</a></p></Callout>
        }
        .into_any();
    }
    if !form.is_empty() {
        let (title, text) = text::audit::NO_FIT;
        let clear = place.address(&HistoryForm::default(), None);
        return view! { <Empty title text><p><a class="btn" href=clear>"Clear the filters"</a></p></Empty> }.into_any();
    }
    let none = move || {
        Suspend::new(async move {
            let no_team =
                facts.principal().await.is_some_and(|who| !who.sees_all_teams() && who.memberships.is_empty());
            let (title, text) = if no_team { text::audit::NO_TEAM } else { text::audit::NONE_YET };
            view! { <Empty title text /> }
        })
    };
    view! { <Transition>{none}</Transition> }.into_any()
}
