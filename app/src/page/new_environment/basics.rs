//! Name, team, place and version.

use super::{select_field, text_field};
use crate::text;
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::{CreateOptions, DraftForm},
    spec::{Edition, region_name},
};

pub(super) fn section(options: &CreateOptions, form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let teams = options.teams.iter().map(|team| (team.id.to_string(), team.name.clone())).collect();
    let accounts = options
        .accounts
        .iter()
        .map(|account| (account.id.to_string(), format!("{} ({})", account.name, account.aws_account)))
        .collect();
    let mut regions: Vec<(String, String)> = Vec::new();
    for code in options.accounts.iter().flat_map(|account| &account.regions) {
        if !regions.iter().any(|(known, _)| known == code) {
            let name = region_name(code).map_or_else(|| code.clone(), |name| format!("{name} · {code}"));
            regions.push((code.clone(), name));
        }
    }
    let edition = Edition::from_code(&form.edition).unwrap_or(Edition::Canvas);
    let versions = model::image::values(&options.versions, edition)
        .into_iter()
        .map(|(value, offer)| (value.clone(), text::image::offer(&value, offer.deprecated)))
        .collect();
    view! {
        <section class="card" aria-labelledby="basics"><h2 id="basics">"Basics"</h2>
            <div class="form-grid">
                {text_field("name", &form.name, errors)}
                {select_field("team", &form.team, teams, errors)}
                {select_field("account", &form.account, accounts, errors)}
                {select_field("region", &form.region, regions, errors)}
                {select_field("version", &form.version, versions, errors)}
            </div>
        </section>
    }
}
