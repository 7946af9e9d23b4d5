//! Events by day: a sentence each, what it led to, and what changed.

use super::Place;
use crate::{
    component::{Badge, Difference, DifferenceRow, Icon},
    format,
    link::{self, Tab},
    text::{self, audit::Piece},
};
use chrono::NaiveDate;
use leptos::{prelude::*, tachys::view::keyed::keyed};
use model::{
    audit::{Actor, AuditEvent, FieldChange},
    history::{EntryOperation, HistoryEntry, HistoryForm},
};

/// A line of the list.
#[derive(Clone)]
enum Line {
    Day(NaiveDate),
    Entry(Box<HistoryEntry>),
}

impl Line {
    /// Lines with the same key are left as they are when others come in between: what somebody has folded out stays so, and keeps
    /// the focus. The state of the operation belongs to it, since it changes.
    fn key(&self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Entry(entry) => {
                let state = entry.operation.as_ref().map_or("", |operation| operation.status.code());
                format!("{} {state}", entry.event.id)
            }
        }
    }
}

pub(super) fn timeline(place: Place, entries: Vec<HistoryEntry>) -> impl IntoView {
    let mut lines = Vec::with_capacity(entries.len() + 8);
    let mut shown = None;
    for entry in entries {
        let day = entry.event.at.date_naive();
        if shown.replace(day) != Some(day) {
            lines.push(Line::Day(day));
        }
        lines.push(Line::Entry(Box::new(entry)));
    }
    let draw = move |line: Line| match line {
        Line::Day(day) => {
            let day = format::long_day(day);
            let title = match place {
                Place::Everywhere => view! { <h2>{day}</h2> }.into_any(),
                // Under the heading of the tab's history.
                Place::Environment(_) => view! { <h3>{day}</h3> }.into_any(),
            };
            view! { <li class="timeline-day">{title}<p class="small muted">"UTC"</p></li> }.into_any()
        }
        Line::Entry(entry) => line_of(place, *entry).into_any(),
    };
    view! {
        <ol class="timeline" aria-label="Events, newest first">
            {keyed(lines, Line::key, move |_, line| (|_| (), draw(line)))}
        </ol>
    }
}

fn line_of(place: Place, entry: HistoryEntry) -> impl IntoView {
    let (word, tone, glyph) = text::audit::outcome(entry.event.action.outcome());
    let pieces = text::audit::sentence(&entry);
    let names_team = pieces.iter().any(|piece| matches!(piece, Piece::Team(_)));
    let sentence = pieces.into_iter().map(|piece| draw(place, &entry, piece)).collect_view();
    let operation = entry.event.operation.zip(entry.operation.clone());
    let operation = operation.map(|(id, operation)| state(link::operation(id), &operation));
    let HistoryEntry { event, team_name, .. } = entry;
    let AuditEvent { at, changes, ip, .. } = event;
    let team = team_name.filter(|_| place == Place::Everywhere && !names_team);
    let from = ip.map(|ip| text::audit::from_address(&ip));
    let notes = [team, from].into_iter().flatten().map(|note| view! { <span>{note}</span> }).collect_view();
    view! {
        <li class="entry">
            <span class="entry-icon" data-tone=tone.code() title=word><Icon glyph /><span class="visually-hidden">{word}": "</span></span>
            <div class="entry-body">
                <p class="entry-what">{sentence}</p>
                <div class="entry-notes small muted">{operation}{notes}</div>
                {fold(changes)}
            </div>
            <time class="time small muted" datetime=format::machine(at) title=format::exact(at)>{format::hour(at, 0)}</time>
        </li>
    }
}

/// A piece of the sentence, as a link where there is something to look at.
fn draw(place: Place, entry: &HistoryEntry, piece: Piece) -> AnyView {
    let event = &entry.event;
    let named = |text: String, address: Option<String>| match address {
        Some(address) => view! { <a class="strong" href=address>{text}</a> }.into_any(),
        None => view! { <span class="strong">{text}</span> }.into_any(),
    };
    let team = event.team.filter(|_| entry.team_name.is_some()).map(link::team);
    match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Actor(name) => {
            let address = match event.actor {
                Actor::Person { id, .. } => {
                    Some(place.address(&HistoryForm { person: id.to_string(), ..Default::default() }, None))
                }
                Actor::Anonymous | Actor::Handrail => None,
            };
            named(name, address)
        }
        Piece::Subject(name) => {
            // Only where the environment is what the sentence speaks of, not a secret or a person in it.
            let environment = event.environment.filter(|_| entry.environment_name.as_ref() == Some(&name));
            let address = match environment {
                Some(id) => Some(link::environment(id, Tab::Overview)),
                None => team.filter(|_| entry.team_name.as_ref() == Some(&name)),
            };
            named(name, address)
        }
        Piece::Team(name) => named(name, team),
    }
}

/// How far the operation is today, with the way to its steps and events.
fn state(address: String, operation: &EntryOperation) -> impl IntoView + use<> {
    let (word, tone) = text::operation::status(operation.status);
    let took = operation.seconds().map(|seconds| text::audit::took(&format::duration(seconds)));
    view! {
        <Badge tone label=word />
        {took.map(|took| view! { <span>{took}</span> })}
        <a href=address>"Steps and events"</a>
    }
}

/// The changed fields, folded away: Enter on their names opens them.
fn fold(changes: Vec<FieldChange>) -> Option<impl IntoView> {
    let names: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    let label = text::audit::changes(&names);
    let row = |change: FieldChange| DifferenceRow { name: change.field, before: change.before, after: change.after };
    let rows: Vec<_> = changes.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <details class="entry-fold"><summary>{label}</summary><Difference caption="Changed fields" rows /></details>
        }
    })
}
