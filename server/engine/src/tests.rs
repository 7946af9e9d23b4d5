//! Tests of the engine over in-memory fakes.

mod crash;
mod create;
mod delete;
mod draft;
mod identity;
mod list;
mod log;
mod platform;
mod metric;
mod policy;
mod reconcile;
mod stage;
mod team;
