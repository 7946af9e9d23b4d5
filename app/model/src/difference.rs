//! What is not the same in two versions of something: of a spec, of a template.

use crate::plan::ChangeKind;
use serde::{Deserialize, Serialize};

/// One place in a document that has another value in its new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDifference {
    /// Names on the way to the place, outermost first. An element of a list that has a name stands under it, others under their
    /// position, counted from 1: `ContainerDefinitions`, `openhands`, `Environment`, `LLM_MODEL`, `Value`.
    pub path: Vec<String>,
    /// The value in the old version; `None` if it had no such place.
    pub before: Option<String>,
    /// The value in the new version; `None` if it has no such place.
    pub after: Option<String>,
}

/// One resource that is not the same in two templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceDifference {
    /// `Add`, `Modify` or `Remove`. `Replace` only where the same name stands for another type, which is another resource;
    /// whether CloudFormation replaces a resource for one of its properties is another question.
    pub change: ChangeKind,
    /// Name in the template, for example `LoadBalancer`.
    pub logical_id: String,
    /// CloudFormation type, for example `AWS::ElasticLoadBalancingV2::LoadBalancer`; the new one where it has changed.
    pub resource_type: String,
    /// What has changed in it, in the order of the paths. A path begins with the name of a property, or of an attribute of the
    /// resource itself (`DependsOn`, `DeletionPolicy`, `UpdateReplacePolicy`). Only `Type`, the attribute, where the type is
    /// another; empty for what is added or removed whole.
    pub properties: Vec<PropertyDifference>,
}
