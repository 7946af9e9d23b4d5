//! What a user asked for: the input from which a template, a price and a plan are made. Every accepted change is a new numbered revision.

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant),* }
        impl $name {
            /// Everything on offer, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word used in forms, in the stored spec and in tags.
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),* } }
            /// The value of a word.
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)* _ => None } }
        }
    };
}

codes! {
    /// Which OpenHands.
    Edition {
        /// Agent Canvas: MIT, one container, port 8000, single writer on its store.
        Canvas = "canvas",
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

codes! {
    /// Where the load balancer can be reached from.
    Scheme { Internal = "internal", InternetFacing = "internet_facing" }
}

codes! {
    /// RDS instance class of the automation database.
    DatabaseClass {
        T4gMicro = "db.t4g.micro",
        T4gSmall = "db.t4g.small",
        T4gMedium = "db.t4g.medium",
        M7gLarge = "db.m7g.large",
    }
}

codes! {
    /// Who serves the language model.
    LlmProvider { Anthropic = "anthropic", OpenAi = "openai", Bedrock = "bedrock", Compatible = "compatible" }
}

/// The spec of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Spec {
    pub edition: Edition,
    pub image: Image,
    pub compute: Compute,
    pub network: Network,
    pub access: Access,
    pub database: Database,
    pub llm: Llm,
    /// How long CloudWatch keeps the container's log lines, in days; one of the values that CloudWatch accepts.
    pub log_retention_days: u32,
}

/// Which image runs. Versions of different editions collide, so repository, tag and digest together name one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// For example `ghcr.io/openhands/agent-canvas`.
    pub repository: String,
    pub tag: String,
    /// `sha256:…`; pinned where known.
    pub digest: Option<String>,
}

/// What the task gets to run on (Fargate).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compute {
    pub size: Size,
    pub architecture: Architecture,
    /// Ephemeral disk in GiB, 21 to 200 (Fargate's own limits for a custom size).
    pub ephemeral_gib: u32,
}

/// The environment's own VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub cidr: Ipv4Net,
    /// Two or three availability zones.
    pub zones: u8,
    pub nat: Nat,
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

/// The automation service's Postgres.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    pub class: DatabaseClass,
    /// Allocated gp3 storage in GiB, 20 to 1000.
    pub storage_gib: u32,
    pub multi_az: bool,
    /// Days that automatic backups are kept, 1 to 35.
    pub backup_days: u8,
}

/// The language model that OpenHands is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Llm {
    pub provider: LlmProvider,
    /// Model name as LiteLLM spells it, for example `anthropic/claude-sonnet-4-5`.
    pub model: String,
    /// Only for `compatible`.
    pub base_url: Option<String>,
    /// ARN of the Secrets Manager secret that holds the key. Handrail keeps the ARN, never the key. `None` for Bedrock.
    pub key_secret_arn: Option<String>,
}

/// Regions that the price table and the form know, with AWS's names for them.
pub const REGIONS: &[(&str, &str)] = &[
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-west-2", "US West (Oregon)"),
    ("ca-central-1", "Canada (Central)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
];

/// AWS's name of a region code.
pub fn region_name(code: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Retention periods that the form offers, in days; all are values CloudWatch Logs accepts.
pub const LOG_RETENTION_DAYS: &[u32] = &[7, 14, 30, 90, 180, 365];

/// Versions of Agent Canvas on offer, newest first: repository and tag. The catalogue that an admin keeps replaces this list later.
pub const CANVAS_REPOSITORY: &str = "ghcr.io/openhands/agent-canvas";
/// Tags of [`CANVAS_REPOSITORY`] known to exist (`research`: last full release seen first), newest first.
pub const CANVAS_TAGS: &[&str] = &["1.25.0", "1.20.0", "1.16.0", "1.15.0"];

crate::read_through_value!(Spec);
