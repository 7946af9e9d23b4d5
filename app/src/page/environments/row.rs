//! The rows of the list. The whole row is the link of its name; other links in it stand above that.

use crate::{
    component::{Age, Ago, Badge, Cell, Head, Now, Sort, Table, Tone},
    link::{self, Tab},
    text,
};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::environment::{EnvironmentFilter, EnvironmentOrder, EnvironmentRow, EnvironmentStatus, Health, OrderBy};

pub(super) fn table(
    items: Vec<EnvironmentRow>,
    now: DateTime<Utc>,
    filter: &EnvironmentFilter,
) -> impl IntoView + use<> {
    let now = Now::from(now);
    let heads = vec![
        head("Name", OrderBy::Name, filter),
        head("Team", OrderBy::Team, filter),
        "Status".into(),
        "Runs".into(),
        "Where".into(),
        Head::amount("Est. a month"),
        head("Last change", OrderBy::Changed, filter),
        head("Created", OrderBy::Created, filter),
    ];
    let rows = items.into_iter().map(|item| row(item, now)).collect_view();
    view! { <Table caption="Environments" heads>{rows}</Table> }
}

/// A head that orders by its column. Times begin with the newest.
fn head(label: &'static str, by: OrderBy, filter: &EnvironmentFilter) -> Head {
    let current = (filter.order.by == by).then_some(filter.order.descending);
    let starts_descending = matches!(by, OrderBy::Changed | OrderBy::Created);
    let order = EnvironmentOrder { by, descending: current.map_or(starts_descending, |descending| !descending) };
    let address = link::environments(&EnvironmentFilter { order, ..filter.clone() }, None);
    Head::sorting(label, Sort { address, descending: current })
}

fn row(item: EnvironmentRow, now: Now) -> impl IntoView {
    let (word, tone) = text::environment::state(item.status, &item.health);
    let detail = state_detail(&item, now);
    let drift = text::drift::mark(item.status, item.drifted).map(|label| view! { <Badge tone=Tone::Warn label /> });
    let operation = item.last_operation.map(|operation| {
        let status = text::operation::status(operation.status).0;
        let words = text::page::last_operation(operation.kind, status);
        view! {
            <a class="above" href=link::operation(operation.id)>{words}</a>
            <p class="small muted"><Ago at=operation.at now />", "{operation.requested_by}</p>
        }
    });
    view! {
        <tr role="row" class="opens">
            <Cell label="Name"><a class="strong opener" href=link::environment(item.id, Tab::Overview)>{item.name}</a></Cell>
            <Cell label="Team">{item.team_name}</Cell>
            <Cell label="Status"><div>
                <span class="row"><Badge tone label=word />{drift}</span>{detail}
            </div></Cell>
            <Cell label="Runs"><div>
                {text::environment::version(item.edition, &item.version)}
                <p class="small muted">{text::environment::size_or_host(&item.size)}</p>
            </div></Cell>
            <Cell label="Where"><div>{item.region}<p class="small muted">{item.account_name}</p></div></Cell>
            <Cell label="Est. a month" class="amount">{text::environment::monthly(item.monthly, item.monthly_is_least)}</Cell>
            <Cell label="Last change"><div>{operation}</div></Cell>
            <Cell label="Created"><div><Ago at=item.created now /><p class="small muted">{item.created_by}</p></div></Cell>
        </tr>
    }
}

/// What stands under the status of one that should be up: since when, and what is wrong with it.
fn state_detail(item: &EnvironmentRow, now: Now) -> Option<impl IntoView + use<>> {
    if item.status != EnvironmentStatus::Ready {
        return None;
    }
    let reason = (item.health != Health::Healthy).then(|| text::environment::health(&item.health));
    let since = item.health_since.map(|since| view! { <p class="small muted">"For "<Age since now /></p> });
    Some(view! { {reason.map(|reason| view! { <p class="small">{reason}</p> })}{since} })
}
