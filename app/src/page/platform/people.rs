//! Every person with teams, roles and sessions.

use super::{head, with_rights};
use crate::{
    api::{
        self,
        platform::{SetPersonDisabled, SetPlatformRole},
    },
    component::{Badge, Cell, Field, FormError, FrameFacts, Head, Loaded, Moment, Pagination, Rows, Submit, Tone},
    error::AppError,
    link::{self, PlatformTab},
    page::param::query,
    text,
};
use leptos::prelude::*;
use model::{PersonId, page::Page, platform::PersonRow, principal::PlatformRole};

/// What can be done to a person.
#[derive(Clone, Copy)]
struct Actions {
    disable: ServerAction<SetPersonDisabled>,
    role: ServerAction<SetPlatformRole>,
}

#[component]
pub fn PlatformPeople() -> impl IntoView {
    let actions = Actions { disable: ServerAction::new(), role: ServerAction::new() };
    let (search, after) = (query("search"), query("after"));
    let start = Memo::new(move |_| Some(after.get()).filter(|after| !after.is_empty()));
    let version = move || actions.disable.version().get() + actions.role.version().get();
    let people = Resource::new(
        move || (search.get(), start.get(), version()),
        |(search, after, _)| api::platform::people(search, after),
    );
    let facts = FrameFacts::here();
    let error = Signal::derive(move || {
        let disable = actions.disable.value().get().and_then(Result::<(), AppError>::err);
        disable.or_else(|| actions.role.value().get().and_then(Result::<(), AppError>::err))
    });
    let list = move |page: Page<PersonRow>| {
        let search = search.get();
        let next = page.next.as_deref().map(|after| link::people(&search, Some(after)));
        let first = start.get().map(|_| link::people(&search, None));
        let rows = with_rights(facts, move |admin| {
            let me = admin.map(|admin| admin.person);
            let rows = page.items.iter().map(|one| person(one.clone(), me, actions)).collect();
            let heads: Vec<Head> = vec![
                "Person".into(),
                "Teams".into(),
                "Platform role".into(),
                "Last seen".into(),
                Head::amount("Sessions"),
                "Change".into(),
            ];
            view! { <Rows caption="People by name" heads rows empty=text::platform::NOBODY /> }
        });
        view! { {rows}<Pagination first next /> }
    };
    view! {
        {head(PlatformTab::People)}
        <form class="filters" method="get" action=link::platform(PlatformTab::People) role="search">
            {move || view! { <Field name="search" label="Search by name or email" kind="search" value=search.get() /> }}
            <button type="submit" class="btn">"Search"</button>
        </form>
        <p class="muted">{text::platform::PEOPLE}</p>
        <FormError error />
        <Loaded resource=people view=list />
    }
}

/// `me` is the admin who looks, if it is one.
fn person(row: PersonRow, me: Option<PersonId>, actions: Actions) -> impl IntoView {
    let PersonRow { person, platform_role, disabled, created: _, memberships, sessions, last_seen } = row;
    let state = disabled.then(|| view! { " "<Badge tone=Tone::Quiet label="Disabled" /> });
    let teams = memberships
        .into_iter()
        .map(|one| view! { <li><a href=link::team(one.team)>{one.team_name}</a>" "<span class="muted">{text::team::role(one.role)}</span></li> })
        .collect_view();
    let role = match me {
        Some(_) => role_form(person.id, &person.name, platform_role, actions.role).into_any(),
        None => text::platform::role(platform_role).into_any(),
    };
    // Nobody disables themselves, so that there is no button for it.
    let change = me.filter(|me| *me != person.id).map(|_| {
        let label = if disabled { "Enable" } else { "Disable" };
        let class = if disabled { "btn btn-small" } else { "btn btn-danger btn-small" };
        view! {
            <ActionForm action=actions.disable>
                <input type="hidden" name="person" value=person.id.to_string() />
                <input type="hidden" name="disabled" value=(!disabled).to_string() />
                <Submit label class />
            </ActionForm>
        }
    });
    view! {
        <tr role="row">
            <Cell label="Person"><div>{person.name}{state}<p class="small muted">{person.email}</p></div></Cell>
            <Cell label="Teams"><ul class="bare">{teams}</ul></Cell>
            <Cell label="Platform role">{role}</Cell>
            <Cell label="Last seen">{last_seen.map(|at| view! { <Moment at /> })}</Cell>
            <Cell label="Sessions" class="amount">{sessions}</Cell>
            <Cell label="Change">{change}</Cell>
        </tr>
    }
}

fn role_form(
    person: PersonId,
    name: &str,
    current: Option<PlatformRole>,
    action: ServerAction<SetPlatformRole>,
) -> impl IntoView + use<> {
    let roles = [None, Some(PlatformRole::Auditor), Some(PlatformRole::Admin)];
    let options = roles
        .map(|role| {
            let code = role.map(PlatformRole::code).unwrap_or_default();
            view! { <option value=code selected=role == current>{text::platform::role(role)}</option> }
        })
        .into_iter()
        .collect_view();
    let label = format!("Platform role of {name}");
    view! {
        <ActionForm action>
            <input type="hidden" name="person" value=person.to_string() />
            <div class="row">
                <select class="input" name="role" aria-label=label>{options}</select>
                <Submit label="Set" class="btn btn-small" />
            </div>
        </ActionForm>
    }
}
