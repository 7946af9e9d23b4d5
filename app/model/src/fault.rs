//! What a service answers when it cannot do what was asked. Codes, not sentences: `app::text` words them.

use crate::{cause::CloudProblem, variable::VariableProblem};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What every service method returns.
pub type Outcome<T> = Result<T, Fault>;

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Fault {
    /// Nobody is signed in, or the session has ended.
    Unauthenticated,
    /// The person may know that the thing exists, but not do this to it.
    Forbidden,
    /// It does not exist, or the person may not know that it does.
    NotFound,
    /// Something typed does not fit.
    Invalid(FieldErrors),
    /// The world moved since the page was drawn.
    Conflict(Conflict),
    /// Too many tries; wait this many seconds.
    TooManyRequests { retry_after_seconds: u64 },
    /// AWS did not do what it was asked.
    Cloud(Box<CloudProblem>),
    /// The database does not answer at the moment.
    Unavailable,
    /// A fault of ours. The incident id stands in the log beside the whole story.
    Internal { incident: String },
}

/// What got in the way of a change that would otherwise have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// Another operation is running on the environment.
    OperationRunning,
    /// The plan that was shown is no longer the plan that would be carried out.
    PlanChanged,
    /// The change would change nothing: what was chosen is in force already.
    NothingToChange,
    /// The last owner of a team cannot leave or step down.
    LastOwner,
    /// The last platform admin cannot be disabled or lose the role.
    LastAdmin,
    /// Nobody can disable themselves.
    Oneself,
    /// The link was used, has expired, or was replaced by a newer one.
    LinkExpired,
    /// The environment is not in a state that allows this.
    WrongState,
    /// Somebody else changed the same thing first.
    ChangedMeanwhile,
}

/// Problems by field name, with what was typed (never secrets), so that a form can be drawn again as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors {
    pub problems: BTreeMap<String, FieldProblem>,
    #[serde(default)]
    pub typed: BTreeMap<String, String>,
}

impl FieldErrors {
    /// One problem with one field.
    pub fn one(field: &str, problem: FieldProblem) -> Self {
        let mut errors = Self::default();
        errors.add(field, problem);
        errors
    }

    /// Adds a problem; the first one of a field stays.
    pub fn add(&mut self, field: &str, problem: FieldProblem) {
        self.problems.entry(field.to_owned()).or_insert(problem);
    }

