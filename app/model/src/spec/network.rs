//! The network that an environment stands in.

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

codes! {
    /// How tasks in private subnets reach the internet (image registry, LLM, git hosts).
    Nat {
        /// No NAT gateway: tasks stand in the public subnets with a public address; their security group still admits only the load balancer.
        None = "none",
        /// One gateway for all zones: cheapest private layout; losing its zone cuts the environment off.
        One = "one",
        /// A gateway in each zone.
        PerZone = "per_zone",
    }
}

/// The environment's own VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub cidr: Ipv4Net,
    /// Two or three availability zones.
    pub zones: u8,
    pub nat: Nat,
}
