//! How patient and how eager Handrail is with AWS.

use std::{num::NonZeroU32, time::Duration};

/// Limits of the calls to AWS. Where AWS is and who we are there comes from the standard AWS environment instead
/// (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, the container's or the instance's role …).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudSettings {
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for the answer of one attempt.
    pub attempt_timeout: Duration,
    /// Longest wait for one call with all its attempts.
    pub operation_timeout: Duration,
    /// How often a call is tried when AWS throttles, fails on its side or cannot be reached; 1 means no retry.
    pub attempts: u32,
    /// Calls that one account and service gets per second in the long run.
    pub calls_per_second: NonZeroU32,
    /// Calls that one account and service gets at once after a quiet time.
    pub burst: NonZeroU32,
    /// How long viewers share what AWS said about a service, target group or database.
    pub shared_for: Duration,
    /// How often AWS is asked whether something it works on is done (a change set, a mount target's deletion).
    pub poll: Duration,
    /// Longest wait for something that AWS works on within one call of the port.
    pub patience: Duration,
}

impl Default for CloudSettings {
    /// Timeouts that let a page fail before its reader gives up, and rates well below AWS's own default limits.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(10),
            operation_timeout: Duration::from_secs(30),
            attempts: 4,
            calls_per_second: NonZeroU32::MIN.saturating_add(9),
            burst: NonZeroU32::MIN.saturating_add(39),
            shared_for: Duration::from_secs(2),
            poll: Duration::from_secs(2),
            patience: Duration::from_secs(300),
        }
    }
}
