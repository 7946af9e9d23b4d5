//! Faults and field problems in plain words.

use crate::error::AppError;
use model::{
    Fault, FieldProblem,
    fault::{Conflict, Misfit, TimeProblem},
    variable::VariableProblem,
};

/// Heading of a fault.
pub fn title(error: &AppError) -> &'static str {
    match error {
        AppError::Transport(_) => "The server did not answer",
        AppError::Fault(fault) => match fault {
            Fault::Unauthenticated => "You are not signed in",
            Fault::Forbidden => "Not allowed",
            Fault::NotFound => "Not found",
            Fault::Invalid(_) => "Please check what you typed",
            Fault::Conflict(_) => "This cannot be done right now",
            Fault::TooManyRequests { .. } => "Too many tries",
            Fault::Cloud(_) => "AWS did not do what it was asked",
            Fault::Unavailable => "The database does not answer",
            Fault::Internal { .. } => "Something went wrong in Handrail",
        },
    }
}

/// What a fault means and what to do.
pub fn text(error: &AppError) -> String {
    let fault = match error {
        AppError::Transport(_) => return "Check your connection and try again.".into(),
        AppError::Fault(fault) => fault,
    };
    match fault {
        Fault::Unauthenticated => "Your session has ended. Sign in to go on.".into(),
        Fault::Forbidden => "Your role does not include this. Ask an owner of the team.".into(),
        Fault::NotFound => "It does not exist, or you are not a member of its team.".into(),
        Fault::Invalid(errors) => errors.problems.values().map(problem).collect::<Vec<_>>().join(" "),
        Fault::Conflict(what) => conflict(*what).into(),
        Fault::TooManyRequests { retry_after_seconds } => {
            format!("Wait {} and try again.", crate::format::duration(i64::try_from(*retry_after_seconds).unwrap_or(0)))
        }
        Fault::Cloud(problem) => super::cause::problem(problem),
        Fault::Unavailable => "Nothing is lost. Try again in a few seconds.".into(),
        Fault::Internal { incident } => format!("The log has the whole story under incident {incident}."),
    }
}

fn conflict(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::OperationRunning => {
            "Another operation is running on this environment, which was asked for first. Wait until it has ended."
        }
        Conflict::NothingToChange => "Nothing would change: what you chose is in force already.",
        Conflict::PlanChanged => "The plan has changed since you saw it. Look at the new one and confirm again.",
        Conflict::LastOwner => "A team needs an owner. Make somebody else an owner first.",
        Conflict::LastAdmin => "Somebody has to administer Handrail. Make somebody else a platform admin first.",
        Conflict::Oneself => "You cannot disable yourself. Ask another platform admin.",
        Conflict::LinkExpired => {
            "This link is no longer valid: it was used, has expired, or was replaced by a newer one."
        }
        Conflict::WrongState => "The environment is not in a state that allows this.",
        Conflict::ChangedMeanwhile => "Somebody else changed this first. Reload the page and try again.",
    }
}

