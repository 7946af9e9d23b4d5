//! What stands in place of the list: nothing fits, nothing is there yet, or a page that has become empty.

use super::may_operate;
use crate::{
    component::{Callout, Empty, FrameFacts, Tone},
    error::AppError,
    link, text,
};
use leptos::prelude::*;
use model::{Principal, environment::EnvironmentFilter, team::Team};

/// A page after the first one whose environments have gone.
pub(super) fn page(filter: &EnvironmentFilter) -> impl IntoView + use<> {
    let first = link::environments(filter, None);
    view! {
        <Callout tone=Tone::Quiet title=text::page::EMPTY_PAGE><p><a href=first>"Back to the first page"</a></p></Callout>
    }
}

/// Filters that leave nothing.
pub(super) fn no_fit(filter: &EnvironmentFilter) -> impl IntoView + use<> {
    let (title, text) = text::page::NO_FIT;
    let all = EnvironmentFilter { order: filter.order, ..EnvironmentFilter::default() };
    view! { <Empty title text><p><a class="btn" href=link::environments(&all, None)>"Clear the filters"</a></p></Empty> }
}

/// Where nothing was ever made: what to do first, or who can do it.
#[component]
pub(super) fn NoneYet(teams: Resource<Result<Vec<Team>, AppError>>, facts: FrameFacts) -> impl IntoView {
    let body = move || {
        Suspend::new(async move {
            let no_team = teams.await.is_ok_and(|teams| teams.is_empty());
            match facts.principal().await {
                Some(who) if no_team && who.is_platform_admin() => {
                    start(text::page::FIRST_TEAM, link::TEAMS, "Make a team").into_any()
                }
                Some(who) if !no_team && may_operate(&who) => {
                    let words = "Create the first environment";
                    start(text::page::NO_ENVIRONMENTS, link::NEW_ENVIRONMENT, words).into_any()
                }
                Some(who) if !no_team => view_only(&who).into_any(),
                _ => {
                    let (title, text) = text::page::NO_TEAM;
                    view! { <Empty title text /> }.into_any()
                }
            }
        })
    };
    view! { <Transition>{body}</Transition> }
}

fn start((title, text): (&'static str, &'static str), address: &'static str, words: &'static str) -> impl IntoView {
    view! { <Empty title text><a class="btn btn-primary" href=address>{words}</a></Empty> }
}

/// For those who may only look: whom to ask, team by team.
fn view_only(who: &Principal) -> impl IntoView + use<> {
    let (title, text) = text::page::NO_ENVIRONMENTS_TO_SEE;
    let teams = who
        .memberships
        .iter()
        .map(|one| view! { <li><a href=link::team(one.team)>{one.team_name.clone()}</a></li> })
        .collect_view();
    view! { <Empty title text><ul class="bare">{teams}</ul></Empty> }
}
