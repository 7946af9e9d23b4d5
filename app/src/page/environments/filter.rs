//! Filters and order of the list, from the address and as a form that leads back to one.

use crate::{
    component::{Check, Field, Select},
    link,
    page::param::query,
    text,
};
use leptos::prelude::*;
use model::{
    environment::{EnvironmentFilter, EnvironmentOrder, StateFilter},
    spec::{Edition, REGIONS},
    team::Team,
};

/// What the address asks for; what it cannot mean is left out.
pub(super) fn of_address() -> Memo<EnvironmentFilter> {
    let (search, team, status, edition) = (query("search"), query("team"), query("status"), query("edition"));
    let (region, deleted, sort) = (query("region"), query("deleted"), query("sort"));
    Memo::new(move |_| EnvironmentFilter {
        search: search.get().trim().to_owned(),
        team: team.get().parse().ok(),
        state: StateFilter::from_code(&status.get()),
        edition: Edition::from_code(&edition.get()),
        region: Some(region.get()).filter(|region| !region.is_empty()),
        deleted: model::draft::is_ticked(&deleted.get()),
        order: EnvironmentOrder::from_code(&sort.get()).unwrap_or_default(),
    })
}

/// The choices of a list, one for "any" before them.
fn choices<C: Into<String>, W: Into<String>>(
    any: &str,
    rest: impl IntoIterator<Item = (C, W)>,
) -> Vec<(String, String)> {
    let first = (String::new(), any.to_owned());
    std::iter::once(first).chain(rest.into_iter().map(|(code, words)| (code.into(), words.into()))).collect()
}

pub(super) fn form(filter: &EnvironmentFilter, teams: Vec<Team>) -> impl IntoView + use<> {
    let teams = choices("All teams", teams.into_iter().map(|team| (team.id.to_string(), team.name)));
    let states =
        choices("Any status", StateFilter::all().map(|one| (one.code(), text::environment::state_filter(one))));
    let editions =
        choices("All editions", Edition::ALL.iter().map(|one| (one.code(), text::environment::edition(*one))));
    let regions = choices("All regions", REGIONS.iter().map(|(code, name)| (*code, format!("{code}, {name}"))));
    let orders = EnvironmentOrder::all().map(|one| (one.code().to_owned(), text::environment::order(one).to_owned()));
    let is_filtered = !filter.is_empty();
    let clear = is_filtered.then(|| {
        let all = EnvironmentFilter { order: filter.order, ..EnvironmentFilter::default() };
        view! { <a class="btn btn-quiet" href=link::environments(&all, None)>"Clear"</a> }
    });
    view! {
        <form class="filters" method="get" action=link::ENVIRONMENTS role="search">
            <Field name="search" label="Search by name" kind="search" value=filter.search.clone() />
            <Select name="team" label="Team" options=teams value=filter.team.map(|t| t.to_string()).unwrap_or_default() />
            <Select name="status" label="Status" options=states value=filter.state.map(StateFilter::code).unwrap_or_default() />
            <Select name="edition" label="Edition" options=editions
                value=filter.edition.map(Edition::code).unwrap_or_default() />
            <Select name="region" label="Region" options=regions value=filter.region.clone().unwrap_or_default() />
            <div class="only-narrow">
                <Select name="sort" label="Order" options=orders.collect() value=filter.order.code() />
            </div>
            <Check name="deleted" label="Also deleted" checked=filter.deleted />
            <div class="row"><button type="submit" class="btn">"Apply"</button>{clear}</div>
        </form>
    }
}
