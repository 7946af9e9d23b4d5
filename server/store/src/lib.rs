//! Everything that Handrail keeps, in Postgres 15 or newer. The only crate that speaks SQL.
//!
//! A file per noun holds the noun's statements, declared with [`sql::statements!`], and functions over a pool or a
//! transaction; `contract.rs` joins them to [`ports::Store`]. A change and its audit event are one transaction, and what
//! others must hear of is announced by `NOTIFY` within it.

mod account;
mod audit;
mod contract;
mod cursor;
mod draft;
mod drift;
mod environment;
mod error;
mod history;
mod image;
mod installation;
mod invitation;
mod mirror;
mod notice;
mod operation;
mod person;
mod pool;
mod preset;
mod row;
#[cfg(feature = "seed")]
pub mod seed;
mod session;
mod sql;
mod team;
mod worker;

pub use pool::PgStore;
pub use sql::{Statement, every_statement};
