//! Rows of the audit history.

use crate::{
    component::{Cell, Moment, Rows},
    text,
};
use leptos::prelude::*;
use model::audit::AuditEvent;

pub(super) fn table(events: Vec<AuditEvent>) -> impl IntoView {
    let rows = events
        .into_iter()
        .map(|event| {
            let changes = event
                .changes
                .into_iter()
                .map(|change| {
                    let (before, after) = (change.before.unwrap_or_default(), change.after.unwrap_or_default());
                    view! { <p class="small"><span class="mono">{change.field}</span>": "{before}" → "{after}</p> }
                })
                .collect_view();
            view! {
                <tr role="row">
                    <Cell label="At"><Moment at=event.at /></Cell>
                    <Cell label="Who">{text::audit::actor(&event.actor)}</Cell>
                    <Cell label="What">{text::audit::action(event.action)}</Cell>
                    <Cell label="On"><div>{event.subject}{changes}</div></Cell>
                    <Cell label="From">{event.ip}</Cell>
                </tr>
            }
        })
        .collect();
    view! { <Rows caption="History, newest first" heads=vec!["At", "Who", "What", "On", "From"] rows=rows empty=text::page::NO_HISTORY /> }
}
