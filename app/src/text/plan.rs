//! Plans in words.

use model::plan::{Section, Severity};

/// A part of an environment.
pub fn section(section: Section) -> &'static str {
    match section {
        Section::Network => "Network",
        Section::Access => "Access",
        Section::Compute => "Compute",
        Section::Data => "Data",
        Section::Secrets => "Secrets",
        Section::Permissions => "Permissions",
        Section::Observability => "Observability",
    }
}

/// Parts in reading order.
pub const SECTIONS: [Section; 7] = [
    Section::Network,
    Section::Access,
    Section::Compute,
    Section::Data,
    Section::Secrets,
    Section::Permissions,
    Section::Observability,
];

/// How grave a finding is.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "Blocks",
        Severity::Warns => "Warning",
        Severity::Notes => "Note",
    }
}

/// What the sum is and is not.
pub fn estimate_note(as_of: &str, region: &str) -> String {
    format!(
        "This is an estimate from AWS's list prices of {as_of} for {region}: a month of 730 hours, without tax, discounts and \
         traffic that depends on use."
    )
}
