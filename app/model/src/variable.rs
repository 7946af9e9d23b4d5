//! Which names and values variables may have, and how they are written in a form.

use crate::{
    FieldErrors, FieldProblem,
    spec::{SecretVariable, Variable},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Longest name of a variable, in characters.
pub const NAME_MAX: usize = 100;
/// Most characters of all variables together: they stand in the address of an update's plan, and in a template of at most 51,200 bytes.
pub const TEXT_MAX: usize = 4_000;
/// Most extra secrets of an environment.
pub const SECRETS_MAX: usize = 20;

/// Variables that Handrail sets itself, and families of them, which end with an asterisk. A test compares them with the template.
const OWN: &[&str] = &[
    "ARTIFACT_BUCKET",
    "AUTOMATION_*",
    "AWS_CONTAINER_*",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_REGION_NAME",
    "DB_*",
    "DO_NOT_TRACK",
    "ECS_*",
    "FILE_STORE",
    "FILE_STORE_PATH",
    "FORWARDED_ALLOW_IPS",
    "JWT_SECRET",
    "LLM_API_KEY",
    "LLM_AWS_REGION_NAME",
    "LLM_BASE_URL",
    "LLM_MODEL",
    "LOCAL_BACKEND_API_KEY",
    "OH_FILE_STORE_*",
    "OH_LEASE_TTL_SECONDS",
    "OH_PERMITTED_CORS_ORIGINS_*",
    "OH_PERSISTENCE_DIR",
    "OH_SECRET_KEY",
    "OH_SESSION_API_KEYS_*",
    "OH_WEB_URL",
    "PORT",
    "RUNTIME",
    "SANDBOX_CONTAINER_URL_PATTERN",
    "SANDBOX_HOST_PORT",
    "SANDBOX_STARTUP_GRACE_SECONDS",
];

/// Beginnings by which well-known keys and tokens are recognised.
const SECRET_BEGINNINGS: &[&str] = &[
    "-----BEGIN",
    "AIza",
    "AKIA",
    "ASIA",
    "eyJ",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "hf_",
    "lin_api_",
    "rk_live_",
    "sk-",
    "sk_live_",
    "whsec_",
    "xapp-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
];
/// Fewer characters than this make no key: `sk-1` may be a name of anything.
const SECRET_LENGTH: usize = 16;

/// What is wrong with one variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableProblem {
    /// Not a name, an equals sign and a value.
    NotNameAndValue,
    /// Letters, digits and underscores, not a digit first, at most [`NAME_MAX`] characters.
    NotAName,
    /// The same name stands there before, here or among the secrets.
    Twice,
    /// Handrail sets it itself.
    SetByHandrail,
    /// Name or value say that it is a secret, which everybody could read here.
    Secret,
    /// Has two braces in a row, by which CloudFormation knows its references, or characters that are not written.
    NotPlain,
    /// No value is stored for the secret.
    NotStored,
}

/// Whether a variable can have this name.
pub fn check_name(name: &str) -> Result<(), VariableProblem> {
    let mut characters = name.chars();
    let is_name = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= NAME_MAX;
    if !is_name {
        return Err(VariableProblem::NotAName);
    }
    if is_own(name) { Err(VariableProblem::SetByHandrail) } else { Ok(()) }
}

/// Whether Handrail sets the variable of this name itself.
pub fn is_own(name: &str) -> bool {
    OWN.iter().any(|own| match own.strip_suffix('*') {
        Some(family) => name.starts_with(family),
        None => name == *own,
    })
}

/// Whether the name of a variable says that its value is a secret.
pub fn sounds_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    let words = ["PASS", "PASSWD", "PASSWORD", "SECRET", "SECRETS", "TOKEN", "CREDENTIAL", "CREDENTIALS"];
    name.split('_').any(|part| words.contains(&part) || part.ends_with("PASSWORD") || part.ends_with("TOKEN"))
        || ["API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY"].iter().any(|word| name.contains(word))
}

/// Whether a value looks like a key or a token of a well-known kind, or holds a password in a URL.
pub fn looks_secret(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let is_known =
        value.len() >= SECRET_LENGTH && SECRET_BEGINNINGS.iter().any(|beginning| value.starts_with(beginning));
    let authority = value.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let has_password = authority
        .and_then(|authority| authority.rsplit_once('@'))
        .and_then(|(who, _)| who.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty());
    is_known || has_password
}

