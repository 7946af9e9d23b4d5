//! Keeps secrets out of what is stored of a drift. In doubt a value is hidden: whoever may see it can look in AWS.

use model::drift::PropertyValue;
use serde_json::Value;

/// What the names of secrets contain, without case and signs.
const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
];
/// Longest value that is kept, in characters.
const LONGEST: usize = 400;
/// What stands in the place of a secret within a larger value.
const HIDDEN: &str = "(hidden)";

/// A value at a place among all properties of its resource.
pub(super) fn value(path: &str, properties: &Value, text: &str) -> PropertyValue {
    if is_harmless(text) {
        return PropertyValue::Shown(text.to_owned());
    }
    if path.split('/').any(names_secret) || belongs_to_secret(path, properties) {
        return PropertyValue::Hidden;
    }
    match serde_json::from_str(text) {
        Ok(mut inner @ (Value::Object(_) | Value::Array(_))) => {
            hide_within(&mut inner);
            PropertyValue::Shown(short(&inner.to_string()))
        }
        _ if holds_secret(text) => PropertyValue::Hidden,
        _ => PropertyValue::Shown(short(text)),
    }
}

/// Switches, and names of secrets instead of their values.
fn is_harmless(text: &str) -> bool {
    matches!(text, "true" | "false" | "null" | "") || (text.starts_with("arn:") && !text.contains(char::is_whitespace))
}

fn names_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    WORDS.iter().any(|word| plain.contains(word))
}

/// Whether the place is the value of a pair whose name, beside it, is that of a secret; also when the name cannot be found.
fn belongs_to_secret(path: &str, properties: &Value) -> bool {
    let Some(pair) = path.strip_suffix("/Value") else { return false };
    let name = properties.pointer(pair).and_then(name_of_pair);
    name.is_none_or(names_secret)
}

fn name_of_pair(pair: &Value) -> Option<&str> {
    pair["Name"].as_str().or_else(|| pair["Key"].as_str())
}

/// Whether a text assigns something that is named like a secret, or is an address with a password in it.
fn holds_secret(text: &str) -> bool {
    let with_password = text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split('/').next().unwrap_or_default();
        authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let assigns = text
        .split(char::is_whitespace)
        .any(|word| word.split_once(['=', ':']).is_some_and(|(name, value)| names_secret(name) && !is_harmless(value)));
    with_password || assigns || text.starts_with("sk-")
}

/// Hides the secrets in a value that has parts.
fn hide_within(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let pair_of_secret =
                fields.get("Name").or_else(|| fields.get("Key")).and_then(Value::as_str).is_some_and(names_secret);
            for (name, field) in fields {
                if names_secret(name) || (pair_of_secret && name == "Value") {
                    hide(field);
                } else {
                    hide_within(field);
                }
            }
        }
        Value::Array(items) => {
            let mut after_flag = false;
            for item in items {
                let is_flag = item.as_str().is_some_and(|text| text.starts_with('-') && names_secret(text));
                if after_flag {
                    hide(item);
                } else {
                    hide_within(item);
                }
                after_flag = is_flag;
            }
        }
        Value::String(text) if holds_secret(text) => HIDDEN.clone_into(text),
        _ => {}
    }
}

fn hide(value: &mut Value) {
    let harmless = match &*value {
        Value::String(text) => is_harmless(text),
        Value::Bool(_) | Value::Null => true,
        _ => false,
    };
    if !harmless {
        *value = Value::String(HIDDEN.to_owned());
    }
}

fn short(text: &str) -> String {
    let mut kept: String = text.chars().take(LONGEST).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CANARY: &str = "canary-7f3a";

    fn shown(path: &str, properties: &Value, text: &str) -> String {
        match value(path, properties, text) {
            PropertyValue::Shown(text) => text,
            PropertyValue::Hidden => "HIDDEN".to_owned(),
        }
    }

    #[test]
    fn what_may_be_a_secret_is_hidden_wherever_it_stands() {
        let environment = json!({ "ContainerDefinitions": [{ "Environment": [
            { "Name": "OPENAI_API_KEY", "Value": CANARY },
            { "Name": "LOG_LEVEL", "Value": "debug" },
        ] }] });
        let at = |n: u32| format!("/ContainerDefinitions/0/Environment/{n}/Value");
        let cases = [
            ("/MasterUserPassword".to_owned(), CANARY.to_owned()),
            ("/Config/db_password".to_owned(), CANARY.to_owned()),
            ("/AuthToken".to_owned(), CANARY.to_owned()),
            (at(0), CANARY.to_owned()),
            // A pair that cannot be found has a name that nobody knows.
            (at(7), CANARY.to_owned()),
            ("/Endpoint".to_owned(), format!("postgres://openhands:{CANARY}@db:5432/x")),
            ("/Note".to_owned(), format!("set PASSWORD={CANARY} first")),
            ("/Environment/0".to_owned(), json!({ "Name": "SESSION_SECRET", "Value": CANARY }).to_string()),
            ("/Command".to_owned(), json!(["serve", "--api-key", CANARY]).to_string()),
            ("/Command".to_owned(), json!(["serve", format!("--api-key={CANARY}")]).to_string()),
            ("/Nested".to_owned(), json!({ "a": [{ "Credentials": { "b": CANARY } }] }).to_string()),
        ];
        for (path, text) in cases {
            let kept = shown(&path, &environment, &text);
            assert!(!kept.contains(CANARY), "{path}: {text} is kept as {kept}");
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let properties = json!({ "Environment": [{ "Name": "LOG_LEVEL", "Value": "debug" }] });
        for (path, text) in [
            ("/RetentionInDays", "7"),
            ("/ManageMasterUserPassword", "true"),
            ("/MasterUserSecret/SecretArn", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf"),
            ("/Environment/0/Value", "debug"),
            ("/CidrIp", "0.0.0.0/0"),
            ("/Tags/0", r#"{"Key":"team","Value":"core"}"#),
        ] {
            assert_eq!(shown(path, &properties, text), text);
        }
        let long = shown("/Description", &properties, &"x".repeat(1_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
