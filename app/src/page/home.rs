//! The way in: leads to the list.

use crate::link;
use leptos::prelude::*;
use leptos_router::components::Redirect;

#[component]
pub fn Home() -> impl IntoView {
    view! { <Redirect path=link::ENVIRONMENTS /> }
}
