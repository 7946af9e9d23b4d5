//! A table that becomes stacked cards on a phone. Roles are written out, since `display: block` takes the implied ones away.

use leptos::prelude::*;

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    label: &'static str,
    sort: Option<Sort>,
    /// Over numbers, which end at the right.
    numbers: bool,
}

/// How a column orders its table.
#[derive(Clone, Debug)]
pub struct Sort {
    /// Where its head leads: the other direction where the table is ordered by it already.
    pub address: String,
    /// `Some(true)` where the table is ordered by it, the greatest first; `Some(false)` the other way around.
    pub descending: Option<bool>,
}

impl Head {
    /// A head that orders the table.
    pub fn sorting(label: &'static str, sort: Sort) -> Self {
        Self { label, sort: Some(sort), numbers: false }
    }

    /// A head over cells of the class `amount`.
    pub fn amount(label: &'static str) -> Self {
        Self { label, sort: None, numbers: true }
    }
}

impl From<&'static str> for Head {
    fn from(label: &'static str) -> Self {
        Self { label, sort: None, numbers: false }
    }
}

/// The heads of a table.
#[derive(Clone, Debug)]
pub struct Heads(Vec<Head>);

impl From<Vec<Head>> for Heads {
    fn from(heads: Vec<Head>) -> Self {
        Self(heads)
    }
}

impl From<Vec<&'static str>> for Heads {
    fn from(labels: Vec<&'static str>) -> Self {
        Self(labels.into_iter().map(Head::from).collect())
    }
}

fn head(head: Head) -> AnyView {
    let Some(sort) = head.sort else {
        let class = head.numbers.then_some("amount");
        return view! { <th scope="col" role="columnheader" class=class>{head.label}</th> }.into_any();
    };
    let (order, mark) = match sort.descending {
        Some(true) => ("descending", "↓"),
        Some(false) => ("ascending", "↑"),
        None => ("none", ""),
    };
    view! {
        <th scope="col" role="columnheader" aria-sort=order>
            <a class="sort" href=sort.address>{head.label}<span class="sort-mark" aria-hidden="true">{mark}</span></a>
        </th>
    }
    .into_any()
}

#[component]
pub fn Table(#[prop(into)] caption: String, #[prop(into)] heads: Heads, children: Children) -> impl IntoView {
    let heads = heads.0.into_iter().map(head).collect_view();
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
pub fn Cell(label: &'static str, #[prop(optional)] class: Option<&'static str>, children: Children) -> impl IntoView {
    view! { <td role="cell" class=class data-label=label>{children()}</td> }
}

/// A table, or a sentence where it would have no rows.
#[component]
pub fn Rows<V: IntoView + 'static>(
    #[prop(into)] caption: String,
    #[prop(into)] heads: Heads,
    rows: Vec<V>,
    empty: &'static str,
) -> impl IntoView {
    if rows.is_empty() {
        view! { <p class="muted none">{empty}</p> }.into_any()
    } else {
        view! { <Table caption heads>{rows}</Table> }.into_any()
    }
}
