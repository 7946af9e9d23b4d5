//! What an environment runs on.

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

codes! {
    /// CPU architecture of the tasks. Agent Canvas images are published for both.
    Architecture { X86_64 = "x86_64", Arm64 = "arm64" }
}

codes! {
    /// Size of the environment's one task.
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

/// Where OpenHands runs and what it gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compute {
    /// Specs of before there was a choice run on Fargate.
    #[serde(default = "fargate")]
    pub kind: ComputeKind,
    pub size: Size,
    pub architecture: Architecture,
    /// Ephemeral disk in GiB, 21 to 200 (Fargate's own limits for a custom size).
    pub ephemeral_gib: u32,
}

fn fargate() -> ComputeKind {
    ComputeKind::Fargate
}
