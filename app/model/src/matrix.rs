//! Which edition of OpenHands runs on what, with which data services, and why not: the one table from which form, validation,
//! documentation and tests are made.
//!
//! Facts: OpenHands' own Dockerfiles, charts and docs, as gathered in the project's research notes, sections 1 to 4.

use crate::spec::{ComputeKind, Edition};
use serde::{Deserialize, Serialize};

/// Whether two choices go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Offered,
    /// They do not.
    Refused(Reason),
}

/// Whether an environment has a data service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// OpenHands does not work without it.
    Required(Reason),
    /// The user chooses.
    Optional(Reason),
    /// OpenHands would not use it, or could not.
    Refused(Reason),
}

/// Something that holds an environment's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataService {
    /// RDS Postgres.
    Database,
    /// ElastiCache Redis.
    Redis,
    /// An S3 bucket.
    Bucket,
    /// An EFS file system.
    Files,
    /// An EBS volume that outlives its host.
    Volume,
}

impl DataService {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Database, Self::Redis, Self::Bucket, Self::Files, Self::Volume];
}

/// Why something is needed, left to choice, or not offered; each is a sentence in `app::text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The app starts its sandboxes through the Docker socket, which Fargate does not give.
    DockerSocketNotOnFargate,
    /// The app starts its sandboxes through the Docker socket, which the nodes of EKS (containerd) do not have.
    DockerSocketNotOnEks,
    /// Enterprise is some ten services, which its vendor installs by a Kubernetes chart or on one host, never as ECS tasks.
    EnterpriseIsNotOneTask,
    /// Handrail has no template for this pair.
    NoTemplate,
    /// The automation service's SQLite is not safe on a network file system, so that it gets Postgres.
    SqliteNotOnFiles,
    /// With a disk of its own the automation service could keep SQLite; Postgres has backups and survives the disk.
    PostgresInsteadOfSqlite,
    /// Conversations, settings and users live in Postgres.
    StateInPostgres,
    /// Enterprise keeps its state in five databases of one Postgres of at least 16.4.
    FiveDatabases,
    /// Nothing in this edition uses Redis (the app has not since 1.7).
    RedisUnused,
    /// Enterprise shares sessions and locks through Redis; its client has no TLS.
    RedisWithoutTls,
    /// Files that agents leave for good.
    BucketForFiles,
    /// Events of conversations are stored in S3.
    EventsInBucket,
    /// The task has no disk that outlives it: conversations and workspaces stand on EFS.
    TaskHasNoDisk,
    /// The data volume or claim is a disk of its own, on which files are safer than on a network file system.
    DiskInstead,
    /// Conversations, settings and workspaces stand on the host's data volume.
    HostHasDisk,
    /// ECS replaces hosts, in whichever zone: conversations are in Postgres, events and settings in S3, and sandboxes go with their host.
    HostsComeAndGo,
    /// Nothing that must last lies on a disk.
    NothingOnDisk,
}

/// Whether an edition runs on a compute.
pub fn compute(edition: Edition, compute: ComputeKind) -> Verdict {
    use ComputeKind::{Ec2, EcsEc2, Eks, Fargate};
    use Edition::{App, Canvas, Enterprise};
    match (edition, compute) {
        (Canvas, Fargate | EcsEc2) | (App, EcsEc2) => Verdict::Offered,
        (App, Fargate) => Verdict::Refused(Reason::DockerSocketNotOnFargate),
        (App, Eks) => Verdict::Refused(Reason::DockerSocketNotOnEks),
        (Enterprise, Fargate | EcsEc2) => Verdict::Refused(Reason::EnterpriseIsNotOneTask),
        (Canvas, Ec2 | Eks) | (App, Ec2) | (Enterprise, Ec2 | Eks) => Verdict::Refused(Reason::NoTemplate),
    }
}

