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

/// How many findings of a kind there are.
pub fn findings(warnings: usize, notes: usize) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [count(warnings, "warning", "warnings"), count(notes, "note", "notes")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many resources a section has.
pub fn section_size(section: Section, count: usize) -> String {
    format!("{} ({count})", self::section(section))
}

/// While the same kind of operation has not been done often enough.
pub const NOT_EXPECTED: &str = "Not known yet: reckoned from three past operations";
/// In place of the Create button.
pub const BLOCKED: &str = "This plan cannot be carried out. Change what is marked below.";

/// What the sum is and is not.
pub fn estimate_note(as_of: &str, region: &str) -> String {
    format!(
        "This is an estimate from AWS's list prices of {as_of} for {region}: a month of 730 hours, without tax, discounts and \
         traffic that depends on use."
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn findings_that_are_not_there_are_not_counted() {
        assert_eq!(super::findings(0, 4), "4 notes");
        assert_eq!(super::findings(1, 2), "1 warning, 2 notes");
    }
}
