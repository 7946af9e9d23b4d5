//! The routes.

use crate::{component::Frame, page};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// Every page is drawn whole before it is sent: forms must work, and statuses be right, with scripts off.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=page::NotFound>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=page::Home ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=page::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/environments") view=page::Environments ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
