//! The switch between light and dark. The choice is kept in a cookie, so that the server draws the right one at once.

use super::{Glyph, Icon};
use crate::context::THEME_COOKIE;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

#[component]
pub fn ThemeToggle() -> impl IntoView {
    let toggle = move |_| {
        let Some(root) = document().document_element() else { return };
        let dark = match root.get_attribute("data-theme").as_deref() {
            Some(theme) => theme == "dark",
            None => {
                window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
            }
        };
        let theme = if dark { "light" } else { "dark" };
        let _ = root.set_attribute("data-theme", theme);
        let cookie = format!("{THEME_COOKIE}={theme}; Path=/; Max-Age=31536000; SameSite=Lax");
        let _ = js_sys::Reflect::set(&document(), &JsValue::from_str("cookie"), &JsValue::from_str(&cookie));
    };
    view! {
        <button type="button" class="icon-button with-scripts" aria-label="Switch theme" title="Switch theme" on:click=toggle>
            <Icon glyph=Glyph::Theme />
        </button>
    }
}