/// Variables as they are written in a form: a name, an equals sign and a value on each line.
pub fn text(variables: &[Variable]) -> String {
    variables.iter().map(|one| format!("{}={}", one.name, one.value)).collect::<Vec<_>>().join("\n")
}

/// Reads variables; the first problem is told with its line.
pub fn parse(text: &str, field: &str, errors: &mut FieldErrors) -> Vec<Variable> {
    if text.chars().count() > TEXT_MAX {
        errors.add(field, FieldProblem::TooLong { max: TEXT_MAX });
    }
    let mut names = BTreeSet::new();
    let mut variables = Vec::new();
    for (line, written) in lines(text) {
        let name = written.split_once('=').map(|(name, _)| name.trim()).filter(|name| check_shape(name));
        match parse_line(written)
            .and_then(|one| if names.insert(one.name.clone()) { Ok(one) } else { Err(VariableProblem::Twice) })
        {
            Ok(variable) => variables.push(variable),
            Err(problem) => {
                errors.add(field, FieldProblem::Variable { line, name: name.map(str::to_owned), problem });
            }
        }
    }
    variables
}

fn check_shape(name: &str) -> bool {
    check_name(name) != Err(VariableProblem::NotAName)
}

/// Lines that are not empty, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1u32..).zip(text.lines()).map(|(number, line)| (number, line.trim())).filter(|(_, line)| !line.is_empty())
}

fn parse_line(line: &str) -> Result<Variable, VariableProblem> {
    let (name, value) = line.split_once('=').ok_or(VariableProblem::NotNameAndValue)?;
    let (name, value) = (name.trim(), value.trim());
    check_name(name)?;
    if value.is_empty() {
        return Err(VariableProblem::NotNameAndValue);
    }
    if sounds_secret(name) || looks_secret(value) {
        return Err(VariableProblem::Secret);
    }
    if value.contains("{{") || value.chars().any(char::is_control) {
        return Err(VariableProblem::NotPlain);
    }
    Ok(Variable { name: name.to_owned(), value: value.to_owned() })
}

/// The text without the values that look like secrets, which must not be kept: of each such line the name and the equals sign stay.
/// With the problem of the first; `None` if there is no such line.
pub fn without_secrets(text: &str) -> Option<(String, FieldProblem)> {
    let is_secret = |line: &str| {
        let line = line.trim();
        let (name, value) = line.split_once('=').unwrap_or(("", line));
        !value.trim().is_empty() && (sounds_secret(name.trim()) || looks_secret(value))
    };
    let (line, first) = (1u32..).zip(text.lines()).find(|(_, line)| is_secret(line))?;
    let name = first.split_once('=').map(|(name, _)| name.trim()).filter(|name| check_shape(name)).map(str::to_owned);
    let problem = FieldProblem::Variable { line, name, problem: VariableProblem::Secret };
    let kept = text.lines().map(|line| match line.split_once('=') {
        _ if !is_secret(line) => line.to_owned(),
        Some((name, _)) => format!("{name}="),
        None => String::new(),
    });
    Some((kept.collect::<Vec<_>>().join("\n"), problem))
}

/// Names of secrets, a line each.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// Name of the field of a form in which the n-th secret has its name.
pub fn name_field(row: usize) -> String {
    format!("secrets[{row}][name]")
}

/// Name of the field of a form in which the n-th secret has its value.
pub fn value_field(row: usize) -> String {
    format!("secrets[{row}][value]")
}

/// What is wrong with the names of secrets beside these variables, by their rows.
pub fn check_secrets(names: &[&str], variables: &[Variable]) -> Vec<(usize, VariableProblem)> {
    let mut seen: BTreeSet<&str> = variables.iter().map(|one| one.name.as_str()).collect();
    let mut problems = Vec::new();
    for (row, name) in names.iter().copied().enumerate() {
        let is_first = seen.insert(name);
        let fits = check_name(name).and(if is_first { Ok(()) } else { Err(VariableProblem::Twice) });
        problems.extend(fits.err().map(|problem| (row, problem)));
    }
    problems
}

/// The problem of the secret in a row, counted from 0.
pub fn secret_problem(row: usize, name: &str, problem: VariableProblem) -> FieldProblem {
    let name = (problem != VariableProblem::NotAName).then(|| name.to_owned());
    FieldProblem::Variable { line: u32::try_from(row + 1).unwrap_or(u32::MAX), name, problem }
}

