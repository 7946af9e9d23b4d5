//! What a resource brought, a skeleton until then, or what went wrong.

use super::{Callout, Tone};
use crate::{error::AppError, link, text};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::Fault;
use std::time::Duration;

/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(3);

/// What a resource brought last, and for which address. [`Loaded`] has one of its own; a part that is drawn anew with what stands
/// around it is given one that is made outside, so that it forgets nothing.
pub struct Kept<T: 'static>(StoredValue<Option<(String, T)>>);

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    /// Nothing yet; lives as long as the part that makes it.
    pub fn nothing() -> Self {
        Self(StoredValue::new(None))
    }

    fn put(self, address: String, value: T) {
        self.0.try_set_value(Some((address, value)));
    }

    fn of(self, address: &str) -> Option<T> {
        self.0.try_get_value().flatten().filter(|(of, _)| of == address).map(|(_, value)| value)
    }
}

/// Whether what stands around this part says already that the database does not answer.
#[derive(Clone, Copy)]
struct SaidAround(bool);

/// Draws `view` with the resource's value. A refetch keeps the old drawing until the new value is there, and for as long as the
/// server cannot be reached (the frame then says how old it is) or its database does not answer (which is said here).
#[component]
pub fn Loaded<T, F, V>(
    resource: Resource<Result<T, AppError>>,
    view: F,
    #[prop(default = Kept::nothing())] kept: Kept<T>,
) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let address = use_location().pathname;
    let around = use_context::<SaidAround>().is_some_and(|SaidAround(said)| said);
    // Effects run in the browser only: it asks again by itself.
    Effect::new(move |_| {
        let away = resource.with(|value| matches!(value, Some(Err(AppError::Fault(Fault::Unavailable)))));
        if away && let Ok(timer) = set_timeout_with_handle(move || resource.refetch(), AGAIN) {
            on_cleanup(move || timer.clear());
        }
    });
    // A part that was drawn anew while its resource is read anew shows what it knew.
    let meanwhile = {
        let view = view.clone();
        move || match kept.of(&address.get_untracked()) {
            Some(value) => view(value).into_any(),
            None => view! { <div class="skeleton" aria-hidden="true"></div> }.into_any(),
        }
    };
    let draw = move || {
        let view = view.clone();
        Suspend::new(async move {
            let here = address.get_untracked();
            let value = resource.await;
            let away = matches!(value, Err(AppError::Fault(Fault::Unavailable)));
            provide_context(SaidAround(around || away));
            match value {
                Ok(value) => {
                    kept.put(here, value.clone());
                    view(value).into_any()
                }
                // A fault is an answer; that the server or its database could not be asked is none.
                Err(error) => match kept.of(&here).filter(|_| away || error.fault().is_none()) {
                    Some(value) => {
                        let said = (away && !around).then(|| {
                            let (title, text) = text::page::DATABASE_AWAY;
                            view! { <Callout tone=Tone::Warn title><p>{text}</p></Callout> }
                        });
                        view! { {said}{view(value)} }.into_any()
                    }
                    None => view! { <Problem error /> }.into_any(),
                },
            }
        })
    };
    view! { <Transition fallback=meanwhile>{draw}</Transition> }
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
