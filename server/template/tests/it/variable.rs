//! What tasks are told.

use crate::variants;
use serde_json::Value;

/// A variable of the user's must never stand beside one of the same name that the template sets.
#[test]
fn every_variable_that_the_template_sets_is_known_as_handrails_own() {
    for (variant, spec) in variants::all() {
        let theirs = |name: &str| {
            spec.variables.iter().any(|one| one.name == name) || spec.secrets.iter().any(|one| one.name == name)
        };
        let body = template::render(&spec, &variants::identity()).body;
        let template: Value = serde_json::from_str(&body).expect("JSON");
        let containers = template["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"].as_array();
        let listens = |container: &&Value| container.get("PortMappings").is_some();
        let openhands = containers.and_then(|all| all.iter().find(listens)).expect("a container");
        for list in ["Environment", "Secrets"] {
            for variable in openhands[list].as_array().expect("a list") {
                let name = variable["Name"].as_str().expect("a name");
                assert!(theirs(name) || model::variable::is_own(name), "{variant}: {name} is not in model::variable");
            }
        }
    }
}

#[test]
fn secrets_are_referred_to_and_may_be_read_by_the_execution_role_alone() {
    let (_, spec) = variants::all().into_iter().find(|(name, _)| *name == "variables-and-secrets").expect("there");
    let template: Value = serde_json::from_str(&template::render(&spec, &variants::identity()).body).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let arn = spec.secrets[0].secret_arn.as_str();
    let holders: Vec<&str> =
        resources.iter().filter(|(_, one)| one.to_string().contains(arn)).map(|(id, _)| id.as_str()).collect();
    assert_eq!(holders, ["ExecutionRole", "TaskDefinition"]);
}
