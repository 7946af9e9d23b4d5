//! Who reaches an environment, and how.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

codes! {
    /// Where the load balancer can be reached from.
    Scheme { Internal = "internal", InternetFacing = "internet_facing" }
}

/// Who can reach the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub scheme: Scheme,
    /// Ranges that the load balancer's security group admits. Never empty.
    pub allowed_cidrs: Vec<IpNet>,
    /// ACM certificate of the same region; with it the load balancer speaks HTTPS and redirects HTTP.
    pub certificate_arn: Option<String>,
    /// The user confirmed that an internet-facing Canvas, which has no sign-in of its own, is meant.
    pub public_acknowledged: bool,
}
