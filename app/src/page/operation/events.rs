//! What happened during an operation, newest first, in a part of its own that scrolls.

use crate::{format, text};
use leptos::prelude::*;
use model::operation::OperationEvent;

pub(super) fn events(events: Vec<OperationEvent>) -> AnyView {
    if events.is_empty() {
        return view! { <p class="muted">{text::operation::NO_EVENTS}</p> }.into_any();
    }
    let rows = events
        .into_iter()
        .map(|event| {
            view! {
                <li>
                    <time class="mono muted" datetime=format::machine(event.at)>{format::clock(event.at)}</time>
                    <span>{text::operation::event(&event.what)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="log" tabindex="0" role="region" aria-label="Events, newest first"><ol>{rows}</ol></div>
    }
    .into_any()
}
