//! The store against a real Postgres: `DATABASE_URL` names a server where databases may be made; each test gets its own.
#![allow(clippy::disallowed_methods, reason = "tests look into the tables themselves")]

mod atomicity;
mod codes;
mod connection;
mod drift;
mod environment;
mod filter;
mod history;
mod identity;
mod image;
mod lease;
mod list;
mod notice;
mod operation;
mod paging;
mod platform;
mod race;
mod seed;
mod statement;
mod world;
