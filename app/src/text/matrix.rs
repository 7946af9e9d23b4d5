//! Why an edition runs on something or not, and why it has a data service or not.

use model::{
    matrix::{DataService, Reason},
    spec::Edition,
};

/// A reason as one sentence; the same in the form, over the API and in the documentation.
pub fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::DockerSocketNotOnFargate => {
            "The app server starts its sandboxes through the Docker socket of its host, and Fargate gives no Docker socket. \
             Choose ECS on EC2 or one EC2 host, or Agent Canvas, which needs no Docker."
        }
        Reason::DockerSocketNotOnEks => {
            "The app server starts its sandboxes through the Docker socket of its host, and EKS nodes run containerd without one. \
             Choose ECS on EC2 or one EC2 host, or Agent Canvas, which needs no Docker."
        }
        Reason::EnterpriseIsNotOneTask => {
            "Enterprise consists of some ten services, which its vendor installs by a Kubernetes chart or on one host. \
             Choose EKS or one EC2 host."
        }
        Reason::NoTemplate => "Handrail has no template for this pair.",
        Reason::SqliteNotOnFiles => {
            "The automation service would keep its SQLite file on a network file system, which is not safe: it gets Postgres."
        }
        Reason::PostgresInsteadOfSqlite => {
            "The automation service can keep SQLite on its disk; Postgres has backups and outlives the disk."
        }
        Reason::StateInPostgres => "Conversations, settings and users are kept in Postgres.",
        Reason::FiveDatabases => "Enterprise keeps its state in five databases of one Postgres, version 16.4 or later.",
        Reason::RedisUnused => "Nothing in this edition uses Redis.",
        Reason::RedisWithoutTls => {
            "Enterprise shares sessions and locks through Redis. Its client has no TLS, so that the group is private and closed by \
             its security group."
        }
        Reason::BucketForFiles => "For files that agents leave for good.",
        Reason::EventsInBucket => "The events of conversations are stored in S3.",
        Reason::TaskHasNoDisk => "A task has no disk that outlives it: conversations and workspaces stand on EFS.",
        Reason::DiskInstead => {
            "Files stand on a disk of their own, which is safer for them than a network file system."
        }
        Reason::HostHasDisk => "Conversations, settings and workspaces stand on a data volume that outlives its host.",
        Reason::HostsComeAndGo => {
            "Conversations are in Postgres, events and settings in S3. What agents have in their sandboxes lies on the host's own disk \
             and goes with it."
        }
        Reason::NothingOnDisk => "Nothing that must last lies on a disk.",
    }
}

/// What an edition is, in one line of the form.
pub fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Canvas => {
            "The current OpenHands, MIT. The agent works in its own container; one team that trusts each other."
        }
        Edition::App => {
            "The classic interface, MIT, final at 1.9.3. Each conversation has a sandbox container, which is root on the host: one team a host."
        }
        Edition::Enterprise => {
            "With your own licence and image. Handrail makes what it needs on AWS; nothing of it is shipped here."
        }
    }
}

/// What a data service is.
pub fn data(service: DataService) -> &'static str {
    match service {
        DataService::Database => "RDS Postgres",
        DataService::Redis => "ElastiCache Redis",
        DataService::Bucket => "S3 bucket",
        DataService::Files => "EFS file system",
        DataService::Volume => "EBS data volume",
    }
}
