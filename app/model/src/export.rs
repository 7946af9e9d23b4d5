//! What of a revision can be taken away as a file.

/// A file of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Export {
    /// The spec as Handrail keeps it; the create form takes it in again.
    Spec,
    /// The CloudFormation template.
    TemplateJson,
    /// The same as YAML.
    TemplateYaml,
    /// The same as a Terraform resource, `aws_cloudformation_stack`, in Terraform's JSON syntax.
    Terraform,
}

impl Export {
    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Spec, Self::TemplateJson, Self::TemplateYaml, Self::Terraform];

    /// The last part of its address, and of its name as a file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Spec => "spec.json",
            Self::TemplateJson => "template.json",
            Self::TemplateYaml => "template.yaml",
            Self::Terraform => "stack.tf.json",
        }
    }

    /// The file of a name.
    pub fn of(file_name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.file_name() == file_name)
    }
}