/// Whether an edition on a compute has a data service.
pub fn data(edition: Edition, compute: ComputeKind, service: DataService) -> Need {
    use ComputeKind::{Ec2, EcsEc2, Eks, Fargate};
    use DataService::{Bucket, Database, Files, Redis, Volume};
    use Edition::{App, Canvas, Enterprise};
    match (edition, service) {
        (Canvas, Database) => match compute {
            Fargate | EcsEc2 => Need::Required(Reason::SqliteNotOnFiles),
            Ec2 | Eks => Need::Optional(Reason::PostgresInsteadOfSqlite),
        },
        (App, Database) => Need::Required(Reason::StateInPostgres),
        (Enterprise, Database) => Need::Required(Reason::FiveDatabases),
        (Canvas | App, Redis) => Need::Refused(Reason::RedisUnused),
        (Enterprise, Redis) => Need::Required(Reason::RedisWithoutTls),
        (Canvas, Bucket) => Need::Required(Reason::BucketForFiles),
        (App | Enterprise, Bucket) => Need::Required(Reason::EventsInBucket),
        (Canvas, Files) => match compute {
            Fargate | EcsEc2 => Need::Required(Reason::TaskHasNoDisk),
            Ec2 | Eks => Need::Refused(Reason::DiskInstead),
        },
        (App, Files) => match compute {
            EcsEc2 => Need::Refused(Reason::HostsComeAndGo),
            Fargate | Ec2 | Eks => Need::Refused(Reason::DiskInstead),
        },
        (Enterprise, Files) => Need::Refused(Reason::NothingOnDisk),
        (Canvas | App, Volume) => match (edition, compute) {
            (Canvas, Fargate | EcsEc2) => Need::Refused(Reason::TaskHasNoDisk),
            (App, EcsEc2) => Need::Refused(Reason::HostsComeAndGo),
            _ => Need::Required(Reason::HostHasDisk),
        },
        (Enterprise, Volume) => match compute {
            Ec2 => Need::Required(Reason::HostHasDisk),
            Fargate | EcsEc2 | Eks => Need::Refused(Reason::NothingOnDisk),
        },
    }
}

/// Whether the user decides that an environment has a service; otherwise the edition does.
pub fn has(edition: Edition, kind: ComputeKind, service: DataService, chosen: bool) -> bool {
    match data(edition, kind, service) {
        Need::Required(_) => true,
        Need::Optional(_) => chosen,
        Need::Refused(_) => false,
    }
}

/// Editions that run on at least one compute, in the order of the form.
pub fn editions() -> impl Iterator<Item = Edition> {
    Edition::ALL
        .iter()
        .copied()
        .filter(|edition| ComputeKind::ALL.iter().any(|kind| compute(*edition, *kind) == Verdict::Offered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_vendor_rules_out_is_refused_with_its_reason() {
        for (edition, kind, reason) in [
            (Edition::App, ComputeKind::Fargate, Reason::DockerSocketNotOnFargate),
            (Edition::App, ComputeKind::Eks, Reason::DockerSocketNotOnEks),
            (Edition::Enterprise, ComputeKind::Fargate, Reason::EnterpriseIsNotOneTask),
            (Edition::Enterprise, ComputeKind::EcsEc2, Reason::EnterpriseIsNotOneTask),
        ] {
            assert_eq!(compute(edition, kind), Verdict::Refused(reason), "{edition:?} on {kind:?}");
        }
        for (edition, kind) in [
            (Edition::Canvas, ComputeKind::Fargate),
            (Edition::Canvas, ComputeKind::EcsEc2),
            (Edition::App, ComputeKind::EcsEc2),
        ] {
            assert_eq!(compute(edition, kind), Verdict::Offered, "{edition:?} on {kind:?}");
        }
    }

    #[test]
    fn only_enterprise_has_redis_and_it_always_has() {
        for kind in ComputeKind::ALL {
            for chosen in [true, false] {
                assert!(!has(Edition::Canvas, *kind, DataService::Redis, chosen));
                assert!(!has(Edition::App, *kind, DataService::Redis, chosen));
                assert!(has(Edition::Enterprise, *kind, DataService::Redis, chosen));
            }
        }
    }
}
