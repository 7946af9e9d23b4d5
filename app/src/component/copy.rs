//! A button that copies a text and says that it did.

use leptos::prelude::*;

#[component]
pub fn Copy(
    #[prop(into)] text: String,
    #[prop(into)] label: String,
    /// What is copied, for readers of the page where several such buttons stand.
    #[prop(into, optional)]
    what: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        // The promise is not awaited: browsers refuse only outside of a click or over plain HTTP, where nothing is copied.
        let clipboard = window().navigator().clipboard();
        if !clipboard.is_undefined() {
            let _ = clipboard.write_text(&text);
            copied.set(true);
            set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
        }
    };
    view! {
        <button type="button" class="btn btn-quiet btn-small with-scripts" on:click=copy>
            <span aria-live="polite">{move || if copied.get() { "Copied".to_owned() } else { label.clone() }}</span>
            {(!what.is_empty()).then(|| view! { <span class="visually-hidden">" "{what}</span> })}
        </button>
    }
}
