//! The routes.

use crate::{
    component::Frame,
    page::{self, LazyPage},
};
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
            <Routes fallback=page::UnknownAddress>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=page::Home ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=LazyPage::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/setup/:token") view=LazyPage::Setup ssr=SsrMode::Async />
                    <Route path=path!("/invitations/:token") view=LazyPage::Invitation ssr=SsrMode::Async />
                    <Route path=path!("/environments") view=page::Environments ssr=SsrMode::Async />
                    <Route path=path!("/environments/new") view=LazyPage::NewEnvironment ssr=SsrMode::Async />
                    <Route path=path!("/environments/new/:draft/plan") view=LazyPage::PlanPage ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment") view=LazyPage::Overview ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/scale") view=LazyPage::Scale ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/scale/plan") view=LazyPage::UpdatePlanPage ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/activity") view=LazyPage::Activity ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/metrics") view=LazyPage::Metrics ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/logs") view=LazyPage::Logs ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/configuration") view=LazyPage::Configuration ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/revisions") view=LazyPage::Revisions ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/settings") view=LazyPage::Settings ssr=SsrMode::Async />
                    <Route path=path!("/operations/:operation") view=LazyPage::Operation ssr=SsrMode::Async />
                    <Route path=path!("/activity") view=LazyPage::History ssr=SsrMode::Async />
                    <Route path=path!("/teams") view=LazyPage::Teams ssr=SsrMode::Async />
                    <Route path=path!("/teams/:team") view=LazyPage::TeamPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=LazyPage::Account ssr=SsrMode::Async />
                    <Route path=path!("/platform") view=LazyPage::PlatformHome ssr=SsrMode::Async />
                    <Route path=path!("/platform/accounts") view=LazyPage::PlatformAccounts ssr=SsrMode::Async />
                    <Route path=path!("/platform/accounts/roles") view=LazyPage::PlatformRoles ssr=SsrMode::Async />
                    <Route path=path!("/platform/images") view=LazyPage::PlatformImages ssr=SsrMode::Async />
                    <Route path=path!("/platform/images/:mirror") view=LazyPage::MirrorPage ssr=SsrMode::Async />
                    <Route path=path!("/platform/people") view=LazyPage::PlatformPeople ssr=SsrMode::Async />
                    <Route path=path!("/platform/teams") view=LazyPage::PlatformTeams ssr=SsrMode::Async />
                    <Route path=path!("/platform/presets") view=LazyPage::PlatformPresets ssr=SsrMode::Async />
                    <Route path=path!("/platform/work") view=LazyPage::PlatformWork ssr=SsrMode::Async />
                    <Route path=path!("/platform/configuration") view=LazyPage::PlatformConfiguration ssr=SsrMode::Async />
                    <Route path=path!("/design") view=LazyPage::Design ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
