//! The words of Handrail as types: everything that the pages, the engine, the store and the cloud speak of.
//!
//! This crate is a leaf and compiles to WebAssembly: no I/O, no clock, no randomness. Types here carry meaning as codes;
//! sentences that a person reads are made in `app::text`.

pub mod account;
pub mod audit;
pub mod cause;
pub mod difference;
pub mod draft;
pub mod drift;
pub mod environment;
pub mod export;
pub mod fault;
mod field;
pub mod history;
pub mod id;
pub mod image;
pub mod log;
pub mod matrix;
pub mod metric;
pub mod mirror;
pub mod money;
pub mod notice;
pub mod operation;
pub mod page;
pub mod permission;
pub mod person;
pub mod plan;
pub mod platform;
pub mod preset;
pub mod principal;
pub mod role;
pub mod scale;
pub mod secret;
pub mod services;
pub mod spec;
pub mod team;
pub mod update;
pub mod variable;
pub mod wire;

pub use fault::{Fault, FieldErrors, FieldProblem, Outcome};
pub use id::*;
pub use principal::Principal;
pub use secret::{Secret, TypedSecret, TypedSecrets};
