//! Stacks: what CloudFormation says of them, their protection and their deletion.

use crate::{pages, problem::or_none, session::Session, time::utc};
use aws_sdk_cloudformation::types::{Stack as AwsStack, StackEvent as AwsEvent, StackResourceSummary};
use model::cause::CloudProblemKind;
use ports::{
    CloudResult,
    cloud::{Stack, StackEvent, StackResource},
};

/// CloudFormation keeps events for 90 days; more than this many of one stack are of no use to a progress view.
const EVENT_LIMIT: usize = 1_000;
/// What the names of Handrail's stacks begin with.
const OURS: &str = "handrail-";

impl Session {
    /// The stack of a name or id. AWS finds deleted stacks by id only.
    pub(crate) async fn stack(&self, name_or_id: &str) -> CloudResult<Option<Stack>> {
        let request = self.cloudformation.describe_stacks().stack_name(name_or_id);
        let answer = or_none(self.ask("cloudformation:DescribeStacks", request.send()).await)?;
        Ok(answer.and_then(|answer| answer.stacks.unwrap_or_default().into_iter().next()).map(stack))
    }

    /// Every stack of Handrail that is there: a listing leaves deleted ones out.
    pub(crate) async fn stacks(&self) -> CloudResult<Vec<Stack>> {
        let all = pages::all(|token| async move {
            let request = self.cloudformation.describe_stacks().set_next_token(token);
            let page = self.ask("cloudformation:DescribeStacks", request.send()).await?;
            Ok((page.stacks.unwrap_or_default(), page.next_token))
        })
        .await?;
        Ok(all.into_iter().map(stack).filter(|stack| stack.name.starts_with(OURS)).collect())
    }

    /// AWS answers newest first, so the pages are read back to the known event. A stack that is not there has none.
    pub(crate) async fn stack_events(&self, name_or_id: &str, after: Option<&str>) -> CloudResult<Vec<StackEvent>> {
        let is_known = |event: &StackEvent| Some(event.id.as_str()) == after;
        let newest_first = pages::until(
            |events: &[StackEvent]| events.len() >= EVENT_LIMIT || events.iter().any(is_known),
            |token| async move {
                let request = self.cloudformation.describe_stack_events().stack_name(name_or_id).set_next_token(token);
                let page = or_none(self.ask("cloudformation:DescribeStackEvents", request.send()).await)?;
                let (events, next) = page.map(|page| (page.stack_events, page.next_token)).unwrap_or_default();
                Ok((events.unwrap_or_default().into_iter().filter_map(event).collect(), next))
            },
        )
        .await?;
        let mut news: Vec<_> =
            newest_first.into_iter().take_while(|event| !is_known(event)).take(EVENT_LIMIT).collect();
        news.reverse();
        Ok(news)
    }

    /// AWS lists the resources of a deleted stack too, for 90 days. A stack that is not there has none.
    pub(crate) async fn stack_resources(&self, name_or_id: &str) -> CloudResult<Vec<StackResource>> {
        pages::all(|token| async move {
            let request = self.cloudformation.list_stack_resources().stack_name(name_or_id).set_next_token(token);
            let page = or_none(self.ask("cloudformation:ListStackResources", request.send()).await)?;
            let (resources, next) =
                page.map(|page| (page.stack_resource_summaries, page.next_token)).unwrap_or_default();
            Ok((resources.unwrap_or_default().into_iter().map(resource).collect(), next))
        })
        .await
    }

    /// Asks to undo the running update. AWS refuses it for a stack that is not being updated.
    pub(crate) async fn update_cancel(&self, stack_name: &str, token: &str) -> CloudResult<()> {
        let request = self.cloudformation.cancel_update_stack().stack_name(stack_name).client_request_token(token);
        let asked = self.ask("cloudformation:CancelUpdateStack", request.send()).await.map(drop);
        self.unless_past(asked, stack_name, "UPDATE_IN_PROGRESS").await
    }

