//! OCI registries behind the port [`ports::Registry`]: the only crate that speaks the distribution protocol.
//!
//! Written on HTTP directly rather than on a client crate: `oci-client` neither resumes an upload nor takes a blob over from another
//! repository, which is what a copy of gigabytes lives from. What it sends is the OCI distribution specification 1.1; the rules for
//! tokens are those of the Docker registry's token scheme, which public registries share.

mod auth;
mod client;
mod digest;
mod endpoint;
mod login;
mod problem;
mod upload;

pub use client::OciRegistry;
pub use digest::sha256;
pub use endpoint::Endpoint;
pub use login::{LoginError, Logins};
