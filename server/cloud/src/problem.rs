//! Turning what the SDK reports into a [`CloudProblem`]: typed, with AWS's request id, without debug dumps and secrets.

use crate::{permission, session::RoleProblem};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use model::cause::{CloudProblem, CloudProblemKind};
use ports::CloudResult;
use std::error::Error;

/// The error of an SDK operation.
pub(crate) trait AskError: ProvideErrorMetadata + Error + Send + Sync + 'static {}
impl<E: ProvideErrorMetadata + Error + Send + Sync + 'static> AskError for E {}

/// Longest message that is kept, in bytes; some of AWS's embed whole policies.
const MESSAGE_LIMIT: usize = 2_000;

/// The problem that an SDK error stands for. `api` is `service:Operation`.
pub(crate) fn from_sdk<E: AskError>(api: &'static str, error: &SdkError<E, HttpResponse>) -> CloudProblem {
    if let Some(RoleProblem(problem)) = in_chain::<RoleProblem>(error) {
        return problem.clone();
    }
    if let Some(missing) = in_chain::<CredentialsError>(error) {
        let kind = match missing {
            CredentialsError::ProviderTimedOut(_) => CloudProblemKind::Unreachable,
            _ => CloudProblemKind::Credentials,
        };
        return plain(api, kind, &chain_text(missing));
    }
    match error {
        SdkError::ServiceError(answer) => {
            let meta = answer.err().meta();
            let status = answer.raw().status().as_u16();
            let request_id = error.request_id().or_else(|| meta.request_id());
            answered(api, status, meta.code(), meta.message(), request_id)
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            let message = format!("HTTP {status} with a body that is not AWS's: {}", chain_text(error));
            CloudProblem {
                request_id: error.request_id().map(str::to_owned),
                ..plain(api, CloudProblemKind::ServiceFailure, &message)
            }
        }
        SdkError::ConstructionFailure(_) => plain(api, CloudProblemKind::Invalid, &chain_text(error)),
        _ => plain(api, CloudProblemKind::Unreachable, &chain_text(error)),
    }
}

/// A problem that Handrail itself notices, without an answer of AWS that says so.
pub(crate) fn plain(api: &'static str, kind: CloudProblemKind, message: &str) -> CloudProblem {
    let (service, operation) = api.split_once(':').unwrap_or((api, ""));
    CloudProblem {
        kind,
        service: service.to_owned(),
        operation: operation.to_owned(),
        code: None,
        message: tidy(message),
        action: None,
        resource: None,
        request_id: None,
    }
}

/// The problem of an error answer with this HTTP status, code and message.
pub(crate) fn answered(
    api: &'static str,
    status: u16,
    code: Option<&str>,
    message: Option<&str>,
    request_id: Option<&str>,
) -> CloudProblem {
    let text = message.unwrap_or_default();
    let kind = classify(status, code.unwrap_or_default(), text);
    let fallback = format!("HTTP {status} without a message");
    let mut problem = plain(api, kind, if text.is_empty() { &fallback } else { text });
    problem.code = code.map(str::to_owned);
    problem.request_id = request_id.map(str::to_owned);
    if kind == CloudProblemKind::Denied {
        let (action, resource) = denial(text);
        problem.action = action.or_else(|| Some(permission::action_of(api).to_owned()));
        problem.resource = resource;
    }
    problem
}

/// `Ok(None)` where AWS says that the thing does not exist.
pub(crate) fn or_none<T>(result: CloudResult<T>) -> CloudResult<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(problem) if problem.kind == CloudProblemKind::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// The error, its source, that one's source and so on.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn in_chain<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The error and its sources, each said once, in words meant for people (`Display`, never `Debug`).
fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for part in chain(error).map(ToString::to_string) {
        if text.contains(&part) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&part);
    }
    text
}

