//! An address that names nothing.

use super::param::not_found;
use crate::{
    component::{PageHead, Problem, Surround},
    link,
};
use leptos::prelude::*;

/// In the frame, like any other page.
#[component]
pub fn UnknownAddress() -> impl IntoView {
    view! { <Surround><NotFound /></Surround> }
}

#[component]
pub fn NotFound() -> impl IntoView {
    let error = not_found();
    view! {
        <PageHead title="Not found" />
        <Problem error />
        <p><a class="btn" href=link::ENVIRONMENTS>"All environments"</a></p>
    }
}
