//! Every team with its owners and what it has.

use super::{head, with_rights};
use crate::{
    api::{self, team::CreateTeam},
    component::{Cell, FrameFacts, Head, Loaded, Moment, Pagination, Rows},
    link::{self, PlatformTab},
    page::{param::query, team::NewTeam},
    text,
};
use leptos::prelude::*;
use model::{environment::EnvironmentFilter, page::Page, platform::TeamRow};

#[component]
pub fn PlatformTeams() -> impl IntoView {
    let action = ServerAction::<CreateTeam>::new();
    let after = query("after");
    let start = Memo::new(move |_| Some(after.get()).filter(|after| !after.is_empty()));
    let teams = Resource::new(move || (start.get(), action.version().get()), |(after, _)| api::platform::teams(after));
    let facts = FrameFacts::here();
    let here = link::platform(PlatformTab::Teams);
    let list = move |page: Page<TeamRow>| {
        let next = page.next.as_deref().map(|after| link::after(&here, after));
        let first = start.get().map(|_| here.clone());
        let rows = page.items.into_iter().map(team).collect();
        let heads =
            vec!["Team".into(), "Owners".into(), Head::amount("Members"), Head::amount("Environments"), "Since".into()];
        view! {
            <Rows caption="Teams by name" heads rows empty=text::page::FIRST_TEAM.1 />
            <Pagination first next />
        }
    };
    view! {
        {head(PlatformTab::Teams)}
        <Loaded resource=teams view=list />
        {with_rights(facts, move |admin| admin.map(|_| view! { <NewTeam action /> }))}
    }
}

fn team(row: TeamRow) -> impl IntoView {
    let TeamRow { team, members, environments, owners } = row;
    let list = link::environments(&EnvironmentFilter { team: Some(team.id), ..EnvironmentFilter::default() }, None);
    view! {
        <tr role="row" class="opens">
            <Cell label="Team"><a class="strong opener" href=link::team(team.id)>{team.name}</a></Cell>
            <Cell label="Owners">{owners.join(", ")}</Cell>
            <Cell label="Members" class="amount">{members}</Cell>
            <Cell label="Environments" class="amount"><a class="above" href=list>{text::platform::capped(environments)}</a></Cell>
            <Cell label="Since"><Moment at=team.created /></Cell>
        </tr>
    }
}
