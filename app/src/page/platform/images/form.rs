//! Adding and changing a version, and choosing what is copied where.

use super::{Asked, version};
use crate::{
    api::image::{AddImage, ChangeImage, MirrorImage},
    component::{Callout, Check, Field, FormError, Select, Submit, Tone},
    error::{AppError, field_errors},
    text,
};
use leptos::prelude::*;
use model::{
    FieldErrors,
    account::CloudAccount,
    image::{ImageForm, ImageVersion, Support, VersionRow, needs_licence},
    spec::Edition,
};

/// A field of the forms about versions, with what was typed before or a first value.
fn field(name: &'static str, first: &str, errors: &FieldErrors) -> AnyView {
    let (label, hint) = text::image::field(name);
    let value = errors.typed.get(name).cloned().unwrap_or_else(|| first.to_owned());
    let problem = errors.of(name).cloned();
    let input = format!("form[{name}]");
    match name {
        "edition" => {
            let options = Edition::ALL
                .iter()
                .map(|one| (one.code().to_owned(), text::environment::edition(*one).to_owned()))
                .collect();
            view! { <Select name=input label hint options value problem /> }.into_any()
        }
        "support" => {
            let options = Support::ALL
                .iter()
                .map(|one| (one.code().to_owned(), text::image::support(*one).0.to_owned()))
                .collect();
            view! { <Select name=input label hint options value problem /> }.into_any()
        }
        "licence" => view! { <Check name=input label hint checked={value == "on"} problem /> }.into_any(),
        "released" => view! { <Field name=input label hint value problem kind="date" /> }.into_any(),
        _ => view! { <Field name=input label hint value problem /> }.into_any(),
    }
}

pub(super) fn add(asked: Asked, action: ServerAction<AddImage>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        let first = |name: &str| match name {
            "edition" => asked.edition.get(),
            "repository" => asked.repository.get(),
            "tag" => asked.tag.get(),
            "support" => Support::Supported.code().to_owned(),
            _ => String::new(),
        };
        let shown = ImageForm::FIELDS.into_iter().filter(|name| *name != "licence" || asks_for_licence());
        shown.map(|name| field(name, &first(name), &errors)).collect_view()
    };
    let done = move || {
        matches!(action.value().get(), Some(Ok(()))).then(
            || view! { <Callout tone=Tone::Good title="Added"><p>"The forms offer it from now on."</p></Callout> },
        )
    };
    view! {
        <section class="card" aria-labelledby="add"><h2 id="add">"Add a version"</h2>
            <div role="status">{done}</div>
            <ActionForm action>
                <FormError error fields=&ImageForm::FIELDS />
                <div class="form-grid">{fields}</div>
                <Submit label="Add" pending=action.pending() />
            </ActionForm>
        </section>
    }
}

/// Whether any edition needs a licence: otherwise nobody is asked for one.
fn asks_for_licence() -> bool {
    Edition::ALL.iter().any(|edition| needs_licence(*edition))
}

pub(super) fn change(of: &ImageVersion, action: ServerAction<ChangeImage>) -> impl IntoView + use<> {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let id = of.id.to_string();
    let title = format!("Change {}", of.reference());
    let first = [
        ("support", of.support.code().to_owned()),
        ("released", of.released.map(|day| day.to_string()).unwrap_or_default()),
        ("notes", of.notes.clone()),
    ];
    let fields = move || {
        let errors = field_errors(error.get());
        first.iter().map(|(name, value)| field(name, value, &errors)).collect_view()
    };
    let done = move || {
        matches!(action.value().get(), Some(Ok(())))
            .then(|| view! { <Callout tone=Tone::Good title="Saved"><p></p></Callout> })
    };
    view! {
        <section class="card" aria-labelledby="change"><h2 id="change">{title}</h2>
            <div role="status">{done}</div>
            <ActionForm action>
                <FormError error fields=&["support", "released", "notes"] />
                <input type="hidden" name="version" value=id />
                <div class="form-grid">{fields}</div>
                <div class="row"><Submit label="Save" pending=action.pending() />
                    <a class="btn btn-quiet" href=version::all()>"Close"</a></div>
            </ActionForm>
        </section>
    }
}

pub(super) fn mirror(
    versions: &[VersionRow],
    accounts: &[CloudAccount],
    action: ServerAction<MirrorImage>,
) -> impl IntoView + use<> {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let choices: Vec<(String, String)> = versions
        .iter()
        .map(|row| {
            let words = format!("{} {}", text::environment::edition(row.version.edition), row.version.tag);
            (row.version.id.to_string(), words)
        })
        .collect();
    let places: Vec<(String, String)> = accounts
        .iter()
        .flat_map(|account| {
            let of = |region: &String| (format!("{} {region}", account.id), text::image::place(&account.name, region));
            account.regions.iter().map(of).collect::<Vec<_>>()
        })
        .collect();
    let nowhere = places.is_empty();
    let licence = versions.iter().any(|row| needs_licence(row.version.edition));
    let fields = move || {
        let errors = field_errors(error.get());
        let typed = |name: &str| errors.typed.get(name).cloned().unwrap_or_default();
        let (label, hint) = text::image::field("licence");
        let licence = licence.then(|| {
            let problem = errors.of("licence").cloned();
            view! { <Check name="form[licence]" label hint checked=false problem /> }
        });
        view! {
            <Select name="form[version]" label="Image" options=choices.clone() value=typed("version")
                problem=errors.of("version").cloned() />
            <Select name="form[place]" label="Account and region" options=places.clone() value=typed("place")
                problem=errors.of("place").cloned() />
            {licence}
        }
    };
    let form = if nowhere {
        view! { <p class="muted">{text::image::NO_PLACE}</p> }.into_any()
    } else {
        view! {
            <ActionForm action>
                <FormError error fields=&["version", "place", "licence"] />
                <div class="form-grid">{fields}</div>
                <Submit label="Copy into ECR" pending=action.pending() />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="copy"><h2 id="copy">"Copy an image into ECR"</h2>
            <p class="muted">{text::image::MIRROR}</p>
            {form}
        </section>
    }
}
