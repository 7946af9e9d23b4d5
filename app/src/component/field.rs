//! A labelled input with its explanation and its error, tied together for readers of the page.

use crate::text;
use leptos::prelude::*;
use model::FieldProblem;

/// Ids of the explanation and of the error, as `aria-describedby` wants them.
pub(super) fn described_by(id: &str, hint: &str, problem: Option<&FieldProblem>) -> Option<String> {
    let hint = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let error = problem.map(|_| format!("{id}-error"));
    match (error, hint) {
        (Some(error), Some(hint)) => Some(format!("{error} {hint}")),
        (one, other) => one.or(other),
    }
}

/// The explanation and the error under a control.
pub(super) fn notes(id: &str, hint: String, problem: Option<FieldProblem>) -> impl IntoView + use<> {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        {problem.map(|problem| view! { <p class="field-error" id=error_id>{text::fault::problem(&problem)}</p> })}
        {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
    }
}

/// An input of one line.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] value: String,
    #[prop(default = None)] problem: Option<FieldProblem>,
    /// The input's type; passwords are never filled in again.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] required: bool,
    /// What the browser offers while somebody types.
    #[prop(optional)]
    suggestions: Vec<String>,
) -> impl IntoView {
    let id = name.replace(['[', ']'], "-");
    let describedby = described_by(&id, &hint, problem.as_ref());
    let invalid = problem.is_some().then_some("true");
    let value = (kind != "password").then_some(value);
    let list = (!suggestions.is_empty()).then(|| format!("{id}-list"));
    let suggestions = list.clone().map(|id| {
        let options = suggestions.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input class="input" id=id.clone() name=name type=kind value=value autocomplete=autocomplete required=required
                aria-invalid=invalid aria-describedby=describedby spellcheck="false" list=list />
            {suggestions}
            {notes(&id, hint, problem)}
        </div>
    }
}

/// A box to tick; posts `on`.
#[component]
pub fn Check(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    checked: bool,
    #[prop(default = None)] problem: Option<FieldProblem>,
) -> impl IntoView {
    let id = name.replace(['[', ']'], "-");
    let describedby = described_by(&id, &hint, problem.as_ref());
    let invalid = problem.is_some().then_some("true");
    view! {
        <div class="field field-check">
            <input id=id.clone() name=name type="checkbox" value="on" checked=checked aria-invalid=invalid
                aria-describedby=describedby />
            <div><label for=id.clone()>{label}</label>{notes(&id, hint, problem)}</div>
        </div>
    }
}

/// An input of several lines. Its problem may come later, since what was typed must stay when it does.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] value: String,
    #[prop(into, optional)] problem: Signal<Option<FieldProblem>>,
    #[prop(default = 6)] rows: u32,
) -> impl IntoView {
    let id = name.replace(['[', ']'], "-");
    let describedby = {
        let (id, hint) = (id.clone(), hint.clone());
        move || described_by(&id, &hint, problem.get().as_ref())
    };
    let invalid = move || problem.get().map(|_| "true");
    let notes = {
        let id = id.clone();
        move || notes(&id, hint.clone(), problem.get())
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea class="input" id=id name=name rows=rows aria-invalid=invalid aria-describedby=describedby spellcheck="false">
                {value}</textarea>
            {notes}
        </div>
    }
}
