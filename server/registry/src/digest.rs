//! Digests as registries write them.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// `sha256:` and the hexadecimal SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
