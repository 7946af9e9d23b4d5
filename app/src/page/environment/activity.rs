//! What happened to an environment: its operations and its history.

use super::head::{head, read, with_id};
use crate::{
    api,
    component::{Badge, Cell, Loaded, Moment, Pagination, Rows},
    format,
    link::{self, Tab},
    live::Live,
    page::{history, param::query},
    text,
};
use leptos::prelude::*;
use model::{audit::AuditEvent, operation::OperationSummary, page::Page};

#[component]
pub fn Activity() -> impl IntoView {
    let read = read();
    let after = query("after");
    let start = move || Some(after.get()).filter(|after| !after.is_empty());
    let operations = Resource::new(
        move || read.id.get(),
        |id| with_id(id, async |id| api::operation::operations_of_environment(id, None).await),
    );
    let events = Resource::new(
        move || (read.id.get(), start()),
        |(id, after)| with_id(id, async |id| api::history::history_of_environment(id, after).await),
    );
    Live::refetch_on(
        move |notice| Some(notice.environment) == read.id.get_untracked(),
        move || {
            operations.refetch();
            events.refetch();
        },
    );
    let history = move |page: Page<AuditEvent>| {
        let address = read.id.get().map(|id| link::environment(id, Tab::Activity)).unwrap_or_default();
        let next = page.next.as_deref().map(|after| link::after(&address, after));
        let first = start().map(|_| address);
        view! { {history::table(page.items)}<Pagination first next /> }
    };
    view! {
        <Loaded resource=read.detail view=move |detail| head(&detail, Tab::Activity) />
        <h2>"Operations"</h2>
        <Loaded resource=operations view=list />
        <h2>"History"</h2>
        <Loaded resource=events view=history />
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
