//! AWS's points in time as ours.

use chrono::{DateTime, Utc};

/// `None` for times outside of what `chrono` can hold.
pub(crate) fn utc(at: &aws_smithy_types::DateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}
