//! IAM roles: what a template gives to an environment, and a template that makes the roles of Handrail in an account.

use model::role::{PlannedRole, RoleForm, RolePolicies};
use serde_json::{Map, Value, json};

/// Names of the roles that [`account_roles`] makes.
const CONSOLE_ROLE: &str = "HandrailConsole";
const STACK_ROLE: &str = "HandrailStack";

/// Every role of a template with all its policies, by name.
pub fn planned_roles(body: &str) -> Vec<PlannedRole> {
    let template: Value = serde_json::from_str(body).unwrap_or_default();
    let empty = Map::new();
    let resources = template["Resources"].as_object().unwrap_or(&empty);
    let of_type = |wanted: &'static str| resources.iter().filter(move |(_, resource)| resource["Type"] == wanted);
    of_type("AWS::IAM::Role")
        .map(|(id, role)| {
            let properties = &role["Properties"];
            let inline = items(&properties["Policies"]).map(|policy| indented(&policy["PolicyDocument"]));
            let attached = of_type("AWS::IAM::Policy")
                .filter(|(_, policy)| items(&policy["Properties"]["Roles"]).any(|role| role["Ref"] == id.as_str()))
                .map(|(_, policy)| indented(&policy["Properties"]["PolicyDocument"]));
            PlannedRole {
                logical_id: id.clone(),
                trust: indented(&properties["AssumeRolePolicyDocument"]),
                policies: inline.chain(attached).collect(),
                managed: items(&properties["ManagedPolicyArns"]).map(plain).collect(),
            }
        })
        .collect()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().or_else(|| value["Fn::Sub"].as_str()).map_or_else(|| value.to_string(), str::to_owned)
}

/// A template with the role that the server assumes and the role that CloudFormation runs stacks with; `None` if a policy is no JSON.
pub fn account_roles(form: &RoleForm, policies: &RolePolicies) -> Option<String> {
    let mut resources = Map::new();
    let mut policy = |id: &str, description: &str, text: &str| {
        let text = text.replace("ACCOUNT", &form.aws_account).replace("STACK_ROLE", STACK_ROLE);
        let document: Value = serde_json::from_str(&text).ok()?;
        let properties = json!({ "Description": description, "PolicyDocument": document });
        resources.insert(id.to_owned(), json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": properties }));
        Some(json!({ "Ref": id }))
    };
    let console = [
        policy("ConsolePolicy", "Handrail drives CloudFormation and reads the state of what runs", &policies.console)?,
        policy("DriftPolicy", "Handrail compares resources with their templates", &policies.drift)?,
    ];
    let mut stack = Vec::new();
    for (index, text) in policies.stack.iter().enumerate() {
        let description = "CloudFormation makes, changes and deletes the resources of environments";
        stack.push(policy(&format!("StackPolicy{}", index + 1), description, text)?);
    }
    let mut console_condition = json!({ "StringLike": { "sts:RoleSessionName": "handrail-*" } });
    if !form.external_id.is_empty() {
        console_condition["StringEquals"] = json!({ "sts:ExternalId": form.external_id });
    }
    let roles = [
        ("ConsoleRole", CONSOLE_ROLE, json!({ "AWS": form.server_arn }), console_condition, json!(console)),
        (
            "StackRole",
            STACK_ROLE,
            json!({ "Service": "cloudformation.amazonaws.com" }),
            json!({ "StringEquals": { "aws:SourceAccount": form.aws_account } }),
            json!(stack),
        ),
    ];
    let mut outputs = Map::new();
    for (id, name, principal, condition, policies) in roles {
        let mut properties = json!({
            "RoleName": name,
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition }
            ]},
            "ManagedPolicyArns": policies,
        });
        if !form.boundary.is_empty() {
            properties["PermissionsBoundary"] = json!(form.boundary);
        }
        resources.insert(id.to_owned(), json!({ "Type": "AWS::IAM::Role", "Properties": properties }));
        let output = json!({ "Description": "To register with the account", "Value": { "Fn::GetAtt": [id, "Arn"] } });
        outputs.insert(format!("{id}Arn"), output);
    }
    Some(indented(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The roles with which Handrail works in this account",
        "Resources": resources,
        "Outputs": outputs,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies() -> RolePolicies {
        let of = |action: &str, resource: &str| {
            json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "A", "Effect": "Allow", "Action": [action], "Resource": [resource] }] }).to_string()
        };
        RolePolicies {
            console: of("iam:PassRole", "arn:aws:iam::ACCOUNT:role/STACK_ROLE"),
            drift: of("ec2:DescribeVpcs", "*"),
            stack: vec![of("ec2:CreateVpc", "*"), of("rds:CreateDBInstance", "*")],
        }
    }

    #[test]
    fn an_accounts_roles_carry_external_id_and_boundary_and_name_the_account() {
        let form = RoleForm {
            aws_account: "111122223333".into(),
            server_arn: "arn:aws:iam::444455556666:role/handrail".into(),
            external_id: "from-us".into(),
            boundary: "arn:aws:iam::111122223333:policy/limit".into(),
        };
        let template: Value = serde_json::from_str(&account_roles(&form, &policies()).expect("JSON")).expect("JSON");
        let of = |id: &str| template["Resources"][id]["Properties"].clone();
        for role in ["ConsoleRole", "StackRole"] {
            assert_eq!(of(role)["PermissionsBoundary"], form.boundary.as_str());
        }
        let trust = &of("ConsoleRole")["AssumeRolePolicyDocument"]["Statement"][0];
        assert_eq!(trust["Principal"]["AWS"], form.server_arn.as_str());
        assert_eq!(trust["Condition"]["StringEquals"]["sts:ExternalId"], "from-us");
        let passed = &of("ConsolePolicy")["PolicyDocument"]["Statement"][0]["Resource"][0];
        assert_eq!(passed, "arn:aws:iam::111122223333:role/HandrailStack");
        assert_eq!(of("StackRole")["ManagedPolicyArns"].as_array().map(Vec::len), Some(2));

        let plain = RoleForm { external_id: String::new(), boundary: String::new(), ..form };
        let template = account_roles(&plain, &policies()).expect("JSON");
        assert!(!template.contains("ExternalId") && !template.contains("PermissionsBoundary"), "{template}");
    }

    #[test]
    fn a_templates_roles_are_told_with_inline_and_attached_policies() {
        let body = json!({ "Resources": {
            "TaskRole": { "Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": { "Statement": [] },
                "Policies": [{ "PolicyName": "a", "PolicyDocument": { "Statement": ["inline"] } }],
                "ManagedPolicyArns": [{ "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/X" }],
            }},
            "TaskPolicy": { "Type": "AWS::IAM::Policy", "Properties": {
                "Roles": [{ "Ref": "TaskRole" }], "PolicyDocument": { "Statement": ["attached"] }
            }},
            "Other": { "Type": "AWS::IAM::Policy", "Properties": { "Roles": [{ "Ref": "Nobody" }] } },
        }});
        let [role] = planned_roles(&body.to_string()).try_into().expect("one");
        assert_eq!((role.logical_id.as_str(), role.policies.len()), ("TaskRole", 2));
        assert!(role.policies[0].contains("inline") && role.policies[1].contains("attached"));
        assert_eq!(role.managed, ["arn:${AWS::Partition}:iam::aws:policy/X"]);
    }
}
