//! The catalogue of versions, and asking for copies of their images.

mod refresh;

use crate::{Outside, audit, error::OrFault, mirror::repository_name, policy::require};
use async_trait::async_trait;
use futures::future::join_all;
use model::{
    AccountId, Fault, FieldErrors, FieldProblem, MirrorId, Outcome, Principal, VersionId,
    account::CloudAccount,
    audit::Action,
    fault::Misfit,
    image::{
        Catalogue, CopyScan, ImageCopy, ImageForm, ImageVersion, OfferedVersion, Platform, ScanOutcome, VersionRow,
        in_lists, needs_licence, offers,
    },
    mirror::{MirrorForm, MirrorView},
    permission::Permission,
    services::Images,
    spec::{Edition, Image},
};
use ports::{Place, store::NewMirror};
use std::time::Duration;
use uuid::Uuid;

/// Most copies in the list of the page.
const MIRRORS_SHOWN: u32 = 20;
/// How long the page waits for ECR's scans.
const SCAN_WAIT: Duration = Duration::from_millis(1500);

pub(crate) struct ImageService {
    outside: Outside,
}

impl ImageService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }

    async fn version(&self, id: VersionId) -> Outcome<ImageVersion> {
        let versions = self.outside.store.image_list().await.or_fault()?;
        versions.into_iter().find(|version| version.id == id).ok_or(Fault::NotFound)
    }
}

/// What the forms offer.
pub(crate) async fn offered(outside: &Outside) -> Outcome<Vec<OfferedVersion>> {
    Ok(offers(&outside.store.image_list().await.or_fault()?))
}

/// The image that an environment of this version runs in an account and region: the verified copy there, by digest, or the image where
/// it comes from.
pub(crate) async fn image(
    outside: &Outside,
    version: &OfferedVersion,
    account: AccountId,
    region: &str,
) -> Outcome<Image> {
    let copies = outside.store.image_copies().await.or_fault()?;
    let versions = outside.store.image_list().await.or_fault()?;
    let origin = version.image();
    let id = versions
        .iter()
        .find(|one| one.reference() == format!("{}:{}", origin.repository, origin.tag))
        .map(|one| one.id);
    let copy = copies.into_iter().find(|(of, copy)| {
        // A copy of what the tag meant before is another image.
        let is_current = origin.digest.as_ref().is_none_or(|digest| *digest == copy.digest);
        Some(*of) == id && copy.account == account && copy.region == region && is_current
    });
    Ok(match copy {
        Some((_, ImageCopy { repository, digest, .. })) => Image { repository, digest: Some(digest), ..origin },
        None => origin,
    })
}

#[async_trait]
impl Images for ImageService {
    async fn catalogue(&self, who: &Principal) -> Outcome<Catalogue> {
        require(Permission::PlatformView, who)?;
        let store = &self.outside.store;
        let copies = store.image_copies().await.or_fault()?;
        let of = |id: VersionId| {
            copies
                .iter()
                .filter(|(version, _)| *version == id)
                .map(|(_, copy)| copy.clone())
                .collect::<Vec<ImageCopy>>()
        };
        let versions = store.image_list().await.or_fault()?.into_iter();
        let mut versions: Vec<VersionRow> =
            versions.map(|version| VersionRow { copies: of(version.id), version }).collect();
        versions.sort_by(|VersionRow { version: a, .. }, VersionRow { version: b, .. }| {
            in_lists((a.edition, &a.tag, &a.repository), (b.edition, &b.tag, &b.repository))
        });
        let accounts = store.account_list().await.or_fault()?.into_iter().filter(|account| !account.disabled);
        Ok(Catalogue {
            versions,
            repositories: store.image_repositories().await.or_fault()?,
            mirrors: store.mirror_list(MIRRORS_SHOWN).await.or_fault()?,
            accounts: accounts
                .map(|account| CloudAccount { role_arn: None, external_id: None, stack_role_arn: None, ..account })
                .collect(),
            now: self.outside.clock.now(),
        })
    }

    async fn add(&self, who: &Principal, form: ImageForm) -> Outcome<VersionId> {
        require(Permission::PlatformManage, who)?;
        let version = form.parse(VersionId(Uuid::now_v7())).map_err(Fault::Invalid)?;
        let at = self.outside.clock.now();
        let mut entry = audit::by(who, at, Action::ImageAdded, version.reference())
            .change("edition", None, Some(version.edition.code().to_owned()))
            .change("support", None, Some(version.support.code().to_owned()));
        if let Some(digest) = &version.digest {
            entry = entry.change("digest", None, Some(digest.clone()));
        }
        if needs_licence(version.edition) {
            entry = entry.change("licence", None, Some("confirmed".to_owned()));
        }
        self.outside.store.image_create(&version, at, &entry.done()).await.or_fault().map_err(|fault| match fault {
            Fault::Invalid(errors) => Fault::Invalid(form.kept(errors)),
            other => other,
        })?;
        Ok(version.id)
    }

