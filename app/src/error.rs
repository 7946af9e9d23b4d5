//! What a server function answers when it cannot do what was asked.

use model::Fault;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use std::fmt;

/// A fault of a service, or a failure on the way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum AppError {
    /// The service's own answer.
    Fault(Fault),
    /// The server could not be reached, or its answer was not understood.
    Transport(String),
}

model::read_through_value!(AppError);

impl AppError {
    /// The service's answer, if there was one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Transport(_) => None,
        }
    }
}

impl From<Fault> for AppError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Transport(reason) => write!(f, "transport: {reason}"),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Transport(error.to_string())
    }
}

/// What a program gets that calls a server function without being signed in.
#[cfg(feature = "ssr")]
pub fn unauthenticated() -> AppError {
    AppError::Fault(Fault::Unauthenticated)
}

/// The HTTP status of a fault.
#[cfg(feature = "ssr")]
pub fn status(fault: &Fault) -> http::StatusCode {
    use http::StatusCode;
    match fault {
        Fault::Unauthenticated => StatusCode::UNAUTHORIZED,
        Fault::Forbidden => StatusCode::FORBIDDEN,
        Fault::NotFound => StatusCode::NOT_FOUND,
        Fault::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Fault::Conflict(_) => StatusCode::CONFLICT,
        Fault::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
        Fault::Cloud(_) => StatusCode::BAD_GATEWAY,
        Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(feature = "ssr")]
impl axum::response::IntoResponse for AppError {
    fn into_response(self) -> axum::response::Response {
        let status = self.fault().map_or(http::StatusCode::INTERNAL_SERVER_ERROR, status);
        (status, [(http::header::CONTENT_TYPE, "application/json")], self.ser()).into_response()
    }
}

/// The problems of a form's fields, with what was typed.
pub fn field_errors(error: Option<AppError>) -> model::FieldErrors {
    match error {
        Some(AppError::Fault(Fault::Invalid(errors))) => errors,
        _ => model::FieldErrors::default(),
    }
}
