//! What a resource brought, a skeleton until then, or what went wrong.

use super::{Callout, Tone};
use crate::{error::AppError, link, text};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::Fault;
use std::time::Duration;

/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(3);

/// Draws `view` with the resource's value. A refetch keeps the old drawing until the new value is there, and for as long as the
/// server cannot be reached (the frame then says how old it is) or its database does not answer (which is said here).
#[component]
pub fn Loaded<T, F, V>(resource: Resource<Result<T, AppError>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let address = use_location().pathname;
    let last = StoredValue::new(None::<(String, T)>);
    // Effects run in the browser only: it asks again by itself.
    Effect::new(move |_| {
        let away = resource.with(|value| matches!(value, Some(Err(AppError::Fault(Fault::Unavailable)))));
        if away && let Ok(timer) = set_timeout_with_handle(move || resource.refetch(), AGAIN) {
            on_cleanup(move || timer.clear());
        }
    });
    let draw = move || {
        let view = view.clone();
        Suspend::new(async move {
            let here = address.get_untracked();
            match resource.await {
                Ok(value) => {
                    last.try_set_value(Some((here, value.clone())));
                    view(value).into_any()
                }
                Err(error) => {
                    let away = error.fault() == Some(&Fault::Unavailable);
                    let keeps = away || error.fault().is_none();
                    match last.try_get_value().flatten().filter(|(address, _)| keeps && *address == here) {
                        Some((_, value)) if away => {
                            let (title, text) = text::page::DATABASE_AWAY;
                            view! { <Callout tone=Tone::Warn title><p>{text}</p></Callout>{view(value)} }.into_any()
                        }
                        Some((_, value)) => view(value).into_any(),
                        None => view! { <Problem error /> }.into_any(),
                    }
                }
            }
        })
    };
    view! { <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>{draw}</Transition> }
}

/// A fault in the place of what could not be shown.
#[component]
pub fn Problem(error: AppError) -> impl IntoView {
    let ended = error.fault() == Some(&Fault::Unauthenticated);
    let next = use_location().pathname;
    let sign_in = move || view! { <p><a class="btn" href=link::sign_in(&next.get_untracked())>"Sign in"</a></p> };
    view! {
        <Callout tone=Tone::Bad title=text::fault::title(&error)>
            <p>{text::fault::text(&error)}</p>
            {ended.then(sign_in)}
        </Callout>
    }
}