    /// The problem of a field.
    pub fn of(&self, field: &str) -> Option<&FieldProblem> {
        self.problems.get(field)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// `Ok` if nothing is wrong, the faults otherwise.
    pub fn into_result(self) -> Outcome<()> {
        if self.is_empty() { Ok(()) } else { Err(Fault::Invalid(self)) }
    }

    /// Keeps what was typed into a field, to draw the form again. Not for secrets.
    pub fn keep(mut self, field: &str, typed: &str) -> Self {
        self.typed.insert(field.to_owned(), typed.to_owned());
        self
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum FieldProblem {
    /// Nothing was typed or chosen.
    Required,
    /// Fewer characters than needed.
    TooShort { min: usize },
    /// More characters than allowed.
    TooLong { max: usize },
    /// Environment names: lower-case letters, digits and hyphens, a letter first, no hyphen last.
    NotAName,
    /// Another environment, team or person has it.
    Taken,
    /// Not an email address.
    NotAnEmail,
    /// Not a spec as Handrail exports it; the line where reading stopped, none where there is no line to name.
    NotASpec { line: Option<u32> },
    /// Email or password is wrong; which one is not said.
    WrongCredentials,
    /// Not an IPv4 range in CIDR notation.
    NotACidr,
    /// The range's address has bits set to the right of its prefix; the network would be this one.
    CidrHostBits { network: String },
    /// VPC ranges must be between /16 and these many bits to leave room for the subnets.
    CidrSize { largest: u8, smallest: u8 },
    /// Not one of the private ranges of RFC 1918 (or 100.64.0.0/10).
    CidrNotPrivate,
    /// Overlaps a range that is in use.
    CidrOverlaps { with: String },
    /// Not among what is offered.
    NotOffered,
    /// A number outside of its limits.
    OutOfRange { min: i64, max: i64 },
    /// Not a whole number.
    NotANumber,
    /// Not a day of the calendar.
    NotADate,
    /// Not an ARN of the expected kind.
    NotAnArn { service: String },
    /// An ARN of another region or account than the environment's.
    ArnElsewhere { region: String },
    /// Not a URL that starts with `https://` or `http://`.
    NotAUrl,
    /// Not a URL that starts with `https://`.
    NotAnHttpsUrl,
    /// Not the name of a host in the domain name system.
    NotAHostName,
    /// Not an id as AWS gives them; `like` is an example of one.
    NotAnId { like: String },
    /// Has two braces in a row, by which CloudFormation knows its references, or characters that are not written.
    NotPlain,
    /// A variable or a secret that cannot be: its line, from 1, its name where it has one, and why.
    Variable { line: u32, name: Option<String>, problem: VariableProblem },
    /// What was typed does not repeat the expected text.
    DoesNotMatch { expected: String },
    /// Must be ticked, since it accepts a risk.
    NotAcknowledged,
    /// The combination does not work; the code names it for `app::text`.
    DoesNotFit(Misfit),
    /// AWS refused or could not be asked when this was checked or stored.
    Cloud(Box<CloudProblem>),
    /// A moment that cannot be used.
    Time(TimeProblem),
    /// Not the name of an image's repository with its registry.
    NotARepository,
    /// Not a tag of an image.
    NotATag,
    /// Not a digest of SHA-256.
    NotADigest,
}

/// What is wrong with a moment that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeProblem {
    /// Not a date with a time of day.
    NotATime,
    /// The range would begin in the future.
    Ahead,
    /// The range would end before it begins.
    Reversed,
    /// Nothing is kept that is older than this.
    NotKept { days: u32 },
}

/// Combinations that cannot work, each explained in `app::text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    /// Without NAT the tasks stand in public subnets and need an internet-facing route to pull their image.
    ImageTagWithoutRepository,
    /// Fargate has only certain pairs of CPU and memory.
    FargateSize,
    /// The team may not use this account or region.
    AccountNotForTeam,
    /// The region is not enabled in the account's settings.
    RegionNotInAccount,
    /// Bedrock uses the task role: there is no key to give.
    BedrockNeedsNoKey,
    /// Bedrock is found by its region: there is no base URL to give.
    BedrockNeedsNoBaseUrl,
    /// Not the name of a model that Bedrock serves.
    NotABedrockModel,
    /// An inference profile of another part of the world than the environment's region.
    BedrockElsewhere,
    /// This provider needs its base URL.
    BaseUrlNeeded,
    /// Agent Canvas is the single writer of its store: it runs as one task or not at all.
    OneWriter,
    /// RDS storage cannot be made smaller.
    StorageShrinks,
    /// An environment does not go back to an older release: its store may have been changed by the newer one.
    OlderVersion,
    /// The team creates environments only from one of its presets.
    PresetNeeded,
    /// The preset of this environment does not leave the field open.
    FixedByPreset,
    /// Edition and compute, or edition and data service, do not go together.
    NotTogether(crate::matrix::Reason),
    /// The field belongs to another compute than the chosen one.
    NotOfThisCompute,
    /// Hosts, and tasks with an address of their own on them, have no public address: they need a NAT gateway
    /// (ECS Developer Guide, "Allocate a network interface for an Amazon ECS task").
    HostsNeedNat,
    /// Only OIDC has a client secret to give.
    SecretWithoutOidc,
    /// The load balancer can ask who somebody is over HTTPS only.
    SignInNeedsHttps,
    /// An internal load balancer reaches the identity provider through NAT.
    SignInNeedsNat,
    /// A VPC that is there has its own ways to the internet and to AWS.
    VpcHasItsWays,
    /// Two or three private subnets are needed.
    PrivateSubnets,
    /// Two or three public subnets are needed.
    PublicSubnets,
    /// A subnet is named twice.
    SubnetTwice,
    /// The provider is on the internet, to which there is no way.
    ModelNeedsInternet,
    /// The image lies outside of ECR, to which there is no way.
    ImageNeedsInternet,
    /// The host name lies outside of the zone's domain.
    HostOutsideZone,
    /// A range of time whose end lies before its start.
    EndsBeforeItBegins,
}

impl fmt::Display for Fault {
    /// For logs; people read `app::text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthenticated => f.write_str("not signed in"),
            Self::Forbidden => f.write_str("not allowed"),
            Self::NotFound => f.write_str("not found"),
            Self::Invalid(errors) => {
                write!(f, "invalid fields: {}", errors.problems.keys().cloned().collect::<Vec<_>>().join(", "))
            }
            Self::Conflict(conflict) => write!(f, "conflict: {conflict:?}"),
            Self::TooManyRequests { retry_after_seconds } => {
                write!(f, "too many requests, retry after {retry_after_seconds} s")
            }
            Self::Cloud(problem) => write!(f, "AWS: {problem}"),
            Self::Unavailable => f.write_str("database unavailable"),
            Self::Internal { incident } => write!(f, "internal fault, incident {incident}"),
        }
    }
}

impl std::error::Error for Fault {}

crate::tagged_through_value!(Fault, FieldProblem);
