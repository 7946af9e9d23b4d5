//! Versions and copies of their images.

use crate::error::AppError;
use leptos::prelude::*;
use model::{
    MirrorId, VersionId,
    image::{Catalogue, CopyScan, ImageForm},
    mirror::{MirrorForm, MirrorView},
};

#[server(prefix = "/api", endpoint = "images")]
pub async fn images() -> Result<Catalogue, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.catalogue(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "image_scans")]
pub async fn image_scans() -> Result<Vec<CopyScan>, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.scans(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "add_image")]
pub async fn add_image(form: ImageForm) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.add(&who, form).await.map(|_| ()).map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "change_image")]
pub async fn change_image(version: VersionId, form: ImageForm) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.change(&who, version, form).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "refresh_images")]
pub async fn refresh_images() -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.refresh(&who).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "mirror_image")]
pub async fn mirror_image(form: MirrorForm) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    let mirror = services.images.mirror(&who, form).await.map_err(crate::context::fail)?;
    leptos_axum::redirect(&crate::link::mirror(mirror));
    Ok(())
}

#[server(prefix = "/api", endpoint = "mirror")]
pub async fn mirror(mirror: MirrorId) -> Result<MirrorView, AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.mirror_view(&who, mirror).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "retry_mirror")]
pub async fn retry_mirror(mirror: MirrorId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.mirror_retry(&who, mirror).await.map_err(crate::context::fail)
}

#[server(prefix = "/api", endpoint = "cancel_mirror")]
pub async fn cancel_mirror(mirror: MirrorId) -> Result<(), AppError> {
    let (services, who) = crate::context::signed_in()?;
    services.images.mirror_cancel(&who, mirror).await.map_err(crate::context::fail)
}