    async fn change(&self, who: &Principal, version: VersionId, form: ImageForm) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let known = self.version(version).await?;
        let change = form.change().map_err(|errors| Fault::Invalid(errors.keep("version", &version.to_string())))?;
        let mut entry = audit::by(who, self.outside.clock.now(), Action::ImageChanged, known.reference());
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let fields = [
            ("support", Some(known.support.code().to_owned()), Some(change.support.code().to_owned())),
            ("released", day(known.released), day(change.released)),
            ("notes", text(&known.notes), text(&change.notes)),
        ];
        let mut is_other = false;
        for (field, before, after) in fields {
            if before != after {
                entry = entry.change(field, before, after);
                is_other = true;
            }
        }
        if !is_other {
            return Ok(());
        }
        self.outside.store.image_change(version, &change, &entry.done()).await.or_fault()
    }

    async fn refresh(&self, who: &Principal) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        refresh::all(&self.outside, who).await
    }

    async fn scans(&self, who: &Principal) -> Outcome<Vec<CopyScan>> {
        require(Permission::PlatformView, who)?;
        let store = &self.outside.store;
        let versions = store.image_list().await.or_fault()?;
        let accounts = store.account_list().await.or_fault()?;
        let copies = store.image_copies().await.or_fault()?;
        let scans = copies.into_iter().filter_map(|(version, copy)| {
            let edition = versions.iter().find(|one| one.id == version)?.edition;
            let account = accounts.iter().find(|account| account.id == copy.account)?.clone();
            Some(scan(&self.outside, Place { account, region: copy.region.clone(), operation: None }, edition, copy))
        });
        Ok(join_all(scans).await)
    }

    async fn mirror(&self, who: &Principal, form: MirrorForm) -> Outcome<MirrorId> {
        require(Permission::PlatformManage, who)?;
        let (version, account, region) = self.parse(&form).await?;
        let new = NewMirror {
            id: MirrorId(Uuid::now_v7()),
            version: version.id,
            account: account.id,
            region: region.clone(),
            requested_by: who.person,
            requested: self.outside.clock.now(),
        };
        let entry = audit::by(who, new.requested, Action::MirrorRequested, version.reference())
            .change("account", None, Some(account.name))
            .change("region", None, Some(region));
        let entry = match needs_licence(version.edition) {
            true => entry.change("licence", None, Some("confirmed".to_owned())),
            false => entry,
        };
        self.outside.store.mirror_request(&new, &entry.done()).await.or_fault()?;
        Ok(new.id)
    }

    async fn mirror_view(&self, who: &Principal, mirror: MirrorId) -> Outcome<MirrorView> {
        require(Permission::PlatformView, who)?;
        let record = self.outside.store.mirror_get(mirror).await.or_fault()?.ok_or(Fault::NotFound)?;
        let may_manage = Permission::PlatformManage.allows(Some(who), None);
        Ok(MirrorView { mirror: record.mirror, may_manage, now: self.outside.clock.now() })
    }

    async fn mirror_retry(&self, who: &Principal, mirror: MirrorId) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let record = self.outside.store.mirror_get(mirror).await.or_fault()?.ok_or(Fault::NotFound)?;
        let entry =
            audit::by(who, self.outside.clock.now(), Action::MirrorRequested, record.mirror.version.reference())
                .change("account", None, Some(record.mirror.account_name))
                .change("region", None, Some(record.mirror.region))
                .done();
        self.outside.store.mirror_retry(mirror, &entry).await.or_fault()
    }

    async fn mirror_cancel(&self, who: &Principal, mirror: MirrorId) -> Outcome<()> {
        require(Permission::PlatformManage, who)?;
        let record = self.outside.store.mirror_get(mirror).await.or_fault()?.ok_or(Fault::NotFound)?;
        let at = self.outside.clock.now();
        let entry = audit::by(who, at, Action::MirrorCancelRequested, record.mirror.version.reference()).done();
        self.outside.store.mirror_request_cancel(mirror, at, &entry).await.or_fault()
    }
}

impl ImageService {
    /// What was chosen, checked against what there is.
    async fn parse(&self, form: &MirrorForm) -> Outcome<(ImageVersion, CloudAccount, String)> {
        let mut errors = FieldErrors::default();
        let versions = self.outside.store.image_list().await.or_fault()?;
        let version = form.version.trim().parse().ok();
        let version = version.and_then(|id: VersionId| versions.into_iter().find(|version| version.id == id));
        let (account, region) = form.place.trim().split_once(' ').unwrap_or_default();
        let accounts = self.outside.store.account_list().await.or_fault()?;
        let account = account
            .parse()
            .ok()
            .and_then(|id: AccountId| accounts.into_iter().find(|account| account.id == id && !account.disabled));
        match &account {
            None => errors.add("place", FieldProblem::NotOffered),
            Some(account) if !account.regions.iter().any(|known| known == region) => {
                errors.add("place", FieldProblem::DoesNotFit(Misfit::RegionNotInAccount));
            }
            Some(_) => {}
        }
        match &version {
            None => errors.add("version", FieldProblem::NotOffered),
            Some(version) if needs_licence(version.edition) && form.licence.trim() != "on" => {
                errors.add("licence", FieldProblem::NotAcknowledged);
            }
            Some(_) => {}
        }
        match (version, account) {
            (Some(version), Some(account)) if errors.is_empty() => Ok((version, account, region.to_owned())),
            _ => Err(Fault::Invalid(errors.keep("version", &form.version).keep("place", &form.place))),
        }
    }
}

/// The scans of one copy, as far as ECR tells of them in time.
async fn scan(outside: &Outside, place: Place, edition: Edition, copy: ImageCopy) -> CopyScan {
    let repository = repository_name(edition);
    let whole = vec![Platform { name: String::new(), digest: copy.digest.clone() }];
    let images = if copy.platforms.is_empty() { whole } else { copy.platforms };
    let asked = images.into_iter().map(|platform| {
        let (repository, place) = (&repository, &place);
        async move {
            let outcome = tokio::select! {
                answer = outside.cloud.image_scan(place, repository, &platform.digest) => match answer {
                    Ok(outcome) => outcome,
                    Err(problem) => ScanOutcome::NotKnown(Some(Box::new(problem))),
                },
                () = outside.clock.sleep(SCAN_WAIT) => ScanOutcome::NotKnown(None),
            };
            (platform, outcome)
        }
    });
    let platforms = join_all(asked).await;
    CopyScan { account: copy.account, region: copy.region, digest: copy.digest, platforms }
}
