//! What stands around every page: skip link, banners, navigation.

use super::{Glyph, Icon, ThemeToggle};
use crate::{
    api::{identity::SignOut, platform::Facts},
    error::AppError,
    link,
    live::Live,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The frame's facts, shared by the pages: who is signed in decides what they offer.
#[derive(Clone, Copy)]
pub struct FrameFacts(pub Resource<Result<Facts, AppError>>);

#[component]
pub fn Frame() -> impl IntoView {
    let location = leptos_router::hooks::use_location();
    // Who is signed in changes only on the way in and out.
    let outside = Memo::new(move |_| {
        let path = location.pathname.get();
        [link::SIGN_IN, "/setup/", "/invitations/"].iter().any(|prefix| path.starts_with(prefix))
    });
    let facts = Resource::new(move || outside.get(), |_| crate::api::platform::frame());
    provide_context(FrameFacts(facts));
    let live = Live::start();
    let sign_out = ServerAction::<SignOut>::new();
    let bar = move || {
        Suspend::new(async move {
            let facts = facts.await.ok();
            let banner = facts.as_ref().and_then(|facts| facts.installation.endpoint_override.clone()).map(|host| {
                view! { <p class="banner" data-tone="warn">"Not real AWS: every call goes to " <strong>{host}</strong></p> }
            });
            let principal = facts.and_then(|facts| facts.principal);
            let links = principal.clone().map(|who| {
                let platform = who.sees_all_teams();
                let links = move || {
                    view! {
                        <a href=link::ENVIRONMENTS>"Environments"</a>
                        <a href=link::TEAMS>"Teams"</a>
                        {platform.then(|| view! { <a href=link::PLATFORM>"Platform"</a> })}
                        <a href=link::ACCOUNT>"Account"</a>
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
                    <span class="who">{who.name}</span>
                    <ActionForm action=sign_out>
                        <button type="submit" class="icon-button" aria-label="Sign out" title="Sign out">
                            <Icon glyph=Glyph::SignOut />
                        </button>
                    </ActionForm>
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
        live.is_lost()
            .then(|| view! { <p class="banner" data-tone="bad">"Connection lost; this page may be out of date."</p> })
    };
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <Transition>{bar}</Transition>
        <div role="status">{offline}</div>
        <main id="main" class="main" tabindex="-1"><Outlet /></main>
    }
}
