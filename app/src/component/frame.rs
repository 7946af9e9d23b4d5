//! What stands around every page: skip link, banners, navigation.

use super::{Glyph, Icon, ThemeToggle};
use crate::{
    api::{identity::SignOut, platform::Facts},
    error::AppError,
    link,
    live::Live,
    text,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::Principal;
use server_fn::ServerFn;

/// The frame's facts, shared by the pages: who is signed in decides what they offer.
#[derive(Clone, Copy)]
pub struct FrameFacts(Option<Resource<Result<Facts, AppError>>>);

impl FrameFacts {
    /// The facts of the frame around this part. Called while the part is made; awaited later.
    pub fn here() -> Self {
        use_context().unwrap_or(Self(None))
    }

    /// The facts, unless the server did not answer.
    pub async fn read(self) -> Option<Facts> {
        self.0?.await.ok()
    }

    /// Who is signed in.
    pub async fn principal(self) -> Option<Principal> {
        self.read().await?.principal
    }
}

/// The frame around the page that the address names.
#[component]
pub fn Frame() -> impl IntoView {
    view! { <Surround><Outlet /></Surround> }
}

/// The frame around anything.
#[component]
pub fn Surround(children: Children) -> impl IntoView {
    let location = leptos_router::hooks::use_location();
    // Who is signed in changes only on the way in and out.
    let outside = Memo::new(move |_| {
        let path = location.pathname.get();
        [link::SIGN_IN, "/setup/", "/invitations/"].iter().any(|prefix| path.starts_with(prefix))
    });
    let facts = Resource::new(move || outside.get(), |_| crate::api::platform::frame());
    provide_context(FrameFacts(Some(facts)));
    let live = Live::start(move || facts.with(|facts| matches!(facts, Some(Ok(facts)) if facts.principal.is_some())));
    let bar = move || {
        Suspend::new(async move {
            let facts = facts.await.ok();
            let banner = facts.as_ref().and_then(|facts| facts.installation.endpoint_override.clone()).map(|host| {
                view! {
                    <aside class="banner" data-tone="warn" aria-label="Sandbox">
                        <p>"Not real AWS: every call goes to "<strong>{host}</strong></p>
                    </aside>
                }
            });
            let principal = facts.and_then(|facts| facts.principal);
            let links = principal.clone().map(|who| {
                let platform = who.sees_all_teams();
                let entry = move |address: &'static str, name: &'static str| {
                    let current = move || link::is_under(&location.pathname.get(), address).then_some("page");
                    view! { <a href=address aria-current=current>{name}</a> }
                };
                let links = move || {
                    view! {
                        {entry(link::ENVIRONMENTS, "Environments")}
                        {entry(link::ACTIVITY, "Activity")}
                        {entry(link::TEAMS, "Teams")}
                        {platform.then(|| entry(link::PLATFORM, "Platform"))}
                        {entry(link::ACCOUNT, "Account")}
                    }
                };
                view! {
                    <nav class="nav nav-wide" aria-label="Main">{links()}</nav>
                    <details class="nav-narrow">
                        <summary aria-label="Menu"><Icon glyph=Glyph::Menu /></summary>
                        <nav class="nav" aria-label="Main, small screen">{links()}</nav>
                    </details>
                }
            });
            let leave = principal.map(|who| {
                view! {
                    <span class="who" title=who.name.clone()>{who.name.clone()}</span>
                    // A plain form: everything that was read for this person goes with the page.
                    <form method="post" action=SignOut::PATH>
                        <button type="submit" class="icon-button" aria-label="Sign out" title="Sign out">
                            <Icon glyph=Glyph::SignOut />
                        </button>
                    </form>
                }
            });
            view! {
                {banner}
                <header class="bar">
                    <a class="brand" href="/">
                        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
                            <path d="M5 26V8m22 18V8M5 13c7 0 8-5 22-5M5 20c7 0 8-5 22-5" fill="none" stroke="currentColor"
                                stroke-width="3" stroke-linecap="round" />
                        </svg>
                        "Handrail"
                    </a>
                    {links}
                    <div class="bar-end"><ThemeToggle />{leave}</div>
                </header>
            }
        })
    };
    let offline = move || {
        live.lost_at().map(|at| view! { <p class="banner" data-tone="bad">{text::page::connection_lost(&at)}</p> })
    };
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <Transition>{bar}</Transition>
        <div role="status">{offline}</div>
        <main id="main" class="main" tabindex="-1">{children()}</main>
    }
}
