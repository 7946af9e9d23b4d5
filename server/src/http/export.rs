//! What of a revision can be taken away, as files to download.

use super::{Edge, see_other};
use app::context::MaybePrincipal;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{EnvironmentId, export::Export};

/// Spec, template or Terraform resource, as a file with a name.
pub(super) async fn download(
    State(edge): State<Edge>,
    Extension(MaybePrincipal(principal)): Extension<MaybePrincipal>,
    Path((environment, revision, file)): Path<(String, u32, String)>,
) -> Response {
    let Some(principal) = principal else { return see_other("/sign-in") };
    let (Ok(environment), Some(file)) = (environment.parse::<EnvironmentId>(), Export::of(&file)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match edge.services.environments.export(&principal, environment, revision, file).await {
        Ok(text) => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(file)));
            let name = file.file_name();
            let name = format!("attachment; filename=\"handrail-{environment}-revision-{revision}-{name}\"");
            if let Ok(value) = HeaderValue::try_from(name) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            (headers, text).into_response()
        }
        Err(fault) => super::fault::of_file(&fault, "a file of a revision could not be read"),
    }
}

fn media_type(file: Export) -> &'static str {
    match file {
        Export::Spec | Export::TemplateJson | Export::Terraform => "application/json",
        Export::TemplateYaml => "application/yaml",
    }
}
