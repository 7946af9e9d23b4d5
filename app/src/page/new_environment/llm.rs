//! The language model and its key.

use super::{select_field, text_field, words};
use crate::{component::Field, text};
use leptos::prelude::*;
use model::{FieldErrors, draft::DraftForm, spec::LlmProvider};

pub(super) fn section(form: &DraftForm, errors: &FieldErrors, has_key: bool) -> impl IntoView + use<> {
    let providers = LlmProvider::ALL
        .iter()
        .map(|provider| (provider.code().to_owned(), text::environment::provider(*provider).to_owned()))
        .collect();
    let (label, hint) = words("llm_key");
    let hint = if has_key { text::form::KEY_STORED } else { hint };
    view! {
        <section class="card" aria-labelledby="model"><h2 id="model">"Language model"</h2>
            <div class="form-grid">
                {select_field("llm_provider", &form.llm_provider, providers, errors)}
                {text_field("llm_model", &form.llm_model, errors)}
                {text_field("llm_base_url", &form.llm_base_url, errors)}
                <Field name="llm_key" label hint kind="password" autocomplete="off" problem=errors.of("llm_key").cloned() />
            </div>
        </section>
    }
}
