//! Server functions: the context of the request, one call of a service, the answer. The engine authorizes.

pub mod account;
pub mod environment;
pub mod history;
pub mod identity;
pub mod image;
pub mod log;
pub mod metric;
pub mod operation;
pub mod platform;
pub mod preset;
pub mod team;
