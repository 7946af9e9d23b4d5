//! The administration of the installation, one page a topic.

mod accounts;
mod configuration;
mod images;
mod overview;
mod people;
mod presets;
mod roles;
mod teams;
mod work;

pub use accounts::PlatformAccounts;
pub use configuration::PlatformConfiguration;
pub use images::{MirrorPage, PlatformImages};
pub use overview::PlatformHome;
pub use people::PlatformPeople;
pub use presets::PlatformPresets;
pub use roles::PlatformRoles;
pub use teams::PlatformTeams;
pub use work::PlatformWork;

use crate::{
    component::{Age, Ago, Badge, Cell, FrameFacts, Now, PageHead, Rows},
    link::{self, PlatformTab, Tab},
    text,
};
use leptos::prelude::*;
use model::{Principal, platform::PlatformOperation};

/// Title and tabs.
fn head(current: PlatformTab) -> impl IntoView {
    let tabs = PlatformTab::ALL
        .into_iter()
        .map(|tab| {
            let current = (tab == current).then_some("page");
            view! { <a href=link::platform(tab) aria-current=current>{text::platform::tab(tab)}</a> }
        })
        .collect_view();
    view! {
        <PageHead title=text::platform::title(current)><a class="btn" href=link::ACTIVITY>"Activity of all teams"</a></PageHead>
        <nav class="tabs" aria-label="Parts of the platform">{tabs}</nav>
    }
}

/// Draws something with what the person may change; auditors see everything and change nothing.
fn with_rights<V: IntoView + 'static>(
    facts: FrameFacts,
    draw: impl Fn(Option<Principal>) -> V + Clone + Send + 'static,
) -> impl IntoView {
    let shown = move || {
        let draw = draw.clone();
        Suspend::new(async move {
            let admin = facts.principal().await.filter(Principal::is_platform_admin);
            draw(admin)
        })
    };
    view! { <Transition>{shown}</Transition> }
}

/// Operations of all teams.
fn operations(caption: &'static str, rows: Vec<PlatformOperation>, now: Now, empty: &'static str) -> impl IntoView {
    let rows = rows.into_iter().map(|one| operation(one, now)).collect();
    let heads = vec!["Operation", "Environment", "Team", "Status", "Step", "Asked for"];
    view! { <Rows caption heads rows empty /> }
}

fn operation(one: PlatformOperation, now: Now) -> impl IntoView {
    let PlatformOperation { summary, team_name, step, lease } = one;
    let (word, tone) = text::operation::status(summary.status);
    let step = step.map(|(step, since)| {
        let since = since.filter(|_| !summary.status.is_over());
        view! {
            {text::operation::step(step)}
            {since.map(|since| view! { <p class="small muted">"For "<Age since now /></p> })}
        }
    });
    let cause = summary.cause.as_ref().map(|cause| view! { <p class="small">{text::cause::what(cause)}</p> });
    let holder = lease.map(|lease| {
        view! { <p class="small muted">"Held by "<span class="mono">{lease.worker}</span></p> }
    });
    view! {
        <tr role="row" class="opens">
            <Cell label="Operation"><a class="strong opener" href=link::operation(summary.id)>{text::operation::kind(summary.kind)}</a></Cell>
            <Cell label="Environment">
                <a class="above" href=link::environment(summary.environment, Tab::Overview)>{summary.environment_name}</a>
            </Cell>
            <Cell label="Team"><a class="above" href=link::team(summary.team)>{team_name}</a></Cell>
            <Cell label="Status"><div><Badge tone label=word />{cause}</div></Cell>
            <Cell label="Step"><div>{step}{holder}</div></Cell>
            <Cell label="Asked for"><div><Ago at=summary.requested now /><p class="small muted">{summary.requested_by}</p></div></Cell>
        </tr>
    }
}
