//! The list of environments, with filters, order and place in the address.

mod empty;
mod filter;
mod row;

use super::param::query;
use crate::{
    api,
    component::{FrameFacts, Loaded, PageHead, Pagination},
    link,
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{Principal, environment::EnvironmentPage, permission::Permission};

#[component]
pub fn Environments() -> impl IntoView {
    let filter = filter::of_address();
    let (after, from) = (query("after"), query("from"));
    let start = Memo::new(move |_| Some(after.get()).filter(|after| !after.is_empty()));
    let list = Resource::new(
        move || (filter.get(), start.get()),
        |(filter, after)| api::environment::environments(filter, after),
    );
    let teams = Resource::new(|| (), |()| api::team::teams());
    Live::refetch_on(|_| true, move || list.refetch());
    let facts = FrameFacts::here();
    let may_create = move || {
        Suspend::new(async move {
            let who = facts.principal().await;
            who.is_some_and(|who| may_operate(&who))
                .then(|| view! { <a class="btn btn-primary" href=link::NEW_ENVIRONMENT>"New environment"</a> })
        })
    };
    let form = move || Suspend::new(async move { filter::form(&filter.get(), teams.await.unwrap_or_default()) });
    let draw = move |page: EnvironmentPage| {
        let (filter, is_later) = (filter.get(), start.get().is_some());
        if !page.items.is_empty() {
            // A number that somebody typed into the address counts nothing.
            let before = if is_later { from.get().parse::<u32>().unwrap_or(0) } else { 0 };
            return filled(page, &filter, before, is_later);
        }
        match (is_later, filter.is_empty()) {
            (true, _) => empty::page(&filter).into_any(),
            (false, false) => empty::no_fit(&filter).into_any(),
            (false, true) => view! { <empty::NoneYet teams facts /> }.into_any(),
        }
    };
    view! {
        <PageHead title="Environments"><Transition>{may_create}</Transition></PageHead>
        <Transition>{form}</Transition>
        <Loaded resource=list view=draw />
    }
}

/// Whether somebody may create environments anywhere.
fn may_operate(who: &Principal) -> bool {
    let operates = |team| Permission::EnvironmentOperate.allows(Some(who), Some(team));
    who.is_platform_admin() || who.memberships.iter().any(|membership| operates(membership.team))
}

fn filled(
    page: EnvironmentPage,
    filter: &model::environment::EnvironmentFilter,
    before: u32,
    is_later: bool,
) -> AnyView {
    let shown = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
    let next =
        page.next.as_deref().map(|after| link::environments(filter, Some((after, before.saturating_add(shown)))));
    let first = is_later.then(|| link::environments(filter, None));
    let result = text::environment::result(before, shown, page.total);
    view! {
        <p class="result">{result}</p>
        {row::table(page.items, page.now, filter)}
        <Pagination first next />
    }
    .into_any()
}
