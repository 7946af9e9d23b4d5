//! What an environment runs on.

use super::host::Host;
use serde::{Deserialize, Serialize};

codes! {
    /// Where an environment runs.
    ComputeKind {
        /// ECS tasks on Fargate: no hosts to care for.
        Fargate = "fargate",
        /// ECS tasks on EC2 hosts that an auto scaling group keeps.
        EcsEc2 = "ecs_ec2",
        /// One EC2 host with Docker, and a data volume that survives it.
        Ec2 = "ec2",
        /// A Kubernetes cluster of its own.
        Eks = "eks",
    }
}

impl ComputeKind {
    /// Whether EC2 hosts of a chosen instance type carry it, rather than a task of a chosen size.
    pub fn has_hosts(self) -> bool {
        matches!(self, Self::EcsEc2 | Self::Ec2)
    }
}

codes! {
    /// CPU architecture of the tasks. OpenHands' images are published for both.
    Architecture { X86_64 = "x86_64", Arm64 = "arm64" }
}

codes! {
    /// Size of the one task on Fargate.
    Size { Small = "small", Medium = "medium", Large = "large" }
}

impl Size {
    /// Fargate CPU units (1024 = one vCPU). Canvas runs builds and tests in the same container, hence at least two vCPU.
    pub fn cpu_units(self) -> u32 {
        match self {
            Self::Small => 1024,
            Self::Medium => 2048,
            Self::Large => 4096,
        }
    }

    /// Memory of the task in MiB.
    pub fn memory_mib(self) -> u32 {
        match self {
            Self::Small => 4096,
            Self::Medium => 8192,
            Self::Large => 16384,
        }
    }
}

/// Where OpenHands runs and what it gets: a size and a scratch disk on Fargate, a host elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compute {
    /// Specs of before there was a choice run on Fargate.
    #[serde(default = "fargate")]
    pub kind: ComputeKind,
    pub architecture: Architecture,
    /// Of the task; only on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Ephemeral disk in GiB, 21 to 200 (Fargate's own limits for a custom size); only on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_gib: Option<u32>,
    /// The host that carries it; none on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
}

fn fargate() -> ComputeKind {
    ComputeKind::Fargate
}

impl Compute {
    /// A task on Fargate.
    pub fn fargate(size: Size, architecture: Architecture, ephemeral_gib: u32) -> Self {
        Self {
            kind: ComputeKind::Fargate,
            architecture,
            size: Some(size),
            ephemeral_gib: Some(ephemeral_gib),
            host: None,
        }
    }

    /// EC2 hosts of one type, whose architecture it is.
    pub fn hosts(kind: ComputeKind, host: Host) -> Self {
        Self {
            kind,
            architecture: host.instance_type.architecture(),
            size: None,
            ephemeral_gib: None,
            host: Some(host),
        }
    }

    /// CPU units (1024 = one vCPU) of the task, or of the host that it has to itself.
    pub fn cpu_units(&self) -> u32 {
        match self.host {
            Some(host) => host.instance_type.vcpus() * 1024,
            None => self.size.map_or(0, Size::cpu_units),
        }
    }

    /// Memory in MiB of the task, or of the host that it has to itself.
    pub fn memory_mib(&self) -> u32 {
        match self.host {
            Some(host) => host.instance_type.memory_mib(),
            None => self.size.map_or(0, Size::memory_mib),
        }
    }

    /// The word of the size, or the host's instance type.
    pub fn code(&self) -> &'static str {
        match (self.host, self.size) {
            (Some(host), _) => host.instance_type.code(),
            (None, Some(size)) => size.code(),
            (None, None) => "",
        }
    }
}
