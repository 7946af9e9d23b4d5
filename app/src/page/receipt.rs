//! The receipt of a delete: what the sweep asked about, and what is left.

use crate::{
    component::{Callout, Cell, Moment, Table, Tone},
    format,
};
use leptos::prelude::*;
use model::environment::Receipt;

pub(super) fn receipt(receipt: Receipt) -> impl IntoView {
    let unwanted = receipt.leftovers.iter().filter(|left| !left.kept_on_purpose).count();
    let kept = receipt.leftovers.len() - unwanted;
    let tone = if unwanted == 0 { Tone::Good } else { Tone::Warn };
    let rows = receipt
        .leftovers
        .into_iter()
        .map(|left| {
            let why = if left.kept_on_purpose { "Kept, as you chose" } else { "Left over" };
            view! {
                <tr role="row">
                    <Cell label="Resource"><span class="mono">{left.arn}</span></Cell>
                    <Cell label="Type"><span class="mono">{left.resource_type}</span></Cell>
                    <Cell label="Why">{why}</Cell>
                    <Cell label="A month">{left.monthly.map_or_else(|| "not known".to_owned(), format::money)}</Cell>
                </tr>
            }
        })
        .collect_view();
    let any = unwanted + kept > 0;
    view! {
        <Callout tone title="Receipt">
            <p>{format!("Asked AWS about {} resources: {unwanted} left over, {kept} kept on purpose.", receipt.checked)}</p>
            <p class="muted small"><Moment at=receipt.at /></p>
        </Callout>
        {any.then(|| view! { <Table caption="What is left" heads=vec!["Resource", "Type", "Why", "A month"]>{rows}</Table> })}
    }
}
