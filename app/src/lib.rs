//! Handrail's pages: Leptos components, the signatures of the server functions behind them, and every sentence that a person reads.
#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod component;
pub mod context;
pub mod error;
pub mod format;
pub mod link;
pub mod live;
pub mod page;
pub mod permissions;
#[cfg(feature = "ssr")]
mod shell;
pub mod text;
pub mod zone;

pub use app::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
