//! The list of environments, with its filters in the address.

use super::param::query;
use crate::{
    api,
    component::{
        Badge, Callout, Cell, Check, Empty, Field, FrameFacts, Loaded, Moment, PageHead, Pagination, Select, Table,
        Tone,
    },
    error::AppError,
    link::{self, Tab},
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{
    Principal,
    environment::{EnvironmentFilter, EnvironmentStatus, EnvironmentSummary},
    page::Page,
    permission::Permission,
    team::Team,
};

#[component]
pub fn Environments() -> impl IntoView {
    let (search, team, status, deleted, after) =
        (query("search"), query("team"), query("status"), query("deleted"), query("after"));
    let filter = Memo::new(move |_| EnvironmentFilter {
        search: search.get(),
        team: team.get().parse().ok(),
        status: EnvironmentStatus::from_code(&status.get()),
        deleted: model::draft::is_ticked(&deleted.get()),
    });
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
    let filters = move || {
        Suspend::new(async move {
            let mut options = vec![(String::new(), "All teams".to_owned())];
            options.extend(teams.await.unwrap_or_default().into_iter().map(|team| (team.id.to_string(), team.name)));
            let filter = filter.get();
            let mut states = vec![(String::new(), "Any status".to_owned())];
            states
                .extend(EnvironmentStatus::ALL.map(|s| (s.code().to_owned(), text::environment::status(s).to_owned())));
            view! {
                <form class="filters" method="get" action=link::ENVIRONMENTS role="search">
                    <Field name="search" label="Search by name" kind="search" value=filter.search />
                    <Select name="team" label="Team" options value=filter.team.map(|t| t.to_string()).unwrap_or_default() />
                    <Select name="status" label="Status" options=states
                        value=filter.status.map(|s| s.code()).unwrap_or_default() />
                    <Check name="deleted" label="Also deleted" checked=filter.deleted />
                    <button type="submit" class="btn">"Apply"</button>
                </form>
            }
        })
    };
    let draw = move |page: Page<EnvironmentSummary>| {
        let (filter, start) = (filter.get(), start.get());
        let none = move || view! { <NoneYet teams facts /> }.into_any();
        list_of(page, &filter, start.is_some(), none)
    };
    view! {
        <PageHead title="Environments"><Transition>{may_create}</Transition></PageHead>
        <Transition>{filters}</Transition>
        <Loaded resource=list view=draw />
    }
}

/// Whether somebody may create environments anywhere.
fn may_operate(who: &Principal) -> bool {
    let operates = |team| Permission::EnvironmentOperate.allows(Some(who), Some(team));
    who.is_platform_admin() || who.memberships.iter().any(|membership| operates(membership.team))
}

fn list_of(
    page: Page<EnvironmentSummary>,
    filter: &EnvironmentFilter,
    is_later_page: bool,
    none: impl FnOnce() -> AnyView,
) -> AnyView {
    if page.items.is_empty() {
        return if *filter == EnvironmentFilter::default() && !is_later_page {
            none()
        } else {
            empty(filter, is_later_page)
        };
    }
    let next = page.next.as_deref().map(|after| link::environments(filter, Some(after)));
    let first = is_later_page.then(|| link::environments(filter, None));
    let rows = page.items.into_iter().map(row).collect_view();
    view! {
        <Table caption="Environments" heads=vec!["Name", "State", "Team", "Where", "Runs", "Last operation", "Created"]>{rows}</Table>
        <Pagination first next />
    }
    .into_any()
}

fn row(item: EnvironmentSummary) -> impl IntoView {
    let (word, tone) = text::environment::state(&item);
    let health = (item.status == EnvironmentStatus::Ready)
        .then(|| view! { <p class="small muted">{text::environment::health(&item.health)}</p> });
    let operation = item.last_operation.map(|operation| {
        let status = text::operation::status(operation.status).0;
        let words = text::page::last_operation(operation.kind, status);
        view! {
            <a href=link::operation(operation.id)>{words}</a>
            <p class="small muted"><Moment at=operation.at /></p>
        }
    });
    let spec = item.spec;
    view! {
        <tr role="row">
            <Cell label="Name"><a class="strong" href=link::environment(item.id, Tab::Overview)>{item.name}</a></Cell>
            <Cell label="State"><div><Badge tone label=word />{health}</div></Cell>
            <Cell label="Team">{item.team_name}</Cell>
            <Cell label="Where"><div>{item.region}<p class="small muted">{item.account_name}</p></div></Cell>
            <Cell label="Runs"><div>
                {text::environment::version(&spec.image.tag)}
                <p class="small muted">{text::environment::size(spec.compute.size)}</p>
            </div></Cell>
            <Cell label="Last operation"><div>{operation}</div></Cell>
            <Cell label="Created"><div><Moment at=item.created /><p class="small muted">{item.created_by}</p></div></Cell>
        </tr>
    }
}

/// Where nothing was ever made: without a team there is something to do first.
#[component]
fn NoneYet(teams: Resource<Result<Vec<Team>, AppError>>, facts: FrameFacts) -> impl IntoView {
    let body = move || {
        Suspend::new(async move {
            let no_team = teams.await.is_ok_and(|teams| teams.is_empty());
            let who = facts.principal().await;
            let ((title, text), next) = match who {
                Some(who) if no_team && who.is_platform_admin() => {
                    (text::page::FIRST_TEAM, Some((link::TEAMS, "Make a team")))
                }
                _ if no_team => (text::page::NO_TEAM, None),
                Some(who) if may_operate(&who) => {
                    (text::page::NO_ENVIRONMENTS, Some((link::NEW_ENVIRONMENT, "Create the first environment")))
                }
                _ => (text::page::NO_ENVIRONMENTS, None),
            };
            let next = next.map(|(address, words)| view! { <a class="btn btn-primary" href=address>{words}</a> });
            view! { <Empty title text>{next}</Empty> }
        })
    };
    view! { <Transition>{body}</Transition> }
}

/// Nothing that fits, or a page that has become empty: different things to do.
fn empty(filter: &EnvironmentFilter, is_later_page: bool) -> AnyView {
    if is_later_page {
        let first = link::environments(filter, None);
        return view! {
            <Callout tone=Tone::Quiet title=text::page::EMPTY_PAGE>
                <p><a href=first>"Back to the first page"</a></p>
            </Callout>
        }
        .into_any();
    }
    let (title, text) = text::page::NO_FIT;
    view! {
        <Empty title text><p><a class="btn" href=link::ENVIRONMENTS>"Clear the filters"</a></p></Empty>
    }
    .into_any()
}
