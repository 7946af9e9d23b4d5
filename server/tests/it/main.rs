//! Tests of the whole server, in one binary.

mod console;
mod edge;
mod events;
mod history;
mod kill;
mod logs;
mod mirror;
mod permission;
mod platform;
mod postgres;
mod status;
