//! Facts by name.

use leptos::prelude::*;

#[component]
pub fn KeyValues(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

#[component]
pub fn KeyValue(#[prop(into)] name: String, children: Children) -> impl IntoView {
    view! { <div class="fact"><dt>{name}</dt><dd>{children()}</dd></div> }
}