/// The secrets of these names, as far as their values are stored.
pub fn stored(names: &[&str], stored: &BTreeMap<String, String>) -> Vec<SecretVariable> {
    let found = |name: &&str| {
        let secret_arn = stored.get(*name)?.clone();
        Some(SecretVariable { name: (*name).to_owned(), secret_arn })
    };
    names.iter().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<FieldProblem> {
        let mut errors = FieldErrors::default();
        parse(text, "variables", &mut errors);
        errors.of("variables").cloned()
    }

    fn at(line: u32, name: Option<&str>, problem: VariableProblem) -> Option<FieldProblem> {
        Some(FieldProblem::Variable { line, name: name.map(str::to_owned), problem })
    }

    #[test]
    fn lines_are_names_and_values_and_lead_back() {
        let mut errors = FieldErrors::default();
        let text_typed = "LOG_LEVEL=debug\r\n\r\n  OH_EXTRA = a=b c \nMAX_TOKENS=4096";
        let variables = parse(text_typed, "variables", &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(text(&variables), "LOG_LEVEL=debug\nOH_EXTRA=a=b c\nMAX_TOKENS=4096");
        assert_eq!(parse(&text(&variables), "variables", &mut errors), variables);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_never_with_a_value() {
        use VariableProblem::*;
        for (text, expected) in [
            ("A=1\nnonsense", at(2, None, NotNameAndValue)),
            ("A=", at(1, Some("A"), NotNameAndValue)),
            ("1A=x", at(1, None, NotAName)),
            ("A B=x", at(1, None, NotAName)),
            ("A=1\nA=2", at(2, Some("A"), Twice)),
            ("PORT=1", at(1, Some("PORT"), SetByHandrail)),
            ("OH_SESSION_API_KEYS_0=x", at(1, Some("OH_SESSION_API_KEYS_0"), SetByHandrail)),
            ("GITHUB_TOKEN=x", at(1, Some("GITHUB_TOKEN"), Secret)),
            ("THING=ghp_0123456789abcdef0123", at(1, Some("THING"), Secret)),
            ("THING=postgres://me:hunter2@db/x", at(1, Some("THING"), Secret)),
            ("THING={{resolve:ssm:x}}", at(1, Some("THING"), NotPlain)),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
        let long = format!("A={}", "x".repeat(TEXT_MAX));
        assert_eq!(problem(&long), Some(FieldProblem::TooLong { max: TEXT_MAX }));
    }

    #[test]
    fn secrets_are_told_from_what_only_sounds_like_them() {
        for name in ["MAX_TOKENS", "TOKENIZER", "COMPASS_URL", "POSTHOG_CLIENT_KEY", "BYPASS"] {
            assert!(!sounds_secret(name), "{name}");
        }
        for name in ["GITHUB_TOKEN", "db_password", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "TAVILY_API_KEY"] {
            assert!(sounds_secret(name), "{name}");
        }
        for value in ["sk-1", "https://example.org/a:b@c", "https://me@example.org", "debug"] {
            assert!(!looks_secret(value), "{value}");
        }
        for value in ["sk-ant-0123456789abcdef", "\"AKIAIOSFODNN7EXAMPLE\"", "https://a:b@example.org/x"] {
            assert!(looks_secret(value), "{value}");
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_not_kept() {
        assert_eq!(without_secrets("A=1\nB=2"), None);
        assert_eq!(without_secrets("GITHUB_TOKEN="), None, "there is nothing to hide any more");
        let (kept, problem) =
            without_secrets("A=1\nGITHUB_TOKEN=abc\nTHING=sk-ant-0123456789abcdef\nghp_0123456789abcdef0123")
                .expect("secrets");
        assert_eq!(kept, "A=1\nGITHUB_TOKEN=\nTHING=\n");
        assert_eq!(Some(problem), at(2, Some("GITHUB_TOKEN"), VariableProblem::Secret));
    }

    #[test]
    fn names_of_secrets_are_checked_beside_the_variables() {
        use VariableProblem::*;
        let variables = [Variable { name: "A".into(), value: "1".into() }];
        let found = check_secrets(&["GITHUB_TOKEN", "A", "b-c", "PORT", "GITHUB_TOKEN"], &variables);
        assert_eq!(found, [(1, Twice), (2, NotAName), (3, SetByHandrail), (4, Twice)]);
    }
}
