//! The network: one that is made, or one that is there.

use super::{plain, select_field, text_field};
use crate::text;
use leptos::prelude::*;
use model::{FieldErrors, draft::DraftForm, spec::Nat};

pub(super) fn section(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let nats = Nat::ALL.iter().map(|nat| (nat.code().to_owned(), text::environment::nat(*nat).to_owned())).collect();
    let existing = [
        ("vpc_id", &form.vpc_id),
        ("private_subnets", &form.private_subnets),
        ("public_subnets", &form.public_subnets),
    ];
    let open = existing.iter().any(|(name, value)| !value.is_empty() || errors.of(name).is_some());
    let existing = existing.map(|(name, value)| text_field(name, value, errors)).into_iter().collect_view();
    view! {
        <section class="card stack" aria-labelledby="network"><h2 id="network">"Network"</h2>
            <div class="form-grid">
                {text_field("cidr", &form.cidr, errors)}
                {select_field("zones", &form.zones, plain([2, 3]), errors)}
                {select_field("nat", &form.nat, nats, errors)}
            </div>
            <details open=open><summary>"Use a VPC that is there"</summary>
                <p class="small muted">{text::form::EXISTING_VPC}</p>
                <div class="form-grid">{existing}</div>
            </details>
        </section>
    }
}
