//! Tests of the engine over in-memory fakes.

mod crash;
mod create;
mod delete;
mod draft;
mod identity;
mod list;
mod platform;
mod log;
mod policy;
mod reconcile;
mod stage;
mod team;
