//! A block of code that scrolls by itself and can be reached by keyboard.

use leptos::prelude::*;

#[component]
pub fn Code(#[prop(into)] label: String, #[prop(into)] text: String) -> impl IntoView {
    view! { <pre class="code" tabindex="0" role="region" aria-label=label><code>{text}</code></pre> }
}
