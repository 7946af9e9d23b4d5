//! A choice shown as cards, each with what it means.

use super::field::{described_by, notes};
use leptos::prelude::*;
use model::FieldProblem;

/// One card.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub title: String,
    pub lines: Vec<String>,
}

#[component]
pub fn Choices(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    choices: Vec<Choice>,
    #[prop(into)] value: String,
    #[prop(default = None)] problem: Option<FieldProblem>,
) -> impl IntoView {
    let id = name.replace(['[', ']'], "-");
    let describedby = described_by(&id, &hint, problem.as_ref());
    let cards = choices
        .into_iter()
        .map(|choice| {
            let checked = choice.value == value;
            let lines =
                choice.lines.into_iter().map(|line| view! { <span class="choice-line">{line}</span> }).collect_view();
            view! {
                <label class="choice">
                    <input type="radio" name=name.clone() value=choice.value checked=checked />
                    <span class="choice-body"><span class="choice-title">{choice.title}</span>{lines}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=describedby>
            <legend>{label}</legend>
            <div class="choices">{cards}</div>
            {notes(&id, hint, problem)}
        </fieldset>
    }
}
