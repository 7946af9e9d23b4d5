//! Tests of the engine over in-memory fakes.

mod access;
mod compute;
mod crash;
mod create;
mod delete;
mod draft;
mod drift;
mod history;
mod identity;
mod image;
mod list;
mod live;
mod llm;
mod log;
mod metric;
mod platform;
mod policy;
mod preset;
mod reconcile;
mod scale;
mod stage;
mod team;
mod update;
mod variable;
