//! The network that an environment stands in.

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

codes! {
    /// How tasks reach what they need (image registry, LLM, git hosts).
    Nat {
        /// No NAT gateway: tasks stand in the public subnets with a public address; their security group still admits only the load balancer.
        None = "none",
        /// One gateway for all zones: cheapest private layout; losing its zone cuts the environment off.
        One = "one",
        /// A gateway in each zone.
        PerZone = "per_zone",
        /// No way to the internet at all: AWS's services are reached through interface endpoints in the private subnets.
        Endpoints = "endpoints",
    }
}

/// The environment's own VPC, or one that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Range of the VPC that is made; without a meaning where one is there.
    pub cidr: Ipv4Net,
    /// Two or three availability zones.
    pub zones: u8,
    /// How tasks get out of the VPC that is made; without a meaning where one is there, which has its own ways.
    pub nat: Nat,
    /// The VPC that is there, to stand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingVpc>,
}

/// A VPC that is there, with its subnets, each of a kind in another zone. Handrail makes nothing of it but security groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExistingVpc {
    pub id: String,
    /// Where tasks, database and file system stand, with a way to the internet of their own.
    pub private_subnets: Vec<String>,
    /// Where an internet-facing load balancer stands; may be empty for an internal one.
    #[serde(default)]
    pub public_subnets: Vec<String>,
}

impl Network {
    /// How many NAT gateways are made.
    pub fn gateways(&self) -> u8 {
        match (&self.existing, self.nat) {
            (Some(_), _) | (None, Nat::None | Nat::Endpoints) => 0,
            (None, Nat::One) => 1,
            (None, Nat::PerZone) => self.zones,
        }
    }

    /// Whether tasks stand in public subnets with public addresses.
    pub fn has_public_tasks(&self) -> bool {
        self.existing.is_none() && self.nat == Nat::None
    }

    /// Whether tasks reach nothing but AWS's services.
    pub fn is_isolated(&self) -> bool {
        self.existing.is_none() && self.nat == Nat::Endpoints
    }
}
