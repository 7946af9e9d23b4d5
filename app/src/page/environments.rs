//! The list of environments, with its filters in the address.

use super::param::query;
use crate::{
    api,
    component::{
        Badge, Callout, Cell, Check, Empty, Field, FrameFacts, Loaded, Moment, PageHead, Pagination, Select, Table,
        Tone,
    },
    link::{self, Tab},
    live::Live,
    text,
};
use leptos::prelude::*;
use model::{
    environment::{EnvironmentFilter, EnvironmentStatus, EnvironmentSummary},
    page::Page,
    permission::Permission,
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
    let facts = use_context::<FrameFacts>();
    let may_create = move || {
        Suspend::new(async move {
            let who = match facts {
                Some(FrameFacts(facts)) => facts.await.ok().and_then(|facts| facts.principal),
                None => None,
            };
            let may = who.is_some_and(|who| {
                who.memberships.iter().any(|m| Permission::EnvironmentOperate.allows(Some(&who), Some(m.team)))
                    || who.is_platform_admin()
            });
            may.then(|| view! { <a class="btn btn-primary" href=link::NEW_ENVIRONMENT>"New environment"</a> })
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
        list_of(page, &filter, start.is_some())
    };
    view! {
        <PageHead title="Environments"><Transition>{may_create}</Transition></PageHead>
        <Transition>{filters}</Transition>
        <Loaded resource=list view=draw />
    }
}

fn list_of(page: Page<EnvironmentSummary>, filter: &EnvironmentFilter, is_later_page: bool) -> AnyView {
    if page.items.is_empty() {
        return empty(filter, is_later_page);
    }
    let next = page.next.as_deref().map(|after| link::environments(filter, Some(after)));
    let first = is_later_page.then(|| link::environments(filter, None));
    let rows = page.items.into_iter().map(row).collect_view();
    view! {
        <Table caption="Environments" heads=vec!["Name", "State", "Team", "Where", "Version", "Created"]>{rows}</Table>
        <Pagination first next />
    }
    .into_any()
}

fn row(item: EnvironmentSummary) -> impl IntoView {
    let (word, tone) = text::environment::state(&item);
    let running = item.last_operation.filter(|operation| !operation.status.is_over()).map(|operation| {
        view! { <a class="small" href=link::operation(operation.id)>"Follow progress"</a> }
    });
    view! {
        <tr role="row">
            <Cell label="Name"><a class="strong" href=link::environment(item.id, Tab::Overview)>{item.name}</a></Cell>
            <Cell label="State"><Badge tone label=word />" "{running}</Cell>
            <Cell label="Team">{item.team_name}</Cell>
            <Cell label="Where">{item.region}" · "{item.account_name}</Cell>
            <Cell label="Version">{item.reported_version.unwrap_or(item.spec.image.tag)}</Cell>
            <Cell label="Created"><Moment at=item.created />" "<span class="muted">{item.created_by}</span></Cell>
        </tr>
    }
}

/// Nothing there yet, nothing that fits, or a page that has become empty: three different things to do.
fn empty(filter: &EnvironmentFilter, is_later_page: bool) -> AnyView {
    if is_later_page {
        let first = link::environments(filter, None);
        return view! {
            <Callout tone=Tone::Quiet title="This page has become empty">
                <p><a href=first>"Back to the first page"</a></p>
            </Callout>
        }
        .into_any();
    }
    if *filter != EnvironmentFilter::default() {
        return view! {
            <Empty title="Nothing fits these filters" text="Change the search, the team or the status.">
                <p><a class="btn" href=link::ENVIRONMENTS>"Clear the filters"</a></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty title="No environments yet"
            text="An environment is one OpenHands for one team, in your own AWS account. Operators and owners of a team can make one." />
    }
    .into_any()
}
