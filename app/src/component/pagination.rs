//! The way to the next page of a list.

use leptos::prelude::*;

#[component]
pub fn Pagination(
    /// Address of the first page, unless it is the one shown.
    first: Option<String>,
    /// Address of the next page, if there is one.
    next: Option<String>,
) -> impl IntoView {
    let any = first.is_some() || next.is_some();
    any.then(|| {
        view! {
            <nav class="pages" aria-label="Pages">
                {first.map(|address| view! { <a class="btn btn-small" href=address>"First page"</a> })}
                {next.map(|address| view! { <a class="btn btn-small" href=address>"Next page"</a> })}
            </nav>
        }
    })
}
