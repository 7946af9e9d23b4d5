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
            <Routes fallback=page::UnknownAddress>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=page::Home ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=page::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/setup/:token") view=page::Setup ssr=SsrMode::Async />
                    <Route path=path!("/invitations/:token") view=page::Invitation ssr=SsrMode::Async />
                    <Route path=path!("/environments") view=page::Environments ssr=SsrMode::Async />
                    <Route path=path!("/environments/new") view=page::NewEnvironment ssr=SsrMode::Async />
                    <Route path=path!("/environments/new/:draft/plan") view=page::PlanPage ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment") view=page::Overview ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/scale") view=page::Scale ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/scale/plan") view=page::UpdatePlanPage ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/activity") view=page::Activity ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/metrics") view=page::Metrics ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/logs") view=page::Logs ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/configuration") view=page::Configuration ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/revisions") view=page::Revisions ssr=SsrMode::Async />
                    <Route path=path!("/environments/:environment/settings") view=page::Settings ssr=SsrMode::Async />
                    <Route path=path!("/operations/:operation") view=page::Operation ssr=SsrMode::Async />
                    <Route path=path!("/activity") view=page::History ssr=SsrMode::Async />
                    <Route path=path!("/teams") view=page::Teams ssr=SsrMode::Async />
                    <Route path=path!("/teams/:team") view=page::TeamPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=page::Account ssr=SsrMode::Async />
                    <Route path=path!("/platform") view=page::PlatformHome ssr=SsrMode::Async />
                    <Route path=path!("/platform/accounts") view=page::PlatformAccounts ssr=SsrMode::Async />
                    <Route path=path!("/platform/accounts/roles") view=page::PlatformRoles ssr=SsrMode::Async />
                    <Route path=path!("/platform/images") view=page::PlatformImages ssr=SsrMode::Async />
                    <Route path=path!("/platform/images/:mirror") view=page::MirrorPage ssr=SsrMode::Async />
                    <Route path=path!("/platform/people") view=page::PlatformPeople ssr=SsrMode::Async />
                    <Route path=path!("/platform/teams") view=page::PlatformTeams ssr=SsrMode::Async />
                    <Route path=path!("/platform/presets") view=page::PlatformPresets ssr=SsrMode::Async />
                    <Route path=path!("/platform/work") view=page::PlatformWork ssr=SsrMode::Async />
                    <Route path=path!("/platform/configuration") view=page::PlatformConfiguration ssr=SsrMode::Async />
                    <Route path=path!("/design") view=page::Design ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
