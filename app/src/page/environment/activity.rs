//! What happened to an environment: its operations and its history.

use super::head::{head, read, with_id};
use crate::{
    api,
    component::{Badge, Cell, Loaded, Moment, Rows},
    format,
    link::{self, Tab},
    live::Live,
    page::history::{self, Asked, Place},
    text,
};
use leptos::prelude::*;
use model::{history::HistoryForm, operation::OperationSummary, page::Page};

#[component]
pub fn Activity() -> impl IntoView {
    let read = read();
    let asked = Asked::here();
    let operations = Resource::new(
        move || read.id.get(),
        |id| with_id(id, async |id| api::operation::operations_of_environment(id, None).await),
    );
    let events = Resource::new(
        move || (read.id.get(), asked.get()),
        |(id, (form, after))| {
            with_id(id, async |id| match form {
                Some(form) => api::history::history_of_environment(id, form, after).await.map(Some),
                None => Ok(None),
            })
        },
    );
    Live::refetch_on(
        move |notice| Some(notice.environment) == read.id.get_untracked(),
        move || {
            operations.refetch();
            events.refetch();
        },
    );
    let place = Signal::derive(move || read.id.get().map(Place::Environment));
    let export = move || {
        read.id.get().map(|id| {
            let form = HistoryForm { environment: id.to_string(), ..HistoryForm::default() };
            // Not a page of the app: the router must leave it to the browser.
            view! {
                <a class="btn btn-small" href=link::activity_csv(&form) rel="external" download="activity.csv" title=text::audit::EXPORT>"Export CSV"</a>
            }
        })
    };
    view! {
        <Loaded resource=read.detail view=move |detail| head(&detail, Tab::Activity) />
        <h2>"Operations"</h2>
        <Loaded resource=operations view=list />
        <div class="page-head"><h2>"History"</h2>{export}</div>
        {history::body(asked, events, place)}
    }
}

fn list(page: Page<OperationSummary>) -> impl IntoView {
    let rows = page
        .items
        .into_iter()
        .map(|operation| {
            let (word, tone) = text::operation::status(operation.status);
            let what = text::operation::what(&operation);
            let took = operation.started.zip(operation.finished);
            let took = took.map(|(from, to)| format::duration(format::seconds_between(from, to)));
            view! {
                <tr role="row">
                    <Cell label="What"><a href=link::operation(operation.id)>{what}</a></Cell>
                    <Cell label="Status"><Badge tone label=word /></Cell>
                    <Cell label="By">{operation.requested_by}</Cell>
                    <Cell label="Asked for"><Moment at=operation.requested /></Cell>
                    <Cell label="Took">{took}</Cell>
                </tr>
            }
        })
        .collect();
    view! { <Rows caption="Operations, newest first" heads=vec!["What", "Status", "By", "Asked for", "Took"] rows=rows empty=text::page::NO_OPERATIONS /> }
}
