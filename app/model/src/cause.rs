//! Why something on AWS went wrong, as codes with their evidence. `app::text` gives each its plain words and its fix.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of answer AWS gave instead of doing what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloudProblemKind {
    /// Too many calls; AWS asks to slow down.
    Throttled,
    /// IAM does not allow the action.
    Denied,
    /// There are no credentials, or AWS does not know or accept them.
    Credentials,
    /// The thing does not exist.
    NotFound,
    /// The thing exists already, or is busy with another change.
    Conflict,
    /// A service quota is used up.
    Quota,
    /// AWS says the request itself is wrong.
    Invalid,
    /// AWS could not be reached, or did not answer in time.
    Unreachable,
    /// AWS failed on its side (HTTP 5xx).
    ServiceFailure,
}

impl CloudProblemKind {
    /// Whether the same call may succeed if it is made again a little later.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Unreachable | Self::ServiceFailure)
    }
}

/// An answer of AWS that was not the wished one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudProblem {
    pub kind: CloudProblemKind,
    /// AWS's name of the service as used in IAM actions, for example `cloudformation`.
    pub service: String,
    /// The API operation, for example `CreateChangeSet`.
    pub operation: String,
    /// AWS's error code, for example `AccessDenied`.
    pub code: Option<String>,
    /// AWS's own message.
    pub message: String,
    /// The IAM action that was denied, for example `cloudformation:CreateChangeSet`.
    pub action: Option<String>,
    /// The resource that the message names.
    pub resource: Option<String>,
    /// AWS's request id, for a support case.
    pub request_id: Option<String>,
}

impl fmt::Display for CloudProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {:?}", self.service, self.operation, self.kind)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Cause {
    /// A call to AWS failed for good.
    Cloud(CloudProblem),
    /// The stack could not be made or changed and was rolled back; the first resource that failed, with AWS's reason.
    StackFailed {
        status: String,
        logical_id: Option<String>,
        resource_type: Option<String>,
        reason: Option<String>,
        hint: StackHint,
    },
    /// The stack could not be deleted; these resources are left.
    StackDeleteFailed { resources: Vec<String>, reason: Option<String> },
    /// What CloudFormation would do differs from the plan that was accepted.
    PlanDiffers { unexpected: Vec<String> },
    /// The tasks started but the load balancer never found them healthy.
    TargetNeverHealthy { state: String, reason: Option<String>, stopped_reason: Option<String> },
    /// The load balancer answers but OpenHands did not say that it is ready.
    ProbeNeverReady { last: ProbeAnswer },
    /// The stack is not there any more: it was deleted outside Handrail.
    StackGone,
    /// The time limit of the step ran out.
    TimedOut { step: String, minutes: u32 },
    /// Somebody asked to stop.
    Cancelled,
    /// A fault of ours; the incident id stands in the log.
    Internal { incident: String },
}

/// What usually lies behind a failed stack resource, read from AWS's reason text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackHint {
    /// A service quota (VPCs, Elastic IPs, NAT gateways, Fargate vCPU …) is used up.
    Quota,
    /// The role that runs the stack may not do something.
    Denied,
    /// The image cannot be pulled: wrong name, no route to the registry, or no permission.
    ImagePull,
    /// Containers start and stop, or never become healthy.
    Unhealthy,
    /// A name is taken by something outside of the stack.
    NameTaken,
    /// The zone or region does not offer what was asked.
    NotOffered,
    /// The certificate is missing, of another region, or not issued.
    Certificate,
    /// None of the known patterns.
    Unknown,
}

/// What a probe got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ProbeAnswer {
    /// The edition's health path answered as a ready OpenHands does. The version is what it says of itself, if it says.
    Ready { version: Option<String> },
    /// OpenHands answered that it is still starting.
    Starting,
    /// Something else answered: the status and the first bytes of the body.
    Wrong { status: u16, body: String },
    /// Nothing answered.
    Unreachable { error: String },
}

crate::tagged_through_value!(Cause, ProbeAnswer);
