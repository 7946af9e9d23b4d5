//! Which properties of one resource differ, by path, in words that a person can compare.

use super::{ATTRIBUTES, properties, replaces};
use model::update::PropertyChange;
use serde_json::Value;

/// Everything that differs between two definitions of a resource of the same type.
pub(super) fn differences(resource_type: &str, before: &Value, after: &Value) -> Vec<PropertyChange> {
    let (old, new) = (properties(before), properties(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        let (old, new) = (old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
        let start = found.len();
        compare(name, old, new, &mut found);
        let replaces = replaces(resource_type, name);
        found[start..].iter_mut().for_each(|change| change.replaces = replaces);
    }
    for name in ATTRIBUTES {
        compare(name, &before[name], &after[name], &mut found);
    }
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<PropertyChange>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let (old, new) = (old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
                compare(&format!("{path}.{name}"), old, new, found);
            }
        }
        (Value::Array(old), Value::Array(new)) => compare_lists(path, old, new, found),
        _ => found.push(difference(path, before, after)),
    }
}

/// Elements that have a name are compared with the one of the same name; of the others, each is there or not.
fn compare_lists(path: &str, before: &[Value], after: &[Value], found: &mut Vec<PropertyChange>) {
    for old in before.iter().filter(|old| !after.contains(old)) {
        match name(old).and_then(|name| Some((name, after.iter().find(|new| self::name(new) == Some(name))?))) {
            Some((name, new)) => compare(&format!("{path}[{name}]"), old, new, found),
            None => found.push(difference(path, old, &Value::Null)),
        }
    }
    for new in after.iter().filter(|new| !before.contains(new)) {
        let has_partner = name(new).is_some_and(|name| before.iter().any(|old| self::name(old) == Some(name)));
        if !has_partner {
            found.push(difference(path, &Value::Null, new));
        }
    }
}

fn name(element: &Value) -> Option<&str> {
    element.get("Name").or_else(|| element.get("Key")).and_then(Value::as_str)
}

fn difference(path: &str, before: &Value, after: &Value) -> PropertyChange {
    PropertyChange { path: path.to_owned(), before: text(before), after: text(after), replaces: false }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(of_type: &str, before: Value, after: Value) -> Vec<String> {
        let (before, after) = (json!({ "Properties": before }), json!({ "Properties": after }));
        differences(of_type, &before, &after)
            .into_iter()
            .map(|one| {
                let text = |side: Option<String>| side.unwrap_or_else(|| "-".into());
                let mark = if one.replaces { " !" } else { "" };
                format!("{}: {} > {}{mark}", one.path, text(one.before), text(one.after))
            })
            .collect()
    }

    #[test]
    fn scalars_objects_and_named_elements_are_compared_by_path() {
        assert_eq!(
            told(
                "AWS::ECS::TaskDefinition",
                json!({ "Cpu": "1024", "EphemeralStorage": { "SizeInGiB": 50 },
                    "ContainerDefinitions": [{ "Name": "setup" }, { "Name": "canvas", "Image": "a:1" }] }),
                json!({ "Cpu": "2048", "EphemeralStorage": { "SizeInGiB": 60 },
                    "ContainerDefinitions": [{ "Name": "setup" }, { "Name": "canvas", "Image": "a:2" }] }),
            ),
            [
                "ContainerDefinitions[canvas].Image: a:1 > a:2 !",
                "Cpu: 1024 > 2048 !",
                "EphemeralStorage.SizeInGiB: 50 > 60 !"
            ]
        );
    }

    #[test]
    fn elements_without_a_name_are_there_or_not() {
        assert_eq!(
            told(
                "AWS::EC2::SecurityGroup",
                json!({ "SecurityGroupIngress": [{ "CidrIp": "10.0.0.0/8" }, { "CidrIp": "172.16.0.0/12" }] }),
                json!({ "SecurityGroupIngress": [{ "CidrIp": "172.16.0.0/12" }, { "CidrIp": "192.168.0.0/16" }] }),
            ),
            [
                r#"SecurityGroupIngress: {"CidrIp":"10.0.0.0/8"} > -"#,
                r#"SecurityGroupIngress: - > {"CidrIp":"192.168.0.0/16"}"#
            ]
        );
    }

    #[test]
    fn what_appears_and_what_goes_is_told() {
        assert_eq!(told("AWS::Logs::LogGroup", json!({ "A": 1 }), json!({ "B": true })), ["A: 1 > -", "B: - > true"]);
    }
}
