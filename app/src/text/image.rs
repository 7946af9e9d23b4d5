//! Versions, registries and copies of images in words.

use crate::{component::Tone, format};
use model::{
    image::{RegistryProblem, RegistryProblemKind, ScanCounts, ScanOutcome, Support},
    mirror::{MirrorCause, MirrorPhase, MirrorProgress},
};

/// A support state.
pub fn support(support: Support) -> (&'static str, Tone) {
    match support {
        Support::Supported => ("Supported", Tone::Good),
        Support::Deprecated => ("Deprecated", Tone::Warn),
        Support::Withdrawn => ("Withdrawn", Tone::Quiet),
    }
}

/// A version in a menu.
pub fn offer(value: &str, deprecated: bool) -> String {
    if deprecated { format!("{value} (deprecated)") } else { value.to_owned() }
}

/// A digest as short as it can be told apart.
pub fn short_digest(digest: &str) -> String {
    match digest.get(..19) {
        Some(start) if digest.len() > 19 => format!("{start}…"),
        _ => digest.to_owned(),
    }
}

/// Label and explanation of a field of the forms about versions.
pub fn field(field: &str) -> (&'static str, &'static str) {
    match field {
        "edition" => ("Edition", "Which OpenHands it is."),
        "repository" => ("Repository", "With its registry, for example ghcr.io/openhands/agent-canvas."),
        "tag" => ("Tag", "As the registry has it."),
        "digest" => ("Digest", "sha256:… of the index. A refresh fills it in where the registry can be reached."),
        "released" => ("Released", "Year, month and day; empty where it is not known."),
        "support" => ("Support", "Supported and deprecated versions are on offer, withdrawn ones are not."),
        "notes" => ("Notes", "For other admins, for example why it was withdrawn."),
        "licence" => (
            "We hold a licence for this image",
            "Needed for OpenHands Enterprise. Handrail brings neither image nor licence.",
        ),
        _ => ("", ""),
    }
}

/// What the page is for.
pub const CATALOGUE: &str = "The versions that the create and update forms offer. They are chosen by tag and run by digest where it is \
                             known; where a verified copy lies in the environment's account and region, they run from there.";
/// What refreshing does.
pub const REFRESH: &str =
    "Asks every registry for its tags and digests. What is known stays where one does not answer.";
/// What copying does.
pub const MIRROR: &str = "Copies the image with all its platforms into ECR of an account and region, and verifies every part by digest. \
                          New environments there run the copy. ECR bills what it stores and what is read from other regions.";
/// Where nothing was copied yet.
pub const NO_MIRRORS: &str = "No image has been copied yet.";
/// Where no account is registered.
pub const NO_PLACE: &str = "No cloud account is registered that an image could be copied into.";
/// Where the catalogue is empty.
pub const NO_VERSIONS: &str = "No versions are known. Add one below.";
/// A digest that nobody has told.
pub const NO_DIGEST: &str = "Digest not known";
/// While a copy waits.
pub const WAITS: &str = "Waiting for a worker";
/// For browsers without scripts.
pub const RELOAD: &str = "Reload the page to see how far it is.";
/// While a copy is asked to stop.
pub const STOPPING: &str = "It stops after the part that is being sent.";
/// After a copy.
pub const COPIED: &str = "Copied and verified";
/// What a retry does.
pub const RETRY: &str = "What has arrived is not sent again.";

/// Where a copy went to.
pub fn place(account: &str, region: &str) -> String {
    format!("{account} · {region}")
}

/// New releases in a registry.
pub fn news(repository: &str) -> String {
    format!("{repository} has releases that the catalogue does not")
}

/// A registry that did not answer.
pub fn silent(repository: &str) -> String {
    format!("The registry of {repository} did not answer as wished")
}

/// A registry's problem in one sentence, with its own words.
pub fn problem(problem: &RegistryProblem) -> String {
    let RegistryProblem { registry, request, message, .. } = problem;
    let head = match problem.kind {
        RegistryProblemKind::Unreachable => format!("{registry} cannot be reached."),
        RegistryProblemKind::Denied => format!("{registry} does not let Handrail do {request}."),
        RegistryProblemKind::NotFound => format!("{registry} does not have it ({request})."),
        RegistryProblemKind::Throttled => format!("{registry} asks to slow down."),
        RegistryProblemKind::ServiceFailure => format!("{registry} failed on its side ({request})."),
        RegistryProblemKind::Refused => format!("{registry} finds the request wrong ({request})."),
        RegistryProblemKind::Corrupted => format!("What {registry} has is not what its digest says ({request})."),
        RegistryProblemKind::NotAnImage => {
            format!("What {registry} has is no image that Handrail understands ({request}).")
        }
    };
    let status = problem.status.map(|status| format!(" HTTP {status}.")).unwrap_or_default();
    if message.is_empty() { format!("{head}{status}") } else { format!("{head}{status} It says: {message}") }
}

fn way_out(kind: RegistryProblemKind) -> &'static str {
    match kind {
        RegistryProblemKind::Unreachable => {
            "Check the server's route to the registry, or set --registry-endpoint to a proxy, then try again."
        }
        RegistryProblemKind::Denied => {
            "Give Handrail a login in the file of --registry-logins, or make the repository public, then try again."
        }
        RegistryProblemKind::NotFound => "Check repository and tag in the catalogue, then try again.",
        RegistryProblemKind::Throttled | RegistryProblemKind::ServiceFailure => "Wait a few minutes, then try again.",
        RegistryProblemKind::Refused => "The registry's words above say what does not fit.",
        RegistryProblemKind::Corrupted => "Let whoever keeps the registry repair it, then try again.",
        RegistryProblemKind::NotAnImage => "Check repository and tag: they name something else than a container image.",
    }
}

