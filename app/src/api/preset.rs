//! Presets that admins keep.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    DraftId, PresetId,
    preset::{PresetForm, SavedPreset},
};

#[server(prefix = "/api", endpoint = "presets")]
pub async fn presets() -> Result<Vec<SavedPreset>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.presets.list(&who).await.map_err(crate::context::fail)
}

/// Keeps what was typed into the create form, and goes to where it can be saved as a preset.
#[server(prefix = "/api", endpoint = "begin_preset")]
pub async fn begin_preset(
    #[server(default)] draft: String,
    #[server(default)] form: model::draft::DraftForm,
    #[server(default)] secrets: Vec<model::TypedSecret>,
) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    // A preset has names of secrets, and nobody's values.
    let variables = secrets.into_iter().map(|secret| model::TypedSecret { name: secret.name, ..Default::default() });
    let typed = model::TypedSecrets { llm_key: None, sign_in: None, variables: variables.collect() };
    let saved = services.environments.save_draft(&who, draft.parse().ok(), form, typed).await;
    leptos_axum::redirect(&crate::link::new_preset(saved.map_err(crate::context::fail)?.id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "save_preset")]
pub async fn save_preset(draft: DraftId, #[server(default)] form: PresetForm) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.presets.save(&who, draft, form).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::platform(crate::link::PlatformTab::Presets));
    Ok(())
}

#[server(prefix = "/api", endpoint = "remove_preset")]
pub async fn remove_preset(preset: PresetId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.presets.remove(&who, preset).await.map_err(crate::context::fail)
}
