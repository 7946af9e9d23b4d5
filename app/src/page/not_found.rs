//! An address that names nothing.

use super::param::not_found;
use crate::{
    component::{PageHead, Surround},
    link, text,
};
use leptos::prelude::*;

/// In the frame, like any other page.
#[component]
pub fn UnknownAddress() -> impl IntoView {
    view! { <Surround><NotFound /></Surround> }
}

#[component]
pub fn NotFound() -> impl IntoView {
    // Gives the answer its status.
    let _ = not_found();
    view! {
        <PageHead title="Not found" />
        <p class="none">{text::page::NO_SUCH_ADDRESS}</p>
        <p><a class="btn" href=link::ENVIRONMENTS>"All environments"</a></p>
    }
}
