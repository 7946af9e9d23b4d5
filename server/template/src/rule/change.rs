//! Rules about a change of a stack that is there.

use crate::change::holds_data;
use model::{
    plan::{ChangeKind, PlanFinding, Severity},
    update::UpdatedResource,
};

/// What the rules say of a change.
pub fn change_findings(changes: &[UpdatedResource]) -> Vec<PlanFinding> {
    let mut findings = Vec::new();
    for one in changes {
        let id = &one.change.logical_id;
        let lost = matches!(one.change.change, ChangeKind::Replace | ChangeKind::Remove);
        if lost && holds_data(id) {
            findings.push(PlanFinding {
                rule: "HR030".to_owned(),
                severity: Severity::Blocks,
                logical_id: Some(id.clone()),
                what: format!("{id} would be made anew or removed"),
                why: "What it holds would be lost to the environment; the stack's policy refuses it as well."
                    .to_owned(),
                fix: "Create a new environment and move the data, or leave this property as it is.".to_owned(),
            });
        }
        if one.change.resource_type == "AWS::RDS::DBInstance"
            && one.properties.iter().any(|property| property.path == "AllocatedStorage")
        {
            findings.push(PlanFinding {
                rule: "HR031".to_owned(),
                severity: Severity::Notes,
                logical_id: Some(id.clone()),
                what: "The storage of the database grows".to_owned(),
                why: "RDS never makes it smaller again, and allows the next change after six hours at the earliest."
                    .to_owned(),
                fix: "Choose what will be enough for a while.".to_owned(),
            });
        }
    }
    findings.sort_by(|a, b| (a.severity, &a.rule, &a.logical_id).cmp(&(b.severity, &b.rule, &b.logical_id)));
    findings
}
