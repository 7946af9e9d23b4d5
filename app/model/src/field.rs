//! Reading what was typed into the fields of a form, with the problem of each that does not fit.

use crate::{FieldErrors, FieldProblem};
use ipnet::IpNet;
use std::{net::IpAddr, str::FromStr};

/// Most ranges that the load balancer admits: security groups take 60 rules each way by default, and each range is one rule a port.
const RANGES_MAX: usize = 20;

/// A value that must be among those on offer.
pub(crate) fn offered<T>(value: Option<T>, field: &str, errors: &mut FieldErrors) -> Option<T> {
    if value.is_none() {
        errors.add(field, FieldProblem::NotOffered);
    }
    value
}

/// A whole number within limits.
pub(crate) fn number(text: &str, field: &str, min: u32, max: u32, errors: &mut FieldErrors) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() {
        errors.add(field, FieldProblem::Required);
        return None;
    }
    match text.parse::<u32>() {
        Ok(n) if (min..=max).contains(&n) => Some(n),
        Ok(_) => {
            errors.add(field, FieldProblem::OutOfRange { min: min.into(), max: max.into() });
            None
        }
        Err(_) => {
            errors.add(field, FieldProblem::NotANumber);
            None
        }
    }
}

/// Ranges separated by commas, spaces or lines; a bare address is a range of one.
pub(crate) fn ranges(text: &str, field: &str, errors: &mut FieldErrors) -> Vec<IpNet> {
    let parts: Vec<&str> = text.split([',', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        errors.add(field, FieldProblem::Required);
    }
    if parts.len() > RANGES_MAX {
        errors.add(field, FieldProblem::OutOfRange { min: 1, max: RANGES_MAX as i64 });
    }
    let mut ranges = Vec::new();
    for part in parts {
        match IpNet::from_str(part).or_else(|_| IpAddr::from_str(part).map(IpNet::from)) {
            Ok(net) if net.addr() != net.network() => {
                errors.add(field, FieldProblem::CidrHostBits { network: net.trunc().to_string() });
            }
            Ok(net) => {
                if !ranges.contains(&net) {
                    ranges.push(net);
                }
            }
            Err(_) => errors.add(field, FieldProblem::NotACidr),
        }
    }
    ranges
}

/// What goes into a template must not be taken for a reference: CloudFormation would put in the secret that it names, of whoever's
/// (AWS CloudFormation User Guide, "Get values stored in other services using dynamic references").
pub(crate) fn plain(text: &str, field: &str, errors: &mut FieldErrors) {
    if text.contains("{{") || text.chars().any(char::is_control) {
        errors.add(field, FieldProblem::NotPlain);
    }
}

/// A text that must be there, as it goes into a template.
pub(crate) fn required(text: &str, field: &str, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        errors.add(field, FieldProblem::Required);
        return None;
    }
    if text.chars().count() > max {
        errors.add(field, FieldProblem::TooLong { max });
    }
    plain(text, field, errors);
    Some(text.to_owned())
}

/// An ARN of a service and a kind of resource in the environment's region.
pub(crate) fn arn(
    text: &str,
    service: &str,
    resource: &str,
    region: &str,
    field: &str,
    errors: &mut FieldErrors,
) -> String {
    plain(text, field, errors);
    let parts: Vec<&str> = text.split(':').collect();
    let well_formed = parts.len() == 6
        && parts[0] == "arn"
        && parts[2] == service
        && parts[4].len() == 12
        && parts[4].chars().all(|c| c.is_ascii_digit())
        && parts[5].strip_prefix(resource).is_some_and(|rest| !rest.is_empty());
    if !well_formed {
        errors.add(field, FieldProblem::NotAnArn { service: service.to_owned() });
    } else if parts[3] != region {
        errors.add(field, FieldProblem::ArnElsewhere { region: parts[3].to_owned() });
    }
    text.to_owned()
}

/// An id as AWS gives them; `like` is an example of one.
pub(crate) fn id(
    text: &str,
    field: &str,
    like: &str,
    fits: fn(&str) -> bool,
    errors: &mut FieldErrors,
) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        errors.add(field, FieldProblem::Required);
        return None;
    }
    if !fits(text) {
        errors.add(field, FieldProblem::NotAnId { like: like.to_owned() });
        return None;
    }
    Some(text.to_owned())
}

/// A URL of HTTPS, as identity providers have them.
pub(crate) fn https_url(text: &str, field: &str, errors: &mut FieldErrors) -> Option<String> {
    let url = required(text, field, 255, errors)?;
    let host = url.strip_prefix("https://").map(|rest| rest.split(['/', ':', '?']).next().unwrap_or_default());
    if host.is_none_or(|host| !is_host(&host.to_ascii_lowercase())) || url.contains(char::is_whitespace) {
        errors.add(field, FieldProblem::NotAnHttpsUrl);
        return None;
    }
    Some(url)
}

/// The name of a host with at least two parts, in lower case and without the last dot.
pub(crate) fn host_name(text: &str, field: &str, errors: &mut FieldErrors) -> Option<String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    if name.is_empty() {
        errors.add(field, FieldProblem::Required);
        return None;
    }
    if !is_host(&name) {
        errors.add(field, FieldProblem::NotAHostName);
        return None;
    }
    Some(name)
}

/// Names of at most 253 characters in parts of at most 63 (RFC 1035, section 2.3.4), of letters, digits and inner hyphens (RFC 1123).
fn is_host(name: &str) -> bool {
    let fits = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(fits)
}
