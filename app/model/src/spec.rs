//! What a user asked for: the input from which a template, a price and a plan are made. Every accepted change is a new numbered revision.

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

mod access;
mod bedrock;
mod compute;
mod database;
mod host;
mod llm;
mod network;
mod variable;

pub use access::{Access, Cognito, HostName, Oidc, Scheme, SignIn, SignInKind};
pub use bedrock::{BedrockModel, Geography};
pub use compute::{Architecture, Compute, ComputeKind, Size};
pub use database::{Database, DatabaseClass};
pub use host::{DISK_GIB, Host, InstanceType};
pub use llm::{Llm, LlmProvider};
pub use network::{ExistingVpc, Nat, Network};
pub use variable::{SecretVariable, Variable};

codes! {
    /// Which OpenHands.
    Edition {
        /// Agent Canvas: MIT, one container, port 8000, single writer on its store.
        Canvas = "canvas",
        /// The classic app server 1.x: MIT, port 3000, starts its sandboxes through the Docker socket of its host.
        App = "app",
        /// OpenHands Enterprise, with the customer's own licence and image.
        Enterprise = "enterprise",
    }
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
    /// Variables that OpenHands gets besides those that Handrail sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Variables whose values lie in Secrets Manager.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretVariable>,
    /// How long CloudWatch keeps the container's log lines, in days; one of the values that CloudWatch accepts.
    pub log_retention_days: u32,
    /// The saved preset that the environment was created from, whose locks it keeps to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<crate::PresetId>,
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

impl Spec {
    /// The spec to take elsewhere: secrets keep their names, while where they lie stays with the environment that they belong to.
    #[must_use]
    pub fn to_export(mut self) -> Self {
        self.llm.key_secret_arn = None;
        self.secrets.iter_mut().for_each(|secret| secret.secret_arn.clear());
        self
    }
}

impl Edition {
    /// Where the edition's public image lies; none for Enterprise, whose image is the customer's.
    pub fn repository(self) -> Option<&'static str> {
        match self {
            Self::Canvas => Some("ghcr.io/openhands/agent-canvas"),
            Self::App => Some("ghcr.io/openhands/openhands"),
            Self::Enterprise => None,
        }
    }

    /// Tags of [`Self::repository`] that are known to exist, newest first. The app's line ended with 1.9.3; the enterprise edition has none that
    /// Handrail could know.
    pub fn tags(self) -> &'static [&'static str] {
        match self {
            Self::Canvas => &["1.25.0", "1.20.0", "1.16.0", "1.15.0"],
            Self::App => &["1.9.3", "1.8", "1.7"],
            Self::Enterprise => &[],
        }
    }

    /// The port that OpenHands listens on.
    pub fn port(self) -> u16 {
        match self {
            Self::Canvas => 8000,
            Self::App | Self::Enterprise => 3000,
        }
    }
}

crate::read_through_value!(Spec);
