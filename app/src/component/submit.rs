//! The button of a form, and what the form's action answered.

use super::{Callout, Tone};
use crate::{error::AppError, text};
use leptos::prelude::*;
use model::Fault;

#[component]
pub fn Submit(
    #[prop(into)] label: String,
    #[prop(into, optional)] pending: Signal<bool>,
    /// `btn-primary`, `btn-danger` or `btn-quiet`, with `btn-small` where it stands in a row.
    #[prop(default = "btn btn-primary")]
    class: &'static str,
) -> impl IntoView {
    view! { <button type="submit" class=class disabled=move || pending.get()>{label}</button> }
}

/// A fault that belongs to no field of the form.
#[component]
pub fn FormError(
    #[prop(into)] error: Signal<Option<AppError>>,
    /// Fields that show their problem themselves.
    #[prop(optional)]
    fields: &'static [&'static str],
) -> impl IntoView {
    let shown = move || {
        let error = error.get()?;
        let beside_fields = matches!(error.fault(), Some(Fault::Invalid(errors)) if errors.problems.keys().all(|key| fields.contains(&key.as_str())));
        (!beside_fields).then(|| {
            view! { <Callout tone=Tone::Bad title=text::fault::title(&error)><p>{text::fault::text(&error)}</p></Callout> }
        })
    };
    view! { <div role="alert">{shown}</div> }
}
