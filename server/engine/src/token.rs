//! Bearer tokens: cookies, setup links, invitation links. The browser holds the token, the database its hash.

use model::Secret;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A new token of 256 random bits, in hex, with its hash.
pub(crate) fn new_token() -> (Secret, Vec<u8>) {
    let token = hex(&rand::random::<[u8; 32]>());
    let hash = hash(&token);
    (Secret::new(token), hash)
}

/// SHA-256 of a token. A plain hash suffices, since the token has as many random bits as the hash.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// SHA-256 of a text, in hex.
pub(crate) fn digest(text: &str) -> String {
    hex(&hash(text))
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
