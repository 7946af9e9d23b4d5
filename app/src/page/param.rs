//! What an address names.

use crate::error::AppError;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::Fault;
use std::str::FromStr;

/// A part of the path, parsed; `None` if it is not one.
pub(super) fn param<T: FromStr + PartialEq + Send + Sync + 'static>(name: &'static str) -> Memo<Option<T>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str(name).and_then(|text| text.parse().ok())))
}

/// A value of the query; empty if it is not there.
pub(super) fn query(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()))
}

/// The fault of an address that names nothing, with its status.
pub(super) fn not_found() -> AppError {
    #[cfg(feature = "ssr")]
    return crate::context::fail(Fault::NotFound);
    #[cfg(not(feature = "ssr"))]
    AppError::Fault(Fault::NotFound)
}
