//! The console's process: configuration, Postgres, HTTP edge and the composition of engine, store and cloud.

#![recursion_limit = "256"]

pub mod boot;
pub mod config;
pub mod http;
pub mod postgres;
pub mod probe;
pub mod telemetry;
