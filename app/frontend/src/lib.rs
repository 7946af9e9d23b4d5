//! The browser's half of Handrail: takes over the page that the server drew.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script that Leptos puts into every page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
