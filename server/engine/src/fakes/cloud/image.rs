//! ECR: repositories, and scans that a test has announced.

use super::{FakeCloud, name::Home};
use model::image::ScanOutcome;
use std::collections::{BTreeMap, BTreeSet};

/// The registry of every place.
#[derive(Default)]
pub(super) struct Images {
    repositories: BTreeSet<String>,
    scans: BTreeMap<String, ScanOutcome>,
    /// The host of the registry, where a test has one.
    registry: Option<String>,
}

impl Images {
    pub(super) fn repository(&mut self, home: &Home, name: &str) -> String {
        let registry = self.registry.clone().unwrap_or_else(|| home.registry());
        let uri = format!("{registry}/{name}");
        self.repositories.insert(uri.clone());
        uri
    }

    pub(super) fn scan(&self, digest: &str) -> ScanOutcome {
        self.scans.get(digest).cloned().unwrap_or(ScanOutcome::NotScanned(None))
    }
}

impl FakeCloud {
    /// What ECR says of the scan of this image.
    pub fn scanned(&self, digest: &str, outcome: ScanOutcome) {
        self.set(|aws| {
            aws.images.scans.insert(digest.to_owned(), outcome);
        });
    }

    /// The registry in which repositories are made, in place of ECR's.
    pub fn registry_is(&self, host: &str) {
        self.set(|aws| aws.images.registry = Some(host.to_owned()));
    }

    /// The repositories of images, with their registries.
    pub fn image_repositories(&self) -> Vec<String> {
        super::lock(&self.aws).images.repositories.iter().cloned().collect()
    }
}
