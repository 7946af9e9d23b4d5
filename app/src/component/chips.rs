//! What a list is filtered by, each with the way to take it away.

use super::{Glyph, Icon};
use leptos::prelude::*;

/// One active filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub label: String,
    pub value: String,
    /// The same list without this filter.
    pub without: String,
    /// What the link does, for readers of the page.
    pub remove: String,
}

/// Nothing where no filter is active.
#[component]
pub fn Chips(
    chips: Vec<Chip>,
    /// The list without any filter.
    #[prop(into)]
    clear: String,
) -> impl IntoView {
    let several = chips.len() > 1;
    let chips: Vec<_> = chips
        .into_iter()
        .map(|chip| {
            view! {
                <li class="chip">
                    <span class="chip-label">{chip.label}</span><span class="chip-value">{chip.value}</span>
                    <a href=chip.without aria-label=chip.remove.clone() title=chip.remove><Icon glyph=Glyph::Close /></a>
                </li>
            }
        })
        .collect();
    (!chips.is_empty()).then(|| {
        view! {
            <ul class="chips" aria-label="Active filters">
                {chips}
                {several.then(|| view! { <li><a class="small" href=clear>"Clear all"</a></li> })}
            </ul>
        }
    })
}