/// What is wrong with a field and what would be right.
pub fn problem(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "Fill this in.".into(),
        FieldProblem::TooShort { min } => format!("Use at least {min} characters."),
        FieldProblem::TooLong { max } => format!("Use at most {max} characters."),
        FieldProblem::NotAName => {
            "Use lower-case letters, digits and single hyphens; begin with a letter, do not end with a hyphen.".into()
        }
        FieldProblem::Taken => "This is already taken. Choose another one.".into(),
        FieldProblem::NotASpec { line: Some(line) } => {
            format!(
                "This is not a spec as Handrail exports it: line {line} does not fit. Export one on an environment's Configuration page to compare."
            )
        }
        FieldProblem::NotASpec { line: None } => {
            "This is not a spec as Handrail exports it. Export one on an environment's Configuration page to compare."
                .into()
        }
        FieldProblem::NotAnEmail => "This is not an email address.".into(),
        FieldProblem::WrongCredentials => "Email or password is wrong.".into(),
        FieldProblem::NotACidr => "Write a range as address and prefix, for example 10.64.0.0/20.".into(),
        FieldProblem::CidrHostBits { network } => {
            format!("The address is inside of the range, not its start. Did you mean {network}?")
        }
        FieldProblem::CidrSize { largest, smallest } => {
            format!("The range must be between /{largest} and /{smallest}, so that the subnets fit.")
        }
        FieldProblem::CidrNotPrivate => {
            "Use a private range: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10.".into()
        }
        FieldProblem::CidrOverlaps { with } => format!("This range overlaps {with}, which is in use."),
        FieldProblem::NotOffered => "Choose one of the values on offer.".into(),
        FieldProblem::OutOfRange { min, max } => format!("Choose a value from {min} to {max}."),
        FieldProblem::NotANumber => "Write a whole number.".into(),
        FieldProblem::NotADate => "Write a day as year, month and day, for example 2026-03-31.".into(),
        FieldProblem::NotAnArn { service } => format!("This is not an ARN of {service}."),
        FieldProblem::ArnElsewhere { region } => {
            format!("This ARN belongs to {region}; it must be of the environment's own region and account.")
        }
        FieldProblem::NotPlain => "Leave out braces that stand in pairs, and characters that cannot be seen.".into(),
        FieldProblem::NotAUrl => "Write an address that begins with https:// or http://.".into(),
        FieldProblem::NotAnHttpsUrl => "Write an address that begins with https://.".into(),
        FieldProblem::NotAHostName => "Write a name such as agents.example.com, without https:// and path.".into(),
        FieldProblem::NotAnId { like } => format!("This is not such an id. It looks like {like}."),
        FieldProblem::DoesNotMatch { expected } => format!("Type {expected} exactly."),
        FieldProblem::NotAcknowledged => "Tick this to go on.".into(),
        FieldProblem::DoesNotFit(misfit) => self::misfit(*misfit).into(),
        FieldProblem::Cloud(problem) => super::cause::problem(problem),
        FieldProblem::Variable { line, name, problem } => {
            format!("{}: {}", name.clone().unwrap_or_else(|| format!("Line {line}")), variable(*problem))
        }
        FieldProblem::Time(problem) => time(*problem),
        FieldProblem::NotARepository => {
            "Write registry and path in lower case, without tag, for example ghcr.io/openhands/agent-canvas.".into()
        }
        FieldProblem::NotATag => {
            "A tag has letters, digits, dots, hyphens and underscores, and begins with none of . and -.".into()
        }
        FieldProblem::NotADigest => "A digest is sha256: and 64 digits and letters from a to f.".into(),
    }
}

fn variable(problem: VariableProblem) -> &'static str {
    match problem {
        VariableProblem::NotNameAndValue => "write a name, an equals sign and a value.",
        VariableProblem::NotAName => {
            "a name has letters, digits and underscores, does not begin with a digit, and is not longer than 100."
        }
        VariableProblem::Twice => "this name stands there more than once, among the variables or the secrets.",
        VariableProblem::SetByHandrail => "Handrail sets this itself.",
        VariableProblem::Secret => {
            "this looks like a secret, which everybody could read here, so that its value was not kept. Give it as an extra secret."
        }
        VariableProblem::NotPlain => "leave out braces that stand in pairs, and characters that cannot be seen.",
        VariableProblem::NotStored => "no value is stored for it. Store one under Settings, Secrets first.",
    }
}

fn time(problem: TimeProblem) -> String {
    match problem {
        TimeProblem::NotATime => "Write a date and a time of day, for example 2026-01-05T09:00.".into(),
        TimeProblem::Ahead => "This lies in the future. Choose a moment that has passed.".into(),
        TimeProblem::Reversed => "The end must come after the beginning.".into(),
        TimeProblem::NotKept { days } => format!("AWS keeps nothing that is older than {days} days. Begin later."),
    }
}

