//! A revision's template as a file to download.

use super::{Edge, see_other};
use app::context::MaybePrincipal;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::EnvironmentId;

/// Indented JSON, as a file with a name.
pub(super) async fn download(
    State(edge): State<Edge>,
    Extension(MaybePrincipal(principal)): Extension<MaybePrincipal>,
    Path((environment, revision)): Path<(String, u32)>,
) -> Response {
    let Some(principal) = principal else { return see_other("/sign-in") };
    let Ok(environment) = environment.parse::<EnvironmentId>() else { return StatusCode::NOT_FOUND.into_response() };
    match edge.services.environments.template(&principal, environment, revision).await {
        Ok(text) => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let name = format!("attachment; filename=\"handrail-{environment}-revision-{revision}.json\"");
            if let Ok(value) = HeaderValue::try_from(name) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            (headers, text).into_response()
        }
        Err(fault) => super::fault::of_file(&fault, "a template could not be read"),
    }
}
