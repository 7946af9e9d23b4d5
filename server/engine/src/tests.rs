//! Tests of the engine over in-memory fakes.

mod crash;
mod create;
mod delete;
mod draft;
mod drift;
mod identity;
mod list;
mod live;
mod log;
mod platform;
mod policy;
mod reconcile;
mod stage;
mod team;
