//! Asking registries for tags and digests.

use crate::{Outside, audit, error::OrFault};
use futures::future::join_all;
use model::{
    Outcome, Principal,
    audit::Action,
    image::{ImageName, ImageVersion, RegistryProblem, RegistryProblemKind, order},
};
use ports::{
    registry::Repository,
    store::{NewAudit, RepositoryFound, RepositoryLook},
};
use std::collections::BTreeMap;

/// Most new releases that are told of.
const NEWS_MAX: usize = 10;

/// Asks every registry of the catalogue, side by side.
pub(super) async fn all(outside: &Outside, who: &Principal) -> Outcome<()> {
    let mut by_repository: BTreeMap<String, Vec<ImageVersion>> = BTreeMap::new();
    for version in outside.store.image_list().await.or_fault()? {
        by_repository.entry(version.repository.clone()).or_default().push(version);
    }
    let asked = by_repository.into_iter().map(|(repository, versions)| async move {
        let found = ask(outside, &repository, &versions).await;
        (repository, versions, found)
    });
    for (repository, versions, found) in join_all(asked).await {
        let at = outside.clock.now();
        let entries = found.as_ref().map(|found| changes(who, at, &versions, found)).unwrap_or_default();
        let look = RepositoryLook { repository, at, found };
        outside.store.image_look(&look, &entries).await.or_fault()?;
    }
    Ok(())
}

async fn ask(
    outside: &Outside,
    repository: &str,
    versions: &[ImageVersion],
) -> Result<RepositoryFound, RegistryProblem> {
    let Some(name) = ImageName::parse(repository) else {
        return Err(RegistryProblem {
            kind: RegistryProblemKind::Refused,
            registry: repository.to_owned(),
            request: "GET tags/list".to_owned(),
            status: None,
            code: None,
            message: "the repository's name has no registry".to_owned(),
        });
    };
    let of = Repository { name, login: None };
    let tags = outside.registry.tags(&of).await?;
    let mut digests = Vec::new();
    for version in versions {
        digests.push((version.id, outside.registry.resolve(&of, &version.tag).await?));
    }
    Ok(RepositoryFound { news: news(tags, versions), digests })
}

/// Full releases newer than every one that is known, the newest first.
fn news(tags: Vec<String>, versions: &[ImageVersion]) -> Vec<String> {
    let newest = versions.iter().map(|version| version.tag.as_str()).max_by(|a, b| order(a, b));
    let is_release = |tag: &String| {
        tag.split('.').count() == 3
            && tag.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut news: Vec<String> = tags
        .into_iter()
        .filter(|tag| is_release(tag) && newest.is_none_or(|newest| order(tag, newest).is_gt()))
        .collect();
    news.sort_by(|a, b| order(b, a));
    news.dedup();
    news.truncate(NEWS_MAX);
    news
}

/// What the answer changes in the catalogue.
fn changes(
    who: &Principal,
    at: chrono::DateTime<chrono::Utc>,
    versions: &[ImageVersion],
    found: &RepositoryFound,
) -> Vec<NewAudit> {
    let mut entries = Vec::new();
    for version in versions {
        let answer = found.digests.iter().find(|(id, _)| *id == version.id).and_then(|(_, digest)| digest.clone());
        let entry = || audit::by(who, at, Action::ImageChanged, version.reference());
        match answer {
            Some(digest) if version.digest.as_ref() != Some(&digest) => {
                entries.push(entry().change("digest", version.digest.clone(), Some(digest)).done());
            }
            None if !version.missing => {
                let (before, after) = (Some("yes".to_owned()), Some("no".to_owned()));
                entries.push(entry().change("in the registry", before, after).done());
            }
            _ => {}
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::image::ImageForm;
    use uuid::Uuid;

    #[test]
    fn only_newer_full_releases_are_news() {
        let form = ImageForm {
            edition: "canvas".into(),
            repository: "ghcr.io/a/b".into(),
            tag: "1.9.0".into(),
            support: "supported".into(),
            ..ImageForm::default()
        };
        let known = [form.parse(Uuid::from_u128(1).into()).expect("valid")];
        let tags = ["1.9.0", "1.10.0", "1.8.9", "1.11", "latest", "1.12.0-rc1", "1.9.1"].map(str::to_owned).to_vec();
        assert_eq!(news(tags, &known), ["1.10.0", "1.9.1"]);
    }
}
