//! The EC2 host that an environment has to itself.

use super::Architecture;
use serde::{Deserialize, Serialize};

codes! {
    /// EC2 instance types on offer: general purpose, current enough to be in every region of the form, none that Docker or ECS would
    /// not run on.
    InstanceType {
        T3Large = "t3.large",
        M6iLarge = "m6i.large",
        M6iXlarge = "m6i.xlarge",
        M6i2xlarge = "m6i.2xlarge",
        T4gLarge = "t4g.large",
        M6gLarge = "m6g.large",
        M6gXlarge = "m6g.xlarge",
        M6g2xlarge = "m6g.2xlarge",
    }
}

impl InstanceType {
    /// Virtual CPUs (EC2, "Amazon EC2 instance types: general purpose", as are memory and architecture).
    pub fn vcpus(self) -> u32 {
        match self {
            Self::T3Large | Self::M6iLarge | Self::T4gLarge | Self::M6gLarge => 2,
            Self::M6iXlarge | Self::M6gXlarge => 4,
            Self::M6i2xlarge | Self::M6g2xlarge => 8,
        }
    }

    /// Memory in MiB.
    pub fn memory_mib(self) -> u32 {
        // Four GiB a vCPU in every family of the list.
        self.vcpus() * 4 * 1024
    }

    /// What the type's processor is: the letter `g` stands for Graviton.
    pub fn architecture(self) -> Architecture {
        match self {
            Self::T3Large | Self::M6iLarge | Self::M6iXlarge | Self::M6i2xlarge => Architecture::X86_64,
            Self::T4gLarge | Self::M6gLarge | Self::M6gXlarge | Self::M6g2xlarge => Architecture::Arm64,
        }
    }

    /// Whether its CPU runs at full speed only while it has credits.
    pub fn is_burstable(self) -> bool {
        matches!(self, Self::T3Large | Self::T4gLarge)
    }
}

/// Limits of a host's root disk in GiB. The ECS-optimised AMI is 30; images and what agents build come on top.
pub const DISK_GIB: (u32, u32) = (40, 1000);

/// A host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Host {
    pub instance_type: InstanceType,
    /// Encrypted gp3 root disk in GiB, within [`DISK_GIB`]. It goes with the host.
    pub disk_gib: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graviton_types_are_arm_and_memory_follows_the_vcpus() {
        for one in InstanceType::ALL {
            let graviton = one.code().split('.').next().is_some_and(|family| family.ends_with('g'));
            assert_eq!(one.architecture() == Architecture::Arm64, graviton, "{}", one.code());
        }
        assert_eq!((InstanceType::T3Large.memory_mib(), InstanceType::M6g2xlarge.memory_mib()), (8192, 32768));
    }
}
