//! Two moments of one's own, typed by the clock that the page shows.

use crate::{
    component::{Field, Reader},
    format,
    link::{self, MetricsView, Tab},
    zone::Zone,
};
use leptos::{
    ev::SubmitEvent,
    html::Form,
    prelude::*,
    web_sys::{FormData, HtmlFormElement, HtmlInputElement},
};
use leptos_router::hooks::use_navigate;
use model::{
    EnvironmentId, FieldErrors,
    log::parse_time,
    metric::{RangeForm, Span},
};
use wasm_bindgen::JsCast;

/// The form of a range. Addresses are always in UTC: what was typed by the browser's clock is turned into UTC when it is sent.
#[component]
pub(super) fn OwnRange(
    id: EnvironmentId,
    view: MetricsView,
    /// What the page shows, for who wants to change a little.
    shown: Option<Span>,
    errors: FieldErrors,
    reader: Reader,
) -> impl IntoView {
    let custom = view.range.is_custom();
    let filled = |typed: &str, at: Option<chrono::DateTime<chrono::Utc>>| {
        if custom { typed.to_owned() } else { at.map(format::field_moment).unwrap_or_default() }
    };
    let from = filled(&view.range.from, shown.map(|span| span.from));
    let to = filled(&view.range.to, shown.map(|span| span.to));
    let hidden = view.local.then(|| view! { <input type="hidden" name="time" value=Zone::LOCAL /> });
    let form = NodeRef::<Form>::new();
    let zone = RwSignal::new(Zone::Utc);
    // What somebody has begun to type keeps the clock that it was typed by.
    Effect::new(move |_| {
        let asked = reader.zone();
        let begun = form.get_untracked().is_some_and(|form| ["from", "to"].iter().any(|name| is_changed(&form, name)));
        if !begun {
            zone.set(asked);
        }
    });
    let fields = move || {
        let (zone, name) = (zone.get(), zone.get().name());
        let field = |field: &'static str, label: &str, value: &str| {
            let label = format!("{label} ({name})");
            let problem = errors.of(field).cloned();
            view! { <Field name=field label kind="datetime-local" value=on_clock(zone, value) problem /> }
        };
        view! { {field("from", "From", &from)}{field("to", "To", &to)} }
    };
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        let typed = event.target().and_then(|form| FormData::new_with_form(form.dyn_ref::<HtmlFormElement>()?).ok());
        let Some(typed) = typed.filter(|_| zone.get_untracked() == Zone::Local) else { return };
        event.prevent_default();
        let moment = |name: &str| in_utc(Zone::Local, &typed.get(name).as_string().unwrap_or_default());
        let range = RangeForm { range: RangeForm::CUSTOM.to_owned(), from: moment("from"), to: moment("to") };
        navigate(&link::metrics(id, &MetricsView { range, ..view.clone() }), Default::default());
    };
    view! {
        <details class="toolbar-more" open=custom>
            <summary class="btn btn-small">"From … to …"</summary>
            <form class="filters" method="get" action=link::environment(id, Tab::Metrics) node_ref=form on:submit=submit>
                <input type="hidden" name="range" value=RangeForm::CUSTOM />
                {hidden}
                {fields}
                <button type="submit" class="btn">"Show"</button>
            </form>
        </details>
    }
}

fn is_changed(form: &HtmlFormElement, name: &str) -> bool {
    let input = form.query_selector(&format!("[name={name}]")).ok().flatten();
    let input = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    input.is_some_and(|input| input.value() != input.default_value())
}

/// A moment of the address as the field shows it; what is no moment stays as it was typed.
fn on_clock(zone: Zone, in_utc: &str) -> String {
    if zone == Zone::Utc {
        return in_utc.to_owned();
    }
    parse_time(in_utc).map_or_else(|| in_utc.to_owned(), |at| format::field_moment(zone.wall(at)))
}

/// What was typed into a field as the address has it.
fn in_utc(zone: Zone, typed: &str) -> String {
    parse_time(typed).map_or_else(|| typed.to_owned(), |wall| format::field_moment(zone.at(wall)))
}
