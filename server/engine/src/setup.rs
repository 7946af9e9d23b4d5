//! The first start: a one-time link that makes the platform admin.

use crate::{Outside, error::OrFault, token};
use model::{Outcome, Secret};

/// Makes a new setup link's token in place of an older one, unless a platform admin exists.
pub async fn new_link(outside: &Outside) -> Outcome<Option<Secret>> {
    if outside.store.is_set_up().await.or_fault()? {
        return Ok(None);
    }
    let (secret, hash) = token::new_token();
    outside.store.setup_link_set(&hash, outside.clock.now()).await.or_fault()?;
    Ok(Some(secret))
}
