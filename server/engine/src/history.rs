//! Reading the audit history.

use crate::{Outside, environment::record, error::OrFault, policy::require};
use async_trait::async_trait;
use model::{
    EnvironmentId, Outcome, Principal,
    audit::AuditEvent,
    page::{PAGE_SIZE, Page},
    permission::Permission,
    services::History,
};

pub(crate) struct HistoryService {
    outside: Outside,
}

impl HistoryService {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside }
    }
}

#[async_trait]
impl History for HistoryService {
    async fn of_environment(
        &self,
        who: &Principal,
        environment: EnvironmentId,
        after: Option<String>,
    ) -> Outcome<Page<AuditEvent>> {
        record(&self.outside, who, environment, Permission::TeamView).await?;
        self.outside.store.audit_list(Some(environment), after.as_deref(), PAGE_SIZE).await.or_fault()
    }

    async fn of_platform(&self, who: &Principal, after: Option<String>) -> Outcome<Page<AuditEvent>> {
        require(Permission::PlatformView, who)?;
        self.outside.store.audit_list(None, after.as_deref(), PAGE_SIZE).await.or_fault()
    }
}
