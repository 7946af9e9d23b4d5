//! Drift in words.

use model::{
    drift::{Drift, PropertyValue},
    environment::EnvironmentStatus,
};

/// The mark beside an environment that is not as its template says.
pub fn mark(status: EnvironmentStatus, drifted: u32) -> Option<&'static str> {
    (drifted > 0 && status == EnvironmentStatus::Ready).then_some("Drifted")
}

/// How many resources differ.
pub fn title(drifted: u32) -> String {
    match drifted {
        1 => "1 resource in AWS is not as the template says".into(),
        _ => format!("{drifted} resources in AWS are not as the template says"),
    }
}

/// What that means.
pub const MEANING: &str = "Somebody changed or deleted them outside Handrail. The next change of the environment may undo that, or fail because \
     of it: set them back in AWS, or ask who needed it.";

/// What a comparison covers.
pub const COVERAGE: &str = "CloudFormation compares what the template sets with what AWS has, every half an hour and on request. It can read only \
     some resource types. How many tasks run is not part of it.";

/// The result of the last comparison.
pub fn result(drift: &Drift) -> String {
    match (drift.checked, drift.resources.is_empty()) {
        (None, _) => "Nothing has been compared yet.".into(),
        (Some(_), true) => format!("Compared {}: all as the template says.", resources(drift.compared)),
        (Some(_), false) => {
            let differ = drift.resources.len();
            let verb = if differ == 1 { "differs" } else { "differ" };
            format!("Compared {}: {differ} {verb}.", resources(drift.compared))
        }
    }
}

fn resources(count: u32) -> String {
    match count {
        1 => "1 resource".into(),
        _ => format!("{count} resources"),
    }
}

/// While a comparison that somebody asked for is under way.
pub const UNDER_WAY: &str = "Being compared. The result appears here by itself, usually within a minute.";
/// Titles of what kept a comparison from being made, or from being whole.
pub const FAILED: &str = "The last comparison came to nothing";
/// The same for single resources.
pub const INCOMPLETE: &str = "Some resources could not be compared";
/// In the place of a property, where a whole resource is gone.
pub const WHOLE: &str = "The whole resource";
/// What AWS has of it.
pub const GONE: &str = "Deleted";

/// A value of a property; `None` where there is none.
pub fn value(value: Option<&PropertyValue>) -> &str {
    match value {
        Some(PropertyValue::Shown(text)) if text.is_empty() => "Empty",
        Some(PropertyValue::Shown(text)) => text,
        Some(PropertyValue::Hidden) => "Hidden: it may be a secret",
        None => "Not set",
    }
}