fn misfit(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::ImageTagWithoutRepository => "Tasks without NAT need an internet-facing route to pull their image.",
        Misfit::NotOfThisCompute => "What you chose to run on has no such setting. Leave it empty.",
        Misfit::HostsNeedNat => "Hosts have no public address, so that they need a NAT gateway.",
        Misfit::FargateSize => "Fargate does not offer this pair of vCPU and memory.",
        Misfit::AccountNotForTeam => "This team may not use this account or region.",
        Misfit::RegionNotInAccount => "This region is not enabled for the account.",
        Misfit::BedrockNeedsNoKey => "Bedrock uses the task's role; leave the key empty.",
        Misfit::BedrockNeedsNoBaseUrl => "Bedrock is found by the region; leave the base URL empty.",
        Misfit::NotABedrockModel => {
            "Write bedrock/ and the id of the model or of its inference profile, \
             for example bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0."
        }
        Misfit::BedrockElsewhere => {
            "This inference profile cannot be called from the environment's region. Its id begins with the part of the world \
             that it serves: us, eu, apac, jp, au, ca or global."
        }
        Misfit::OneWriter => {
            "OpenHands runs as one task or not at all: choose 0 or 1. Two tasks would write to the same store and damage it. \
             For more power choose a larger size."
        }
        Misfit::StorageShrinks => "RDS cannot make storage smaller. Keep the value, or choose a larger one.",
        Misfit::OlderVersion => {
            "An environment does not go back to an older release: the newer one may have changed what it stores."
        }
        Misfit::BaseUrlNeeded => "This provider needs its base URL.",
        Misfit::PresetNeeded => "This team creates environments from its presets only: use one of them above.",
        Misfit::FixedByPreset => "The preset does not leave this open. A platform admin can change the preset.",
        Misfit::NotTogether(reason) => super::matrix::reason(reason),
        Misfit::SecretWithoutOidc => {
            "Only sign-in with OpenID Connect has a client secret. Choose it, or leave this empty."
        }
        Misfit::SignInNeedsHttps => {
            "Sign-in needs HTTPS: give a certificate ARN, or a host name and its zone so that a certificate is requested."
        }
        Misfit::SignInNeedsNat => {
            "An internal load balancer reaches the identity provider through a NAT gateway: choose one, or no sign-in."
        }
        Misfit::VpcHasItsWays => {
            "An existing VPC has its own ways to the internet and its own endpoints: choose another value; nothing is made for it."
        }
        Misfit::PrivateSubnets => "Name two or three private subnets, each in another zone.",
        Misfit::PublicSubnets => {
            "Name two or three public subnets, each in another zone, for the internet-facing load balancer."
        }
        Misfit::SubnetTwice => "This names a subnet twice.",
        Misfit::ModelNeedsInternet => {
            "This provider is on the internet, to which there is no way without NAT: choose Bedrock, an endpoint in your network, or NAT."
        }
        Misfit::ImageNeedsInternet => {
            "Without NAT tasks pull from ECR only, and this version has no copy there: have an admin copy it (Platform, Images), or choose NAT."
        }
        Misfit::HostOutsideZone => "The host name must be the domain of the zone, or end with a dot and that domain.",
        Misfit::EndsBeforeItBegins => "The last day lies before the first one.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_credentials_do_not_tell_which_part_is_wrong() {
        assert_eq!(problem(&FieldProblem::WrongCredentials), "Email or password is wrong.");
    }

    #[test]
    fn a_range_problem_names_what_would_fit() {
        let size = problem(&FieldProblem::CidrSize { largest: 16, smallest: 24 });
        assert!(size.contains("/16") && size.contains("/24"), "{size}");
        let bits = problem(&FieldProblem::CidrHostBits { network: "10.0.0.0/16".into() });
        assert!(bits.contains("10.0.0.0/16"), "{bits}");
    }

    #[test]
    fn each_form_that_is_refused_has_its_sentence() {
        let table = include_str!("../../model/tests/refused_forms.json");
        let rows: Vec<serde_json::Value> = serde_json::from_str(table).expect("a table");
        for row in rows {
            let told: FieldProblem = serde_json::from_value(row["problem"].clone()).expect("a problem");
            assert_eq!(problem(&told), row["words"].as_str().expect("words"), "{}", row["what"]);
        }
    }
}