/// Codes are AWS's; the services spell the same thing in many ways (Common Errors pages of each API reference).
fn classify(status: u16, code: &str, message: &str) -> CloudProblemKind {
    use CloudProblemKind::{
        Conflict, Credentials, Denied, Invalid, NotFound, Quota, ServiceFailure, Throttled, Unreachable,
    };
    let names = |words: &[&str]| words.iter().any(|word| code.contains(word));
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    match () {
        () if names(&["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded"])
            || code == "PriorRequestNotComplete"
            || status == 429
            || says(&["Rate exceeded"]) =>
        {
            Throttled
        }
        () if code == "RequestTimeout" || code == "RequestTimeoutException" => Unreachable,
        () if names(&[
            "InvalidClientTokenId",
            "UnrecognizedClient",
            "ExpiredToken",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignature",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "AuthFailure",
            "RequestExpired",
            "RequestTimeTooSkewed",
            "InvalidToken",
        ]) && code != "InvalidTokenException" =>
        {
            Credentials
        }
        () if names(&["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "OptInRequired"]) => {
            Denied
        }
        () if names(&["NotFound", "NoSuch", "DoesNotExist"]) => NotFound,
        // CloudFormation answers `ValidationError` to everything; only the text tells, and a template may name what does not exist too.
        () if code == "ValidationError" && message.starts_with("Stack") && says(&["does not exist"]) => NotFound,
        () if names(&[
            "AlreadyExists",
            "AlreadyOwned",
            "ResourceExists",
            "InUse",
            "Conflict",
            "OperationInProgress",
            "OperationAborted",
            "InvalidChangeSetStatus",
            "BucketNotEmpty",
            "InvalidDBInstanceState",
            "InvalidDBSnapshotState",
            "IncorrectFileSystemLifeCycleState",
            "ServiceNotActive",
            "StaleRequest",
        ]) || says(&[
            "already exists",
            "IN_PROGRESS state",
            "TerminationProtection is enabled",
            "scheduled for deletion",
            "marked for deletion",
        ]) =>
        {
            Conflict
        }
        () if names(&["LimitExceeded", "QuotaExceeded", "TooMany"]) => Quota,
        () if status >= 500 || names(&["InternalFailure", "InternalError", "ServiceUnavailable"]) => ServiceFailure,
        // Answers to HEAD have no body, hence no code.
        () if code.is_empty() && status == 401 => Credentials,
        () if status == 403 => Denied,
        () if status == 404 => NotFound,
        () if status == 409 => Conflict,
        () => Invalid,
    }
}

/// The action and the resource that AWS's text of a denial names.
fn denial(message: &str) -> (Option<String>, Option<String>) {
    let after = |mark: &str| message.split_once(mark).map(|(_, rest)| rest.trim_start());
    let action = after("not authorized to perform: ")
        .or_else(|| after("policy allows the "))
        .or_else(|| after("API: "))
        .and_then(|rest| rest.split_whitespace().next())
        .map(|word| word.trim_end_matches(['.', ',', ';']).to_owned())
        .filter(|word| word.contains(':'));
    let resource = after("on resource: ").and_then(|rest| match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split_whitespace().next().map(|word| word.trim_end_matches(['.', ',', ';'])),
    });
    (action, resource.filter(|name| !name.is_empty()).map(str::to_owned))
}

/// Takes out what nobody can read or nobody should: the encoded authorization message of EC2 (kilobytes of base64), and the signed request
/// that AWS quotes when a signature is wrong, which contains the session token.
fn tidy(message: &str) -> String {
    let mut text = message.trim();
    for mark in
        ["The Canonical String for this request", "The String-to-Sign", "Encoded authorization failure message:"]
    {
        if let Some((before, _)) = text.split_once(mark) {
            text = before.trim_end();
        }
    }
    if text.len() <= MESSAGE_LIMIT {
        return text.to_owned();
    }
    let end = (0..=MESSAGE_LIMIT).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{}…", &text[..end])
}
