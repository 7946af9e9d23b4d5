//! What the frame of every page shows.

use crate::error::AppError;
use leptos::prelude::*;
use model::{Principal, platform::Installation};
use serde::{Deserialize, Serialize};

/// The installation, and who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub installation: Installation,
    pub principal: Option<Principal>,
}

#[server(prefix = "/api", endpoint = "frame")]
pub async fn frame() -> Result<Facts, AppError> {
    let services = crate::context::services()?;
    let installation = services.platform.installation().await.map_err(crate::context::fail)?;
    Ok(Facts { installation, principal: crate::context::principal() })
}
