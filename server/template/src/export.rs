//! A template in other forms: YAML, and a resource for Terraform.

use serde_json::{Value, json};

/// A template as YAML; `None` if it is no template. Words that YAML 1.1 would read as something else (`on`, `2010-09-09`) are quoted, since
/// CloudFormation reads YAML 1.1 (AWS CloudFormation User Guide, "Template formats").
pub fn yaml(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    serde_saphyr::to_string(&value).ok()
}

/// A template as Terraform's `aws_cloudformation_stack`, which makes a stack of this name.
pub fn terraform(body: &str, stack_name: &str, region: &str) -> Option<String> {
    serde_json::to_string_pretty(&terraform_file(body, stack_name, region)?).ok()
}

/// The same with the block that takes over the stack that is there.
pub fn terraform_takeover(body: &str, stack_name: &str, region: &str) -> Option<String> {
    let mut file = terraform_file(body, stack_name, region)?;
    file["import"] = json!([{ "to": "aws_cloudformation_stack.handrail", "id": stack_name }]);
    serde_json::to_string_pretty(&file).ok()
}

fn terraform_file(body: &str, stack_name: &str, region: &str) -> Option<Value> {
    let _: Value = serde_json::from_str(body).ok()?;
    Some(json!({
        "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws" } } },
        "provider": { "aws": { "region": region } },
        "resource": { "aws_cloudformation_stack": { "handrail": {
            "name": stack_name,
            "capabilities": ["CAPABILITY_NAMED_IAM"],
            "template_body": literal(body),
            "lifecycle": { "prevent_destroy": true },
        }}},
    }))
}

/// Text that Terraform leaves as it is: `${` and `%{` would begin a template of its own
/// (Terraform language, "Strings and templates", escape sequences).
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{"A":{"Type":"x","Properties":{"Port":"80","On":"on","No":"no","Url":{"Fn::Sub":"https://${Host}/%{x}"},"Script":"set -eu\necho ok\n"}}}}"#;

    #[test]
    fn yaml_says_the_same_as_json() {
        let yaml = yaml(BODY).expect("a template");
        let back: Value = serde_saphyr::from_str(&yaml).expect("YAML");
        assert_eq!(back, serde_json::from_str::<Value>(BODY).expect("JSON"), "{yaml}");
        for quoted in ["\"on\"", "\"no\"", "\"80\""] {
            assert!(yaml.replace('\'', "\"").contains(quoted), "{quoted} must not be read as something else: {yaml}");
        }
    }

    #[test]
    fn terraform_gets_the_template_and_nothing_to_fill_in() {
        let file: Value = serde_json::from_str(&terraform_takeover(BODY, "handrail-a-1", "eu-west-1").expect("a file"))
            .expect("JSON");
        let stack = &file["resource"]["aws_cloudformation_stack"]["handrail"];
        let body = stack["template_body"].as_str().expect("text");
        assert!(body.contains("https://$${Host}/%%{x}"), "{body}");
        assert_eq!(body.replace("$${", "${").replace("%%{", "%{"), BODY);
        assert_eq!(file["import"][0]["id"], "handrail-a-1");
        let new: Value =
            serde_json::from_str(&terraform(BODY, "handrail-a-1", "eu-west-1").expect("a file")).expect("JSON");
        assert!(new.get("import").is_none(), "there is nothing to take over");
    }

    #[test]
    fn what_is_no_template_has_no_other_form() {
        assert_eq!(yaml("{"), None);
        assert_eq!(terraform("", "a", "b"), None);
    }
}