/// Why a copy failed.
pub fn cause(cause: &MirrorCause) -> String {
    match cause {
        MirrorCause::Registry(problem) => self::problem(problem),
        MirrorCause::Cloud(problem) => super::cause::problem(problem),
        MirrorCause::Corrupted { digest, found: Some(found), registry } => {
            format!("A blob from {registry} is corrupted: its name is {digest}, but its bytes have the digest {found}.")
        }
        MirrorCause::Corrupted { digest, found: None, registry } => {
            format!("{registry} has something corrupted: what goes by {digest} has another digest.")
        }
        MirrorCause::TagTaken { tag, found } => {
            format!("The tag {tag} exists in ECR and means another image ({found}). Tags there are immutable.")
        }
        MirrorCause::Lost { digest, registry } => format!("{digest} was written, but {registry} does not have it."),
        MirrorCause::Cancelled => "Somebody asked to stop.".into(),
        MirrorCause::Internal { incident } => {
            format!("This is a fault of Handrail's own. Incident {incident} stands in its log.")
        }
    }
}

/// What to do about a failed copy.
pub fn fix(cause: &MirrorCause) -> &'static str {
    match cause {
        MirrorCause::Registry(problem) => way_out(problem.kind),
        MirrorCause::Cloud(problem) => super::cause::way_out(problem),
        MirrorCause::Corrupted { .. } => {
            "Nothing of it was published. Try again; if it stays so, the registry's copy is damaged."
        }
        MirrorCause::TagTaken { .. } => "Delete the tag in ECR if no environment runs it, then try again.",
        MirrorCause::Lost { .. } => "Look whether somebody deletes from the registry, then try again.",
        MirrorCause::Cancelled => "Try again whenever you like: what has arrived is not sent again.",
        MirrorCause::Internal { .. } => "Try again, and tell whoever looks after Handrail if it stays so.",
    }
}

/// A part of a copy.
pub fn phase(phase: MirrorPhase) -> &'static str {
    match phase {
        MirrorPhase::Prepare => "Make the repository in ECR",
        MirrorPhase::Read => "Read the image's manifests",
        MirrorPhase::Copy => "Copy blobs",
        MirrorPhase::Publish => "Write manifests, the tag last",
        MirrorPhase::Verify => "Ask both ends by digest",
    }
}

/// How many blobs and bytes.
pub fn blobs(progress: &MirrorProgress) -> String {
    format!("{} of {} blobs", format::count(progress.blobs_done), format::count(progress.blobs))
}

/// How many bytes.
pub fn bytes(progress: &MirrorProgress) -> String {
    format!("{} of {}", format::data(progress.bytes_done), format::data(progress.bytes))
}

/// Findings of a scan.
pub fn scan(outcome: &ScanOutcome) -> (String, Tone) {
    match outcome {
        ScanOutcome::Done(counts) => findings(counts),
        ScanOutcome::Pending => ("Scan not finished".into(), Tone::Busy),
        ScanOutcome::NotScanned(None) => ("No scan known to ECR".into(), Tone::Quiet),
        ScanOutcome::NotScanned(Some(why)) => (format!("Not scanned: {why}"), Tone::Quiet),
        ScanOutcome::NotKnown(None) => ("Not known: AWS did not answer in time".into(), Tone::Quiet),
        ScanOutcome::NotKnown(Some(problem)) => (format!("Not known: {}", super::cause::problem(problem)), Tone::Quiet),
    }
}

fn findings(counts: &ScanCounts) -> (String, Tone) {
    let named =
        [(counts.critical, "critical"), (counts.high, "high"), (counts.medium, "medium"), (counts.lesser, "lesser")];
    let parts: Vec<String> = named
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", format::count(*number)))
        .collect();
    let tone = match counts {
        ScanCounts { critical: 1.., .. } => Tone::Bad,
        ScanCounts { high: 1.., .. } => Tone::Warn,
        _ => Tone::Good,
    };
    if parts.is_empty() { ("No findings".into(), tone) } else { (parts.join(", "), tone) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::image::ImageForm;

    #[test]
    fn every_field_has_its_line() {
        for name in ImageForm::FIELDS {
            let (label, hint) = field(name);
            assert!(!label.is_empty() && !hint.is_empty(), "{name}");
        }
    }

    #[test]
    fn findings_are_counted_and_the_worst_gives_the_colour() {
        let counts = ScanCounts { critical: 1, medium: 3, ..ScanCounts::default() };
        assert_eq!(scan(&ScanOutcome::Done(counts)), ("1 critical, 3 medium".into(), Tone::Bad));
        assert_eq!(scan(&ScanOutcome::Done(ScanCounts::default())), ("No findings".into(), Tone::Good));
        assert_eq!(scan(&ScanOutcome::NotScanned(None)).1, Tone::Quiet);
    }

    #[test]
    fn a_corrupted_blob_is_told_with_both_digests() {
        let cause = MirrorCause::Corrupted {
            digest: "sha256:a".into(),
            found: Some("sha256:b".into()),
            registry: "ghcr.io".into(),
        };
        assert_eq!(
            super::cause(&cause),
            "A blob from ghcr.io is corrupted: its name is sha256:a, but its bytes have the digest sha256:b."
        );
    }
}
