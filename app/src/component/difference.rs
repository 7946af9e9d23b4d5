//! Values before and after a change, side by side.

use leptos::prelude::*;

/// One changed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceRow {
    pub name: String,
    pub before: Option<String>,
    /// With neither before nor after, the value is a secret that has changed.
    pub after: Option<String>,
}

#[component]
pub fn Difference(#[prop(into)] caption: String, rows: Vec<DifferenceRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let secret = row.before.is_none() && row.after.is_none();
            let values = if secret {
                view! { <td colspan="2" class="muted">"Changed; the value is not kept"</td> }.into_any()
            } else {
                let before = row.before.map(|text| view! { <del>{text}</del> }.into_any()).unwrap_or_else(nothing);
                let after = row.after.map(|text| view! { <ins>{text}</ins> }.into_any()).unwrap_or_else(nothing);
                view! { <td>{before}</td><td>{after}</td> }.into_any()
            };
            view! { <tr><th scope="row">{row.name}</th>{values}</tr> }
        })
        .collect_view();
    view! {
        <div class="difference">
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn nothing() -> AnyView {
    view! { <span class="muted"><span aria-hidden="true">"–"</span><span class="visually-hidden">"nothing"</span></span> }.into_any()
}