    /// Asks to go on undoing a stuck update. AWS refuses it for a stack in another status.
    pub(crate) async fn rollback_continue(
        &self,
        stack_name: &str,
        token: &str,
        stack_role: Option<&str>,
    ) -> CloudResult<()> {
        let request = self
            .cloudformation
            .continue_update_rollback()
            .stack_name(stack_name)
            .client_request_token(token)
            .set_role_arn(stack_role.map(str::to_owned));
        let asked = self.ask("cloudformation:ContinueUpdateRollback", request.send()).await.map(drop);
        self.unless_past(asked, stack_name, "UPDATE_ROLLBACK_FAILED").await
    }

    /// A refusal is none where the stack has left the status that the call is for: it was heard before, or came too late.
    async fn unless_past(&self, asked: CloudResult<()>, stack_name: &str, status: &str) -> CloudResult<()> {
        let Err(problem) = asked else { return Ok(()) };
        if !matches!(problem.kind, CloudProblemKind::Invalid | CloudProblemKind::Conflict) {
            return Err(problem);
        }
        match self.stack(stack_name).await? {
            Some(stack) if stack.status != status => Ok(()),
            _ => Err(problem),
        }
    }

    /// Termination protection. Setting what is set already is no error of AWS's.
    pub(crate) async fn stack_protect(&self, stack_name: &str, on: bool) -> CloudResult<()> {
        let request = self
            .cloudformation
            .update_termination_protection()
            .stack_name(stack_name)
            .enable_termination_protection(on);
        self.ask("cloudformation:UpdateTerminationProtection", request.send()).await.map(drop)
    }

    /// The stack policy, as JSON.
    pub(crate) async fn stack_policy_set(&self, stack_name: &str, policy: &str) -> CloudResult<()> {
        let request = self.cloudformation.set_stack_policy().stack_name(stack_name).stack_policy_body(policy);
        self.ask("cloudformation:SetStackPolicy", request.send()).await.map(drop)
    }

    /// Asks for deletion. AWS takes a second request for a stack that is being deleted, or is gone, as done.
    pub(crate) async fn stack_delete(
        &self,
        stack_id: &str,
        retain: &[String],
        token: &str,
        stack_role: Option<&str>,
    ) -> CloudResult<()> {
        let request = self
            .cloudformation
            .delete_stack()
            .stack_name(stack_id)
            .set_retain_resources((!retain.is_empty()).then(|| retain.to_vec()))
            .client_request_token(token)
            .set_role_arn(stack_role.map(str::to_owned));
        match self.ask("cloudformation:DeleteStack", request.send()).await {
            Ok(_) => Ok(()),
            Err(problem) if problem.kind == CloudProblemKind::NotFound => Ok(()),
            // The token of the very same request: AWS has it already.
            Err(problem) if problem.code.as_deref() == Some("TokenAlreadyExistsException") => Ok(()),
            Err(problem) => Err(problem),
        }
    }
}

fn stack(stack: AwsStack) -> Stack {
    let outputs = stack.outputs.unwrap_or_default().into_iter();
    Stack {
        id: stack.stack_id.unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        status: stack.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: stack.stack_status_reason,
        outputs: outputs.filter_map(|output| Some((output.output_key?, output.output_value?))).collect(),
        termination_protection: stack.enable_termination_protection.unwrap_or_default(),
    }
}

/// `None` for what is no event of a resource: without an id or a time there is nothing to show or to remember.
fn event(event: AwsEvent) -> Option<StackEvent> {
    Some(StackEvent {
        id: event.event_id?,
        at: utc(&event.timestamp?)?,
        logical_id: event.logical_resource_id.unwrap_or_default(),
        resource_type: event.resource_type.unwrap_or_default(),
        physical_id: event.physical_resource_id.filter(|id| !id.is_empty()),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
        token: event.client_request_token,
    })
}

fn resource(resource: StackResourceSummary) -> StackResource {
    StackResource {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        resource_type: resource.resource_type.unwrap_or_default(),
        physical_id: resource.physical_resource_id.filter(|id| !id.is_empty()),
        status: resource.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}
