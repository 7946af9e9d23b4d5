//! Cloud accounts: AWS accounts that Handrail may work in.

use crate::AccountId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An AWS account, the role to assume in it and the regions allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct CloudAccount {
    pub id: AccountId,
    pub name: String,
    /// The 12-digit AWS account number.
    pub aws_account: String,
    /// The role that Handrail assumes there; `None` uses the server's own credentials.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The service role that CloudFormation runs stacks with; `None` uses the caller's permissions.
    pub stack_role_arn: Option<String>,
    /// Region codes that environments may be made in, the first one preselected.
    pub regions: Vec<String>,
    pub disabled: bool,
    pub created: DateTime<Utc>,
}

/// An account in the list of all accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    pub account: CloudAccount,
    /// Environments in it that are not deleted, counted up to [`COUNT_LIMIT`](crate::page::COUNT_LIMIT).
    pub environments: u32,
}

/// Who AWS says we are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct CallerIdentity {
    pub account: String,
    pub arn: String,
}

crate::read_through_value!(CloudAccount, CallerIdentity);
