//! `docs/aws-permissions.md` and the policies in it, written from the tables.

use super::{
    PERMISSIONS, Scope,
    stack_role::{FIRST_POLICY, TYPES},
};
use model::role::RolePolicies;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// An IAM policy, its fields in the order in which AWS writes them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    pub statement: Vec<Statement>,
}

/// A statement of a policy; each allows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    pub sid: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Value>,
    pub action: BTreeSet<&'static str>,
    /// None in trust policies, where the resource is the role itself.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub resource: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Value>,
}

impl Policy {
    fn of(statement: Vec<Statement>) -> Self {
        Self { version: "2012-10-17", statement }
    }
}

/// One statement for each scope, in the order of their ids, the actions sorted.
fn policy(allowed: impl Iterator<Item = (Scope, &'static str)>) -> Policy {
    let mut statements: BTreeMap<Scope, BTreeSet<&'static str>> = BTreeMap::new();
    for (scope, action) in allowed {
        statements.entry(scope).or_default().insert(action);
    }
    Policy::of(statements.into_iter().map(|(scope, actions)| statement(&scope, actions)).collect())
}

fn statement(scope: &Scope, action: BTreeSet<&'static str>) -> Statement {
    let condition = scope.condition.map(|(operator, key, values)| json!({ operator: { key: values } }));
    Statement { sid: scope.sid, effect: "Allow", principal: None, action, resource: scope.resources, condition }
}

/// Who may become a role.
fn trust(sid: &'static str, principal: Value, condition: Value) -> Policy {
    Policy::of(vec![Statement {
        sid,
        effect: "Allow",
        principal: Some(principal),
        action: BTreeSet::from(["sts:AssumeRole"]),
        resource: &[],
        condition: Some(condition),
    }])
}

fn console_actions(own: bool) -> impl Iterator<Item = (Scope, &'static str)> {
    let rows = PERMISSIONS.iter().filter(move |permission| (permission.api != "sts:AssumeRole") == own);
    rows.flat_map(|permission| permission.actions.iter().map(|(action, scope)| (*scope, *action)))
}

/// The policy of the role that Handrail assumes in an account.
pub fn console_policy() -> Policy {
    policy(console_actions(true))
}

/// The policy of the identity that the server runs as, where accounts have roles.
fn server_policy() -> Policy {
    policy(console_actions(false))
}

/// The policies of the role that CloudFormation runs stacks with.
pub fn stack_role_policies() -> [Policy; 2] {
    [true, false].map(|first| {
        let rows = TYPES.iter().filter(|row| FIRST_POLICY.contains(&row.scope.sid) == first);
        policy(rows.flat_map(|row| row.actions.iter().map(|action| (row.scope, *action))))
    })
}

/// The reads that the console's role needs besides, so that CloudFormation can compare every resource with the template: those of the
/// stack role, without the values of secrets.
pub fn drift_policy() -> Policy {
    let is_read = |action: &&&str| {
        let verb = action.split_once(':').map_or(**action, |(_, verb)| verb);
        ["Describe", "Get", "List"].iter().any(|read| verb.starts_with(read)) && !SECRET_READS.contains(&verb)
    };
    policy(TYPES.iter().flat_map(|row| row.actions.iter().filter(is_read).map(|action| (row.scope, *action))))
}

/// Reads that give secrets away, or have nothing to do with what is there.
const SECRET_READS: [&str; 2] = ["GetSecretValue", "GetRandomPassword"];

fn console_trust() -> Policy {
    trust(
        "Handrail",
        json!({ "AWS": "arn:aws:iam::SERVER_ACCOUNT:role/SERVER_ROLE" }),
        json!({
            "StringEquals": { "sts:ExternalId": "EXTERNAL_ID" },
            "StringLike": { "sts:RoleSessionName": "handrail-*" },
        }),
    )
}

fn stack_role_trust() -> Policy {
    trust(
        "CloudFormation",
        json!({ "Service": "cloudformation.amazonaws.com" }),
        json!({ "StringEquals": { "aws:SourceAccount": "ACCOUNT" } }),
    )
}

/// The policies of both roles of an account.
pub fn role_policies() -> RolePolicies {
    let text = |policy: &Policy| serde_json::to_string(policy).unwrap_or_default();
    RolePolicies {
        console: text(&console_policy()),
        drift: text(&drift_policy()),
        stack: stack_role_policies().iter().map(text).collect(),
    }
}

/// The whole page, in Markdown.
pub fn document() -> String {
    let mut page = String::from(INTRODUCTION);
    let [network, rest] = stack_role_policies();
    let sections = [
        (CONSOLE_ROLE, console_trust()),
        ("### Permissions policy", console_policy()),
        (DRIFT_READS, drift_policy()),
        (SERVER_IDENTITY, server_policy()),
        (STACK_ROLE, stack_role_trust()),
        ("### Permissions policy, first part", network),
        ("### Permissions policy, second part", rest),
    ];
    for (text, policy) in sections {
        let policy = serde_json::to_string_pretty(&policy).unwrap_or_default();
        let _ = write!(page, "\n{text}\n\n```json\n{policy}\n```\n");
    }
    page.push_str(CALLS);
    for permission in PERMISSIONS {
        let actions = permission.actions.iter().map(|(action, scope)| format!("`{action}` ({})", scope.sid));
        let actions: Vec<String> = actions.collect();
        let _ = writeln!(page, "| `{}` | `{}` | {} |", permission.method, permission.api, actions.join(", "));
    }
    page.push_str(TYPES_TABLE);
    for row in TYPES {
        let actions: Vec<String> = row.actions.iter().map(|action| format!("`{action}`")).collect();
        let _ = writeln!(page, "| `{}` | {} | {} |", row.resource_type, row.scope.sid, actions.join(", "));
    }
    page
}

const INTRODUCTION: &str = "\
# What Handrail may do in an AWS account

This page is written from the tables in `server/cloud/src/permission.rs` and `server/cloud/src/permission/stack_role.rs`. A test compares \
it with them, and the first table with the calls that the code makes. To write it anew: \
`HANDRAIL_BLESS=1 cargo test -p cloud permission`.

Two roles live in each account that environments are made in:

1. **The console's role**, which the Handrail server assumes. It drives CloudFormation and reads the state of what runs. It cannot make \
network, database or IAM resources itself, and cannot read secrets.
2. **The stack role**, which only CloudFormation can assume. It makes the resources of the template.

Replace `ACCOUNT` with the account number, and `CONSOLE_ROLE` and `STACK_ROLE` with the names that you give the roles. In the China and \
GovCloud partitions, replace `arn:aws:` too. If an account is registered without a stack role, CloudFormation uses the permissions of the \
console's role, which then needs both policies.
";

const CONSOLE_ROLE: &str = "\
## 1. The console's role

### Trust policy

`EXTERNAL_ID` is the external id that you enter with the account.";

const DRIFT_READS: &str = "\
### Permissions policy for drift detection

A second policy for the same role. CloudFormation compares resources with the permissions of whoever asks it to; what the role may not \
read is not compared, and the console says so. Without this policy everything else works.";

const SERVER_IDENTITY: &str = "\
## 2. The server's own identity

The role or user that the server process runs as (found by the standard AWS credential chain) only has to become the console's role. If \
an account is registered without a role, the server's identity needs the policy of the console's role instead.";

const STACK_ROLE: &str = "\
## 3. The stack role

Two policies, since AWS limits the length of one.

### Trust policy";

const CALLS: &str = "
## 4. Which call needs what

The word in brackets is the statement that allows the action. `any` is what every method does first where the account has a role.

| method | API operation | IAM actions |
| --- | --- | --- |
";

const TYPES_TABLE: &str = "
## 5. Which resource type needs what

| resource type | statement | IAM actions of the stack role |
| --- | --- | --- |
";
