//! The preview of a change: what would be made, changed and removed, and what it costs.

use crate::{money::Usd, role::PlannedRole};
use serde::{Deserialize, Serialize};

/// A plan. Applying it refuses if its hash is no longer the one of the plan that would be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Plan {
    /// SHA-256 over the rendered template, in hex.
    pub hash: String,
    /// In the order of the template's sections.
    pub changes: Vec<ResourceChange>,
    pub cost: CostEstimate,
    /// Findings of the template rules, the gravest first.
    pub findings: Vec<PlanFinding>,
    /// The IAM roles that the environment gets.
    pub roles: Vec<PlannedRole>,
    /// How long it is expected to take, from past operations of the same kind; `None` while there are fewer than three.
    pub expected: Option<ExpectedDuration>,
}

/// What happens to one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceChange {
    pub change: ChangeKind,
    /// Name in the template, for example `LoadBalancer`.
    pub logical_id: String,
    /// CloudFormation type, for example `AWS::ElasticLoadBalancingV2::LoadBalancer`.
    pub resource_type: String,
    /// What it is for, in a few words.
    pub purpose: String,
    /// Part of the environment that it belongs to.
    pub section: Section,
}

/// `+`, `~`, `-` or replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Add,
    Modify,
    Remove,
    Replace,
}

/// Parts of an environment, in reading order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Network,
    Access,
    Compute,
    Data,
    Secrets,
    Permissions,
    Observability,
}

/// Dollars per month, by item. An estimate: list prices on the table's date, without traffic that depends on use, tax or discounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostEstimate {
    pub region: String,
    /// Date of the price table, `YYYY-MM-DD`.
    pub as_of: String,
    pub items: Vec<CostItem>,
}

impl CostEstimate {
    /// The sum of all items with a known price.
    pub fn monthly(&self) -> Usd {
        self.items.iter().filter_map(|item| item.monthly).sum()
    }

    /// What is still billed a month while the environment is paused.
    pub fn monthly_paused(&self) -> Usd {
        self.items.iter().filter_map(|item| item.monthly_paused).sum()
    }

    /// Whether some item has no price in the table, so that the sums are lower bounds.
    pub fn has_unknown(&self) -> bool {
        self.items.iter().any(|item| item.monthly.is_none())
    }
}

/// One line of an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostItem {
    /// What is billed, for example `Fargate vCPU`.
    pub label: String,
    /// How it is reckoned, for example `2 vCPU × 730 h × $0.04048`.
    pub basis: String,
    pub section: Section,
    /// `None` where the table has no price.
    pub monthly: Option<Usd>,
    pub monthly_paused: Option<Usd>,
    /// Whether the amount assumes a use that the bill will differ from (traffic, log volume).
    pub usage_dependent: bool,
}

/// One answer of a template rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFinding {
    /// Stable id, for example `HR007`.
    pub rule: String,
    pub severity: Severity,
    pub logical_id: Option<String>,
    /// What is so.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to change.
    pub fix: String,
}

/// How grave a finding is. `Blocks` stops the plan from being applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Blocks,
    Warns,
    Notes,
}

/// Expected seconds of an operation, from past ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedDuration {
    /// Half of the past operations took no longer.
    pub p50_seconds: u32,
    /// 95 of 100 took no longer.
    pub p95_seconds: u32,
    /// How many it is reckoned from.
    pub samples: u32,
}

crate::read_through_value!(Plan);
