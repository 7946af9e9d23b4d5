//! The form that filters the history, and what it is filtered by.

use crate::{
    component::{Chip, Chips, Field, Select},
    link, text,
};
use leptos::prelude::*;
use model::{
    EnvironmentId, Fault, FieldErrors,
    history::{ActionKind, ActionOutcome, HistoryForm, HistoryOptions},
};

/// Which history is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::page) enum Place {
    /// Of all teams that the person may see.
    Everywhere,
    /// Of one environment.
    Environment(EnvironmentId),
}

impl Place {
    /// The address of this history with a filter, and where its page starts.
    pub(super) fn address(self, form: &HistoryForm, after: Option<&str>) -> String {
        match self {
            Self::Everywhere => link::activity(form, after),
            Self::Environment(id) => link::environment_activity(id, form, after),
        }
    }

    /// Whether a field of the filter has a meaning here.
    fn has(self, field: &str) -> bool {
        self == Self::Everywhere || !["team", "environment"].contains(&field)
    }
}

pub(super) fn filters(place: Place, form: &HistoryForm, options: HistoryOptions) -> impl IntoView + use<> {
    let errors = match form.parse() {
        Err(Fault::Invalid(errors)) => errors,
        _ => FieldErrors::default(),
    };
    let menus = Menus::new(form, options);
    let chips = chips(place, form, &menus);
    let Menus { teams, people, kinds, outcomes, environments } = menus;
    let select = |name: &'static str, options: Vec<(String, String)>| {
        let (value, problem) = (form.get(name).to_owned(), errors.of(name).cloned());
        view! { <Select name label=text::audit::filter_label(name) options value problem /> }
    };
    let day = |name: &'static str| {
        let (value, problem) = (form.get(name).to_owned(), errors.of(name).cloned());
        view! { <Field name label=text::audit::filter_label(name) kind="date" value problem /> }
    };
    let whole = (place == Place::Everywhere).then(|| {
        let (value, problem) = (form.get("environment").to_owned(), errors.of("environment").cloned());
        view! {
            {select("team", teams)}
            <Field name="environment" label=text::audit::filter_label("environment") kind="search" value problem
                suggestions=environments />
        }
    });
    let nowhere = place.address(&HistoryForm::default(), None);
    view! {
        <form class="filters filters-dense" method="get" action=nowhere.clone() role="search" aria-label="Filter the history">
            {whole}
            {select("person", people)}
            {select("kind", kinds)}
            {select("outcome", outcomes)}
            {day("from")}
            {day("to")}
            <button type="submit" class="btn">"Apply"</button>
        </form>
        <Chips chips clear=nowhere />
    }
}

/// What the menus offer, each as value and words; the empty value stands for everything.
struct Menus {
    teams: Vec<(String, String)>,
    people: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    outcomes: Vec<(String, String)>,
    environments: Vec<String>,
}

impl Menus {
    fn new(form: &HistoryForm, options: HistoryOptions) -> Self {
        let teams = options.teams.into_iter().map(|team| (team.id.to_string(), team.name));
        let people = options.people.into_iter().map(|person| (person.id.to_string(), person.name));
        let kinds = ActionKind::ALL.map(|kind| (kind.code().to_owned(), text::audit::kind(kind).to_owned()));
        let outcomes = ActionOutcome::ALL.map(|one| (one.code().to_owned(), text::audit::outcome(one).0.to_owned()));
        Self {
            teams: menu("All teams", teams, form.get("team")),
            people: menu("Everybody", people, form.get("person")),
            kinds: menu("Everything", kinds.into_iter(), form.get("kind")),
            outcomes: menu("Any", outcomes.into_iter(), form.get("outcome")),
            environments: options.environments,
        }
    }

    /// The words of a value.
    fn words(&self, field: &str, value: &str) -> String {
        let menu = match field {
            "team" => &self.teams,
            "person" => &self.people,
            "kind" => &self.kinds,
            "outcome" => &self.outcomes,
            _ => return value.to_owned(),
        };
        let found = menu.iter().find(|(code, _)| code == value);
        found.map_or_else(|| value.to_owned(), |(_, words)| words.clone())
    }
}

/// A menu that begins with everything and does not lose the value that is chosen: somebody who has left is in no list.
fn menu(all: &str, options: impl Iterator<Item = (String, String)>, chosen: &str) -> Vec<(String, String)> {
    let mut menu = vec![(String::new(), all.to_owned())];
    menu.extend(options);
    if !menu.iter().any(|(code, _)| code == chosen) {
        menu.push((chosen.to_owned(), text::audit::not_listed(chosen)));
    }
    menu
}

fn chips(place: Place, form: &HistoryForm, menus: &Menus) -> Vec<Chip> {
    let active = HistoryForm::FIELDS.into_iter().filter(|field| place.has(field) && !form.get(field).is_empty());
    active
        .map(|field| {
            let (label, value) = (text::audit::filter_label(field), menus.words(field, form.get(field)));
            Chip {
                label: label.to_owned(),
                remove: text::audit::remove_filter(label, &value),
                value,
                without: place.address(&form.without(field), None),
            }
        })
        .collect()
}
