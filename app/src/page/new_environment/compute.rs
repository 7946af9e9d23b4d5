//! What the environment gets: a size, architecture and disk on Fargate, a host elsewhere.

use super::{fixed_field, plain, select_field, text_field, words};
use crate::{
    component::{Choice, Choices},
    format, text,
};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::{CreateOptions, DraftForm, applies},
    spec::{Architecture, ComputeKind, InstanceType, LOG_RETENTION_DAYS, Size},
};

pub(super) fn section(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let kind = ComputeKind::from_code(&form.compute).unwrap_or(ComputeKind::Fargate);
    let architectures = plain(Architecture::ALL.iter().map(|architecture| architecture.code()));
    let capacity = if kind.has_hosts() { host(options, form, errors) } else { size(options, form, errors) };
    // What the compute does not have is posted empty, and shown only where something stands in it all the same.
    let other = |name: &str, value: &str, field: AnyView| {
        if applies(kind, name) || errors.of(name).is_some() {
            return field;
        }
        view! { <input type="hidden" name=format!("form[{name}]") value=value.to_owned() /> }.into_any()
    };
    let misplaced = ["size", "instance_type"].into_iter().find(|name| !applies(kind, name)).map(|name| {
        let value = if name == "size" { &form.size } else { &form.instance_type };
        other(name, value, text_field(name, value, errors))
    });
    view! {
        <section class="card stack" aria-labelledby="compute"><h2 id="compute">"Compute"</h2>
            {capacity}
            <div class="form-grid">
                {misplaced}
                {other("architecture", &form.architecture, select_field("architecture", &form.architecture, architectures, errors))}
                {other("ephemeral_gib", &form.ephemeral_gib, text_field("ephemeral_gib", &form.ephemeral_gib, errors))}
                {other("disk_gib", &form.disk_gib, text_field("disk_gib", &form.disk_gib, errors))}
                {select_field("log_retention_days", &form.log_retention_days, plain(LOG_RETENTION_DAYS), errors)}
            </div>
        </section>
    }
}

/// The size of a task on Fargate.
fn size(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> AnyView {
    let price = |size: Size| {
        let known = options.size_prices.iter().find(|price| price.size == size && price.region == form.region);
        text::form::price(known.and_then(|price| price.monthly))
    };
    let sizes = Size::ALL
        .iter()
        .map(|size| {
            let task = format!("{} · {}", format::vcpu(size.cpu_units()), format::memory(size.memory_mib()));
            let title = text::environment::size(*size).to_owned();
            Choice { value: size.code().to_owned(), title, lines: vec![task, price(*size)] }
        })
        .collect();
    choices("size", &form.size, Size::from_code(&form.size).map(text::spec::task), sizes, errors)
}

/// The instance type of an EC2 host.
fn host(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> AnyView {
    let price = |one: InstanceType| {
        let known = options.host_prices.iter().find(|price| price.instance_type == one && price.region == form.region);
        text::form::price(known.and_then(|price| price.monthly))
    };
    let hosts = InstanceType::ALL
        .iter()
        .map(|one| {
            let lines = vec![text::spec::host_has(*one), price(*one)];
            Choice { value: one.code().to_owned(), title: one.code().to_owned(), lines }
        })
        .collect();
    let shown = InstanceType::from_code(&form.instance_type).map(text::spec::host);
    choices("instance_type", &form.instance_type, shown, hosts, errors)
}

/// A choice of cards, or what the preset has chosen.
fn choices(name: &str, value: &str, shown: Option<String>, choices: Vec<Choice>, errors: &FieldErrors) -> AnyView {
    let (label, hint) = words(name);
    fixed_field(name, label, value, shown.unwrap_or_default()).unwrap_or_else(|| {
        let problem = errors.of(name).cloned();
        view! { <Choices name=format!("form[{name}]") label hint choices value=value.to_owned() problem /> }.into_any()
    })
}
