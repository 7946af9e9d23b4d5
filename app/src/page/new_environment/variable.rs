//! Extra variables and extra secrets. Values of secrets are never drawn: a row says only whether one is stored.

use super::{Fixed, fixed_field, words};
use crate::{
    component::{Field, TextArea},
    text,
};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::DraftForm,
    variable::{self, SECRETS_MAX, name_field, value_field},
};

/// Empty rows to type into, beside those that are there.
const SPARE_ROWS: usize = 2;

pub(super) fn section(form: &DraftForm, errors: &FieldErrors, stored: &[String]) -> impl IntoView + use<> {
    let (label, hint) = words("variables");
    let typed = form.variables.clone();
    let problem = errors.of("variables").cloned();
    let variables = fixed_field("variables", label, &typed, typed.clone()).unwrap_or_else(|| {
        view! { <TextArea name="form[variables]" label hint value=typed.clone() problem=Signal::stored(problem) rows=4 /> }
            .into_any()
    });
    let is_fixed = use_context::<Fixed>().is_some_and(|Fixed(fields)| fields.iter().any(|field| field == "secrets"));
    let names: Vec<String> = variable::names(&form.secrets).map(str::to_owned).collect();
    let spare = if is_fixed { 0 } else { SPARE_ROWS.min(SECRETS_MAX.saturating_sub(names.len())) };
    let nameless = errors.of(&name_field(names.len())).is_some();
    let rows = names.iter().cloned().chain(std::iter::repeat_n(String::new(), spare.max(nameless.into())));
    let rows = rows.enumerate().map(|(index, name)| row(index, name, is_fixed, errors, stored)).collect_view();
    let (title, about) = words("secrets");
    let fixed = is_fixed.then(|| view! { <p class="field-hint">{text::preset::FIXED}</p> });
    view! {
        <section class="card stack" aria-labelledby="variables"><h2 id="variables">"More settings"</h2>
            {variables}
            <fieldset class="stack"><legend>{title}</legend>
                <p class="field-hint">{about}</p>
                {fixed}
                {rows}
            </fieldset>
        </section>
    }
}

fn row(index: usize, name: String, is_fixed: bool, errors: &FieldErrors, stored: &[String]) -> impl IntoView + use<> {
    let (name_at, value_at) = (name_field(index), value_field(index));
    let number = index + 1;
    let hint = if stored.contains(&name) { text::form::SECRET_STORED } else { "" };
    let (name_problem, value_problem) = (errors.of(&name_at).cloned(), errors.of(&value_at).cloned());
    let named = if is_fixed {
        view! {
            <div class="field"><p class="field-label">{text::form::secret_name(number)}</p><p class="strong mono">{name.clone()}</p>
                <input type="hidden" name=name_at value=name /></div>
        }
        .into_any()
    } else {
        view! { <Field name=name_at label=text::form::secret_name(number) value=name autocomplete="off" problem=name_problem /> }
            .into_any()
    };
    view! {
        <div class="form-grid">
            {named}
            <Field name=value_at label=text::form::secret_value(number) hint kind="password" autocomplete="off" problem=value_problem />
        </div>
    }
}
