//! Secrets that nobody types: Secrets Manager makes them, and the template never holds them.

use super::{Resource, Stack, database::AUTOMATION, reference};
use crate::output;
use model::{plan::Section::Secrets, spec::Edition};
use serde_json::json;

/// Secrets whose value is one generated word: logical id, name, length, purpose.
const GENERATED: [(&str, &str, u32, &str); 4] = [
    ("SessionKeySecret", "session-key", 48, "The key that people type in to use Canvas"),
    ("EncryptionKeySecret", "encryption-key", 64, "Canvas encrypts its settings with it"),
    ("AutomationPasswordSecret", "automation-password", 32, "Password of the automation service's database role"),
    ("AutomationKeySecret", "automation-key", 48, "The automation service encrypts its values with it"),
];

/// The same of the app. Its password may have letters and digits only, since its migrations put it into a URL as it is.
const GENERATED_FOR_APP: [(&str, &str, u32, &str); 2] = [
    ("DatabasePasswordSecret", "database-password", 32, "Password of the app's database role"),
    ("TokenKeySecret", "token-key", 64, "The app encrypts the keys that people store in it with this"),
];

fn generated(edition: Edition) -> &'static [(&'static str, &'static str, u32, &'static str)] {
    if edition == Edition::App { &GENERATED_FOR_APP } else { &GENERATED }
}

/// Logical ids of all secrets that the stack of an edition makes.
pub(crate) fn all(edition: Edition) -> Vec<&'static str> {
    let url = (edition != Edition::App).then_some("AutomationUrlSecret");
    generated(edition).iter().map(|(id, ..)| *id).chain(url).collect()
}

pub(super) fn add(stack: &mut Stack) {
    let environment = stack.identity.environment;
    for (id, name, length, purpose) in generated(stack.spec.edition).iter().copied() {
        stack.add(Resource::new(
            id,
            "AWS::SecretsManager::Secret",
            Secrets,
            purpose,
            json!({
                "Name": format!("handrail/{environment}/{name}"), "Description": purpose,
                // Letters and digits only: the password goes into a URL as it is.
                "GenerateSecretString": { "PasswordLength": length, "ExcludePunctuation": true, "IncludeSpace": false },
                "Tags": stack.tags(name)
            }),
        ));
    }
    if stack.is_app() {
        return;
    }
    let purpose = "Where the automation service finds its database";
    let url = format!(
        "postgresql+asyncpg://{AUTOMATION}:{{{{resolve:secretsmanager:${{AutomationPasswordSecret}}:SecretString}}}}\
         @${{Database.Endpoint.Address}}:${{Database.Endpoint.Port}}/{AUTOMATION}?ssl=require"
    );
    stack.add(Resource::new(
        "AutomationUrlSecret",
        "AWS::SecretsManager::Secret",
        Secrets,
        purpose,
        json!({
            "Name": format!("handrail/{environment}/automation-url"), "Description": purpose,
            // CloudFormation puts the password in when it makes the secret; the template holds a reference only.
            "SecretString": { "Fn::Sub": url }, "Tags": stack.tags("automation-url")
        }),
    ));
    stack.output(output::SESSION_KEY_SECRET_ARN, "The secret with the key for people", reference("SessionKeySecret"));
}
