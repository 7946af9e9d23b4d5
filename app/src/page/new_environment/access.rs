//! The network, and who reaches the environment.

use super::{check_field, plain, select_field, text_field};
use crate::text;
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::DraftForm,
    spec::{Nat, Scheme},
};

pub(super) fn section(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let nats = Nat::ALL.iter().map(|nat| (nat.code().to_owned(), text::environment::nat(*nat).to_owned())).collect();
    let schemes = Scheme::ALL
        .iter()
        .map(|scheme| (scheme.code().to_owned(), text::environment::scheme(*scheme).to_owned()))
        .collect();
    view! {
        <section class="card" aria-labelledby="network"><h2 id="network">"Network and access"</h2>
            <div class="form-grid">
                {text_field("cidr", &form.cidr, errors)}
                {select_field("zones", &form.zones, plain([2, 3]), errors)}
                {select_field("nat", &form.nat, nats, errors)}
                {select_field("scheme", &form.scheme, schemes, errors)}
                {text_field("allowed_cidrs", &form.allowed_cidrs, errors)}
                {text_field("certificate_arn", &form.certificate_arn, errors)}
                {check_field("public_acknowledged", &form.public_acknowledged, errors)}
            </div>
        </section>
    }
}
