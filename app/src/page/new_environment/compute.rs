//! Size, architecture and disk.

use super::{fixed_field, plain, select_field, text_field, words};
use crate::{
    component::{Choice, Choices},
    format, text,
};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::{CreateOptions, DraftForm},
    spec::{Architecture, LOG_RETENTION_DAYS, Size},
};

pub(super) fn section(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let region = form.region.clone();
    let sizes = Size::ALL
        .iter()
        .map(|size| {
            let price = options.size_prices.iter().find(|price| price.size == *size && price.region == region);
            let price = price.and_then(|price| price.monthly).map_or_else(
                || "Price not known here".to_owned(),
                |monthly| format!("about {} a month (estimate)", format::money(monthly)),
            );
            let task = format!("{} · {}", format::vcpu(size.cpu_units()), format::memory(size.memory_mib()));
            Choice {
                value: size.code().to_owned(),
                title: text::environment::size(*size).to_owned(),
                lines: vec![task, price],
            }
        })
        .collect();
    let architectures = plain(Architecture::ALL.iter().map(|architecture| architecture.code()));
    let (label, hint) = words("size");
    let shown = Size::from_code(&form.size).map(text::spec::task).unwrap_or_default();
    let size = fixed_field("size", label, &form.size, shown).unwrap_or_else(|| {
        view! {
            <Choices name="form[size]" label hint choices=sizes value=form.size.clone() problem=errors.of("size").cloned() />
        }
        .into_any()
    });
    view! {
        <section class="card stack" aria-labelledby="compute"><h2 id="compute">"Compute"</h2>
            {size}
            <div class="form-grid">
                {select_field("architecture", &form.architecture, architectures, errors)}
                {text_field("ephemeral_gib", &form.ephemeral_gib, errors)}
                {select_field("log_retention_days", &form.log_retention_days, plain(LOG_RETENTION_DAYS), errors)}
            </div>
        </section>
    }
}
