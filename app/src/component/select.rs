//! A labelled choice from a list.

use super::field::{described_by, notes};
use leptos::prelude::*;
use model::FieldProblem;

#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    /// Value and words of each option.
    options: Vec<(String, String)>,
    #[prop(into)] value: String,
    #[prop(default = None)] problem: Option<FieldProblem>,
) -> impl IntoView {
    let id = name.replace(['[', ']'], "-");
    let describedby = described_by(&id, &hint, problem.as_ref());
    let invalid = problem.is_some().then_some("true");
    let options = options
        .into_iter()
        .map(|(code, words)| {
            let selected = code == value;
            view! { <option value=code selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id.clone() name=name aria-invalid=invalid aria-describedby=describedby>{options}</select>
            {notes(&id, hint, problem)}
        </div>
    }
}
