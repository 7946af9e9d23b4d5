//! Drafts that nobody touches any more.

use super::{DRAFTS, report};
use crate::{Outside, audit, draft, error::OrFault};
use chrono::TimeDelta;
use model::{Fault, Outcome, audit::Action};
use tokio_util::sync::CancellationToken;

/// How long a draft that nobody touches keeps its secret.
const DRAFT_LIFE: TimeDelta = TimeDelta::hours(24);

pub(super) async fn run(outside: &Outside, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let line = stale_drafts(outside).await.map(|count| format!("{count} removed"));
        report(outside, "reconciler drafts", line).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = outside.clock.sleep(DRAFTS) => {}
        }
    }
}

/// Removes drafts that nobody has touched for a day, with the keys stored for them. Returns how many.
pub async fn stale_drafts(outside: &Outside) -> Outcome<usize> {
    let now = outside.clock.now();
    let stale = outside.store.draft_stale(now - DRAFT_LIFE).await.or_fault()?;
    let count = stale.len();
    for record in stale {
        let own = record.llm_key.iter().chain(&record.sign_in_secret);
        for secret in own.chain(record.secrets.iter().map(|one| &one.stored)) {
            draft::remove_secret(outside, secret).await.or_fault()?;
        }
        let has_more = record.sign_in_secret.is_some() || !record.secrets.is_empty();
        let what = if has_more { "Secrets of a draft" } else { "LLM key of a draft" };
        let had_some = record.llm_key.is_some() || has_more;
        let entry = had_some.then(|| audit::by_handrail(now, Action::SecretRemoved, what).done());
        match outside.store.draft_delete(record.id, entry.as_ref()).await.or_fault() {
            // Another replica was quicker.
            Ok(()) | Err(Fault::NotFound) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(count)
}
