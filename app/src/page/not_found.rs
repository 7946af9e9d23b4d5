//! An address that names nothing.

use super::param::not_found;
use crate::{
    component::{PageHead, Problem},
    link,
};
use leptos::prelude::*;

#[component]
pub fn NotFound() -> impl IntoView {
    let error = not_found();
    view! {
        <main class="main" id="main">
            <PageHead title="Not found" />
            <Problem error />
            <p><a class="btn" href=link::ENVIRONMENTS>"All environments"</a></p>
        </main>
    }
}
