//! IAM roles in words.

/// Of the page with an account's roles.
pub const TITLE: &str = "Roles for an account";
/// What the page is for.
pub const PURPOSE: &str = "Two roles let Handrail work in an account: one that the server assumes, and one that only CloudFormation can assume. The \
    template makes both with exactly what this version calls; enter the ARNs that it puts out when you register the account.";
/// Above the roles of a plan.
pub const PLANNED: &str =
    "IAM roles that the environment gets, with every policy. Each is limited to the environment's own resources.";

/// Label and explanation of a field.
pub fn field(name: &str) -> (&'static str, &'static str) {
    match name {
        "aws_account" => ("AWS account number", "12 digits, of the account that environments are made in."),
        "server_arn" => ("Identity of the server", "ARN of the IAM role or user that the Handrail server runs as."),
        "external_id" => (
            "External id",
            "A word of your choice that only Handrail knows; needed where the accounts belong to different owners.",
        ),
        "boundary" => (
            "Permission boundary",
            "ARN of an IAM policy that limits both roles, where your organisation asks for one.",
        ),
        _ => ("", ""),
    }
}

/// The heading of a role's policy.
pub fn policy(role: &str, number: usize, count: usize) -> String {
    if count == 1 { format!("What {role} may do") } else { format!("What {role} may do, part {number} of {count}") }
}
