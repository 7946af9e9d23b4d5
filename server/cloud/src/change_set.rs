//! Change sets: made or found, waited for, executed once.

use crate::{
    pages,
    problem::{or_none, plain},
    session::Session,
};
use aws_sdk_cloudformation::{
    operation::describe_change_set::DescribeChangeSetOutput,
    types::{Capability, Change, ChangeSetType, OnStackFailure, Tag},
};
use model::cause::CloudProblemKind;
use ports::{
    CloudResult,
    cloud::{ChangeSet, ChangeSetChange, ChangeSetRequest},
};
use tokio::time::{Instant, sleep};

const DESCRIBE: &str = "cloudformation:DescribeChangeSet";

impl Session {
    /// Makes the change set or finds the one of that name, and waits until it is computed.
    pub(crate) async fn change_set_prepare(
        &self,
        request: &ChangeSetRequest,
        stack_role: Option<&str>,
    ) -> CloudResult<ChangeSet> {
        let made = self.change_set_create(request, stack_role).await;
        if let Err(problem) = made {
            // It may be there from an earlier attempt, even executed already.
            let may_exist = matches!(problem.kind, CloudProblemKind::Conflict | CloudProblemKind::Invalid);
            if !may_exist || self.change_set(&request.stack_name, &request.change_set_name).await?.is_none() {
                return Err(problem);
            }
        }
        self.change_set_computed(&request.stack_name, &request.change_set_name).await
    }

    async fn change_set_create(&self, request: &ChangeSetRequest, stack_role: Option<&str>) -> CloudResult<()> {
        let kind = if request.create { ChangeSetType::Create } else { ChangeSetType::Update };
        let tags = request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let call = self
            .cloudformation
            .create_change_set()
            .stack_name(&request.stack_name)
            .change_set_name(&request.change_set_name)
            .change_set_type(kind)
            .template_body(&request.template_body)
            .capabilities(Capability::CapabilityIam)
            .capabilities(Capability::CapabilityNamedIam)
            .set_tags(Some(tags))
            .client_token(&request.token)
            .set_role_arn(stack_role.map(str::to_owned))
            // A failed creation is rolled back and kept, so that its events can be read; updates may not say this.
            .set_on_stack_failure(request.create.then_some(OnStackFailure::Rollback));
        self.ask("cloudformation:CreateChangeSet", call.send()).await.map(drop)
    }

    async fn change_set_computed(&self, stack_name: &str, name: &str) -> CloudResult<ChangeSet> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            // Right after its creation, a change set may not be visible everywhere yet.
            let found = self.change_set(stack_name, name).await?;
            if let Some(found) = found.filter(|found| !is_being_computed(&found.status)) {
                return Ok(found);
            }
            if Instant::now() >= deadline {
                let waited = self.settings.patience.as_secs();
                let message = format!("the change set was still being computed after {waited} seconds");
                return Err(plain(DESCRIBE, CloudProblemKind::Unreachable, &message));
            }
            sleep(self.settings.poll).await;
        }
    }

    /// The change set with all pages of its changes.
    async fn change_set(&self, stack_name: &str, name: &str) -> CloudResult<Option<ChangeSet>> {
        let page = |token: Option<String>| {
            let request = self.cloudformation.describe_change_set().stack_name(stack_name).change_set_name(name);
            self.ask(DESCRIBE, request.set_next_token(token).send())
        };
        let Some(mut first) = or_none(page(None).await)? else { return Ok(None) };
        let mut first_page = Some((first.changes.take().unwrap_or_default(), first.next_token.take()));
        let changes = pages::all(|token| {
            let known = first_page.take();
            async {
                if let Some(known) = known {
                    return Ok(known);
                }
                let next = page(token).await?;
                Ok((next.changes.unwrap_or_default(), next.next_token))
            }
        })
        .await?;
        Ok(Some(change_set(first, changes)))
    }

    /// Executes a change set, unless that has happened before.
    pub(crate) async fn change_set_execute(&self, stack_name: &str, name: &str, token: &str) -> CloudResult<()> {
        let request = self
            .cloudformation
            .execute_change_set()
            .stack_name(stack_name)
            .change_set_name(name)
            .client_request_token(token);
        let Err(problem) = self.ask("cloudformation:ExecuteChangeSet", request.send()).await else { return Ok(()) };
        let may_be_done =
            matches!(problem.kind, CloudProblemKind::Conflict | CloudProblemKind::NotFound | CloudProblemKind::Invalid);
        if may_be_done && self.change_set_was_executed(stack_name, name, token).await? {
            return Ok(());
        }
        Err(problem)
    }

    /// The change set says so itself; once CloudFormation has dropped it, the stack's events still carry the token of its execution.
    async fn change_set_was_executed(&self, stack_name: &str, name: &str, token: &str) -> CloudResult<bool> {
        if let Some(found) = self.change_set(stack_name, name).await? {
            return Ok(found.execution_status.starts_with("EXECUTE_"));
        }
        let events = self.stack_events(stack_name, None).await?;
        Ok(events.iter().any(|event| event.token.as_deref() == Some(token)))
    }
}

fn is_being_computed(status: &str) -> bool {
    matches!(status, "CREATE_PENDING" | "CREATE_IN_PROGRESS")
}

fn change_set(head: DescribeChangeSetOutput, changes: Vec<Change>) -> ChangeSet {
    ChangeSet {
        id: head.change_set_id.unwrap_or_default(),
        stack_id: head.stack_id.unwrap_or_default(),
        status: head.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        execution_status: head.execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: head.status_reason,
        changes: changes.into_iter().filter_map(|change| change.resource_change).map(resource_change).collect(),
    }
}

fn resource_change(change: aws_sdk_cloudformation::types::ResourceChange) -> ChangeSetChange {
    ChangeSetChange {
        action: change.action.map(|action| action.as_str().to_owned()).unwrap_or_default(),
        logical_id: change.logical_resource_id.unwrap_or_default(),
        resource_type: change.resource_type.unwrap_or_default(),
        replacement: change.replacement.map(|replacement| replacement.as_str().to_owned()),
    }
}
