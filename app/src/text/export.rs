//! What can be taken away of an environment.

use model::export::Export;

/// A file, as its link says it.
pub fn file(file: Export) -> &'static str {
    match file {
        Export::Spec => "Spec (JSON)",
        Export::TemplateJson => "CloudFormation (JSON)",
        Export::TemplateYaml => "CloudFormation (YAML)",
        Export::Terraform => "Terraform (JSON)",
    }
}

/// What the files are for.
pub const FILES: &str = "The spec can be imported on the New environment page, here or in another Handrail. The template is the whole stack, and the \
    Terraform file takes the stack over as aws_cloudformation_stack. None of them holds a secret.";
/// What creating another one takes over.
pub const CLONE: &str = "Fills in the form with this spec and a free range. Keys and secrets are not taken over.";
