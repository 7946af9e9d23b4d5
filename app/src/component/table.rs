//! A table that becomes stacked cards on a phone. Roles are written out, since `display: block` takes the implied ones away.

use leptos::prelude::*;

#[component]
pub fn Table(#[prop(into)] caption: String, heads: Vec<&'static str>, children: Children) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col" role="columnheader">{head}</th> }).collect_view();
    view! {
        <table class="table" role="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{heads}</tr></thead>
            <tbody role="rowgroup">{children()}</tbody>
        </table>
    }
}

/// A cell that names its column where the head is not shown.
#[component]
pub fn Cell(label: &'static str, children: Children) -> impl IntoView {
    view! { <td role="cell" data-label=label>{children()}</td> }
}

/// A table, or a sentence where it would have no rows.
#[component]
pub fn Rows<V: IntoView + 'static>(
    #[prop(into)] caption: String,
    heads: Vec<&'static str>,
    rows: Vec<V>,
    empty: &'static str,
) -> impl IntoView {
    if rows.is_empty() {
        view! { <p class="muted none">{empty}</p> }.into_any()
    } else {
        view! { <Table caption heads>{rows}</Table> }.into_any()
    }
}
