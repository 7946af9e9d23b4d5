//! Plain answers for when no page can be drawn.

use axum::response::{Html, IntoResponse, Response};
use engine::incident;
use http::{HeaderValue, StatusCode, header};
use model::Fault;
use std::any::Any;

/// A small page of its own, without styles or scripts: it must work when nothing else does.
fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} · Handrail</title><main><h1>{title}</h1><p>{text}</p></main></html>"
    );
    (status, Html(html)).into_response()
}

/// The database does not answer, so that nobody can be told who they are.
pub(crate) fn unavailable() -> Response {
    let mut response = page(
        StatusCode::SERVICE_UNAVAILABLE,
        "The database does not answer",
        "Handrail cannot reach its database at the moment. Nothing is lost: running operations go on as soon as it is back. \
         Try again in a few seconds.",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Too many requests of one address.
pub(crate) fn too_many() -> Response {
    let mut response = page(StatusCode::TOO_MANY_REQUESTS, "Too many requests", "Wait a few seconds and try again.");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Why a file cannot be given; `story` is for the log.
pub(crate) fn of_file(fault: &Fault, story: &'static str) -> Response {
    match fault {
        Fault::Unavailable => unavailable(),
        Fault::Forbidden => StatusCode::FORBIDDEN.into_response(),
        Fault::NotFound => StatusCode::NOT_FOUND.into_response(),
        Fault::Invalid(_) => page(
            StatusCode::BAD_REQUEST,
            "The filter cannot be applied",
            "One of its values means nothing. The page that this file belongs to marks it.",
        ),
        fault => {
            tracing::error!(%fault, "{story}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A panic of ours. The log has the story under the incident id.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let story = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without a message".to_owned());
    let incident = incident(&std::io::Error::other(story));
    page(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong in Handrail",
        &format!("This is a fault of ours. The log has the whole story under incident {incident}."),
    )
}
