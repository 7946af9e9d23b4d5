//! A version's row: support, what its registry says, and its copies with their scans.

use super::Scans;
use crate::{
    component::{Ago, Badge, Cell, Now, Tone},
    format, link,
    link::PlatformTab,
    text,
};
use leptos::prelude::*;
use model::image::{CopyScan, ImageCopy, ImageVersion, VersionRow};

pub(super) fn row(row: VersionRow, scans: Scans, now: Now, may_manage: bool) -> impl IntoView {
    let VersionRow { version, copies } = row;
    let (word, tone) = text::image::support(version.support);
    let released = version.released.map(|day| view! { <span class="nowrap">{format::long_day(day)}</span> });
    let notes = (!version.notes.is_empty()).then(|| view! { <p class="small muted">{version.notes.clone()}</p> });
    let change = may_manage.then(|| {
        let label = format!("Change {}", version.reference());
        view! { <a class="btn btn-small" href=link::edit_image(version.id) aria-label=label>"Change"</a> }
    });
    let places = copies.into_iter().map(|copy| view! { <li>{of(copy, scans, now)}</li> }).collect_view();
    let (checked, digest, edition) =
        (checked(&version, now), digest(&version), text::environment::edition(version.edition));
    let ImageVersion { tag, repository, .. } = version;
    view! {
        <tr role="row">
            <Cell label="Version"><div>
                <span class="strong">{tag}</span>
                <p class="small muted mono breaks">{repository}</p>
                {digest}
            </div></Cell>
            <Cell label="Edition">{edition}</Cell>
            <Cell label="Support"><div><Badge tone label=word />{notes}</div></Cell>
            <Cell label="Released">{released}</Cell>
            <Cell label="Registry">{checked}</Cell>
            <Cell label="Copies in ECR"><ul class="bare">{places}</ul></Cell>
            <Cell label="Change">{change}</Cell>
        </tr>
    }
}

fn digest(version: &ImageVersion) -> AnyView {
    match &version.digest {
        Some(digest) => {
            view! { <p class="small muted mono" title=digest.clone()>{text::image::short_digest(digest)}</p> }
                .into_any()
        }
        None => view! { <p class="small muted">{text::image::NO_DIGEST}</p> }.into_any(),
    }
}

fn checked(version: &ImageVersion, now: Now) -> AnyView {
    match version.checked {
        Some(at) if version.missing => {
            view! { <div><Badge tone=Tone::Warn label="No such tag" /><p class="small muted"><Ago at now /></p></div> }
                .into_any()
        }
        Some(at) => view! { <div>"Has it"<p class="small muted"><Ago at now /></p></div> }.into_any(),
        None => view! { <span class="muted">"Not asked yet"</span> }.into_any(),
    }
}

/// Where a copy lies, and what ECR has found in it.
fn of(copy: ImageCopy, scans: Scans, now: Now) -> impl IntoView {
    let (account, region, digest) = (copy.account, copy.region.clone(), copy.digest.clone());
    let found = move |all: Vec<CopyScan>| {
        all.into_iter().find(|scan| scan.account == account && scan.region == region && scan.digest == digest)
    };
    let outcomes = move || {
        let found = found.clone();
        Suspend::new(async move {
            let scan = scans.await.ok().and_then(found);
            scan.map(|scan| scan.platforms.into_iter().map(platform).collect_view())
        })
    };
    view! {
        <span title=copy.repository.clone()>{text::image::place(&copy.account_name, &copy.region)}</span>
        <span class="small muted">" "<Ago at=copy.at now /></span>
        <Transition>{outcomes}</Transition>
    }
}

fn platform((platform, outcome): (model::image::Platform, model::image::ScanOutcome)) -> impl IntoView {
    let (words, tone) = text::image::scan(&outcome);
    view! { <p class="small"><span class="muted">{platform.name}</span>" "<Badge tone label=words /></p> }
}

/// Back from changing a version.
pub(super) fn all() -> String {
    link::platform(PlatformTab::Images)
}
