//! What an image is made of: its index, the manifests below it, and the blobs that those name (OCI image specification 1.1).

use model::image::Platform;
use ports::registry::Manifest;
use serde::Deserialize;
use std::collections::{BTreeSet, VecDeque};

/// Most manifests of one image; an index of all platforms with attestations has a few dozen.
const MANIFESTS_MAX: usize = 500;

/// A blob by digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: String,
    pub(super) size: u64,
}

/// An image as far as it is read.
#[derive(Debug)]
pub(super) struct Layout {
    /// Of the index, or of the only manifest.
    pub(super) digest: String,
    /// The index first; whatever refers to another comes before it.
    pub(super) manifests: Vec<Manifest>,
    /// Each once, the smallest first: what may be wrong shows early.
    pub(super) blobs: Vec<Blob>,
    pub(super) platforms: Vec<Platform>,
    wanted: VecDeque<String>,
    seen: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    size: u64,
    platform: Option<Runs>,
}

#[derive(Deserialize)]
struct Runs {
    os: String,
    architecture: String,
    variant: Option<String>,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Image {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

impl Layout {
    /// Nothing is read yet.
    pub(super) fn begin(digest: String) -> Self {
        Self {
            seen: BTreeSet::from([digest.clone()]),
            wanted: VecDeque::from([digest.clone()]),
            digest,
            manifests: Vec::new(),
            blobs: Vec::new(),
            platforms: Vec::new(),
        }
    }

    /// The manifest to read next.
    pub(super) fn wanted(&self) -> Option<String> {
        self.wanted.front().cloned()
    }

    /// Takes the manifest that was wanted. The error says why it is no image.
    pub(super) fn add(&mut self, manifest: Manifest) -> Result<(), String> {
        self.wanted.pop_front();
        match manifest.media_type.as_str() {
            "application/vnd.oci.image.index.v1+json" | "application/vnd.docker.distribution.manifest.list.v2+json" => {
                let index: Index = read(&manifest)?;
                for child in index.manifests {
                    self.add_child(child)?;
                }
            }
            "application/vnd.oci.image.manifest.v1+json" | "application/vnd.docker.distribution.manifest.v2+json" => {
                let image: Image = read(&manifest)?;
                self.add_blob(image.config)?;
                for layer in image.layers {
                    self.add_blob(layer)?;
                }
            }
            other => return Err(format!("a manifest of the type {other:?}")),
        }
        self.manifests.push(manifest);
        self.blobs.sort_by(|a, b| (a.size, &a.digest).cmp(&(b.size, &b.digest)));
        Ok(())
    }

    fn add_child(&mut self, child: Descriptor) -> Result<(), String> {
        let digest = checked(&child)?;
        if let Some(runs) = &child.platform
            // Attestations say that they run nowhere.
            && runs.os != "unknown"
        {
            let variant = runs.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
            let name = format!("{}/{}{variant}", runs.os, runs.architecture);
            self.platforms.push(Platform { name, digest: digest.clone() });
        }
        if self.seen.insert(digest.clone()) {
            if self.seen.len() > MANIFESTS_MAX {
                return Err(format!("an image of more than {MANIFESTS_MAX} manifests"));
            }
            self.wanted.push_back(digest);
        }
        Ok(())
    }

    fn add_blob(&mut self, blob: Descriptor) -> Result<(), String> {
        let digest = checked(&blob)?;
        // Layers that may not be given on are fetched from their owner by whoever runs the image.
        let is_foreign = blob.media_type.contains("nondistributable") || blob.media_type.contains("foreign");
        if !is_foreign && !self.blobs.iter().any(|known| known.digest == digest) {
            self.blobs.push(Blob { digest, size: blob.size });
        }
        Ok(())
    }
}

fn checked(descriptor: &Descriptor) -> Result<String, String> {
    match model::image::check_digest(&descriptor.digest) {
        Ok(()) => Ok(descriptor.digest.clone()),
        Err(_) => Err(format!("{:?} is no digest of SHA-256", descriptor.digest)),
    }
}

fn read<T: serde::de::DeserializeOwned>(manifest: &Manifest) -> Result<T, String> {
    serde_json::from_slice(&manifest.body).map_err(|error| format!("a manifest that cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn digest(letter: char) -> String {
        format!("sha256:{}", letter.to_string().repeat(64))
    }

    fn manifest(letter: char, media_type: &str, body: Value) -> Manifest {
        Manifest { digest: digest(letter), media_type: media_type.to_owned(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn an_index_is_read_with_all_that_it_names_each_once() {
        let mut layout = Layout::begin(digest('a'));
        let runs = |architecture: &str| json!({ "os": "linux", "architecture": architecture });
        let index = json!({ "manifests": [
            { "digest": digest('b'), "size": 1, "platform": runs("amd64") },
            { "digest": digest('c'), "size": 1, "platform": runs("arm64") },
            { "digest": digest('d'), "size": 1, "platform": { "os": "unknown", "architecture": "unknown" } },
        ]});
        assert_eq!(layout.wanted(), Some(digest('a')));
        layout.add(manifest('a', "application/vnd.oci.image.index.v1+json", index)).expect("an index");
        for letter in ['b', 'c', 'd'] {
            assert_eq!(layout.wanted(), Some(digest(letter)));
            let body = json!({
                "config": { "digest": digest(letter.to_ascii_uppercase().to_ascii_lowercase()), "size": 9 },
                "layers": [
                    { "digest": digest('f'), "size": 5 },
                    { "digest": digest('e'), "size": 3, "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
                ],
            });
            layout.add(manifest(letter, "application/vnd.oci.image.manifest.v1+json", body)).expect("an image");
        }
        assert_eq!(layout.wanted(), None);
        let blobs: Vec<u64> = layout.blobs.iter().map(|blob| blob.size).collect();
        assert_eq!(blobs, [5, 9, 9, 9], "the shared layer once, the foreign one never");
        let platforms: Vec<&str> = layout.platforms.iter().map(|platform| platform.name.as_str()).collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
        assert_eq!(layout.manifests.len(), 4);
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let add = |media_type: &str, body: Value| Layout::begin(digest('a')).add(manifest('a', media_type, body));
        assert!(add("text/html", json!({})).expect_err("a page").contains("text/html"));
        assert!(add("application/vnd.oci.image.index.v1+json", json!({})).is_err());
        let odd = json!({ "config": { "digest": "sha512:00", "size": 1 }, "layers": [] });
        assert!(add("application/vnd.oci.image.manifest.v1+json", odd).expect_err("odd").contains("sha512"));
    }
}
