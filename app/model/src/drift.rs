//! Drift: where AWS is no longer as the template of the revision in force says, as CloudFormation finds by comparing.

use crate::cause::CloudProblem;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is known of an environment's drift. CloudFormation compares only properties that the template sets, and only of resource
/// types that it knows how to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// When a comparison was last finished; what follows is as of then.
    pub checked: Option<DateTime<Utc>>,
    /// Since when something differs, by the comparison that first found it.
    pub since: Option<DateTime<Utc>>,
    /// How many resources were compared.
    pub compared: u32,
    /// Those that differ.
    pub resources: Vec<DriftedResource>,
    /// Why some resources could not be compared, in CloudFormation's words.
    pub incomplete: Option<String>,
    /// Why the newest comparison came to nothing, if it did.
    pub problem: Option<CloudProblem>,
    /// Somebody asked for a comparison that is not finished yet.
    pub requested: bool,
}

/// A resource that is not as the template says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftedResource {
    pub logical_id: String,
    pub resource_type: String,
    pub physical_id: Option<String>,
    pub change: DriftChange,
}

/// How a resource differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum DriftChange {
    /// It is gone.
    Deleted,
    /// It is there with other properties.
    Modified { differences: Vec<PropertyDifference> },
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDifference {
    /// JSON pointer to it within the resource's properties, for example `/RetentionInDays`.
    pub path: String,
    /// What the template says; nothing where the property was added.
    pub expected: Option<PropertyValue>,
    /// What AWS has; nothing where the property was removed.
    pub actual: Option<PropertyValue>,
}

/// A value as text or JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum PropertyValue {
    Shown(String),
    /// It may be a secret, so that it was not even stored.
    Hidden,
}

crate::tagged_through_value!(DriftChange, PropertyValue);
