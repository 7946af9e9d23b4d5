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
