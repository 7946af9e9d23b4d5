//! The head of a page: where it stands, its title, what can be done.

use leptos::prelude::*;
use leptos_meta::Title as MetaTitle;

/// The document's title.
#[component]
pub fn Title(#[prop(into)] text: String) -> impl IntoView {
    view! { <MetaTitle text=format!("{text} · Handrail") /> }
}

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// The page above: address and name.
    #[prop(optional)]
    up: Option<(String, String)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let crumbs = up.map(|(address, name)| {
        view! { <nav class="crumbs" aria-label="Breadcrumb"><a href=address>{name}</a></nav> }
    });
    view! {
        <Title text=title.clone() />
        <div class="page-head">
            <div>{crumbs}<h1>{title}</h1></div>
            <div class="page-actions">{children.map(|children| children())}</div>
        </div>
    }
}
