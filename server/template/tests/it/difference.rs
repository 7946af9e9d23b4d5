//! What the difference of two templates says.

use crate::variants;
use model::{
    difference::{PropertyDifference, ResourceDifference},
    plan::ChangeKind,
    spec::{Nat, Size, Spec},
};
use proptest::{collection, prelude::*};
use serde_json::{Value, json};
use template::{difference, render, values};

fn between(before: &Spec, after: &Spec) -> Vec<ResourceDifference> {
    let body = |spec: &Spec, revision| render(spec, &template::Identity { revision, ..variants::identity() }).body;
    difference(&body(before, 1), &body(after, 2))
}

/// The places as `path: before -> after`, with `-` for what is not there.
fn lines(properties: &[PropertyDifference]) -> Vec<String> {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    properties.iter().map(|p| format!("{}: {} -> {}", p.path.join("."), side(&p.before), side(&p.after))).collect()
}

#[test]
fn a_new_revision_of_the_same_spec_changes_no_resource() {
    assert_eq!(between(&variants::default(), &variants::default()), []);
}

#[test]
fn another_size_changes_two_properties_of_the_task_definition() {
    let mut large = variants::default();
    large.compute.size = Some(Size::Large);
    let found = between(&variants::default(), &large);
    let task = found.iter().find(|resource| resource.logical_id == "TaskDefinition").expect("it differs");
    assert_eq!((task.change, task.resource_type.as_str()), (ChangeKind::Modify, "AWS::ECS::TaskDefinition"));
    assert_eq!(lines(&task.properties), ["Cpu: 2048 -> 4096", "Memory: 8192 -> 16384"]);
    assert_eq!(found.len(), 1, "nothing else differs: {found:?}");
}

#[test]
fn another_model_changes_one_variable_by_its_name() {
    let mut other = variants::default();
    other.llm.model = "anthropic/claude-opus-4-1".to_owned();
    let found = between(&variants::default(), &other);
    let all: Vec<String> = found.iter().flat_map(|resource| lines(&resource.properties)).collect();
    assert!(!all.is_empty());
    for line in all {
        assert!(line.contains(".Environment.") && line.ends_with(" -> anthropic/claude-opus-4-1"), "{line}");
    }
}

#[test]
fn leaving_a_way_out_removes_its_resources_and_comes_back_as_their_adding() {
    let mut without = variants::default();
    without.network.nat = Nat::None;
    let kind_of = |found: &[ResourceDifference], name: &str| {
        found.iter().find(|resource| resource.resource_type.ends_with(name)).map(|resource| resource.change)
    };
    let away = between(&variants::default(), &without);
    assert_eq!(kind_of(&away, "::NatGateway"), Some(ChangeKind::Remove));
    let back = between(&without, &variants::default());
    assert_eq!(kind_of(&back, "::NatGateway"), Some(ChangeKind::Add));
    assert_eq!(away.len(), back.len());
}

#[test]
fn lists_are_compared_by_name_then_as_sets_then_whole() {
    let before = json!({
        "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }],
        "Rules": [{ "CidrIp": "10.0.0.0/8", "Port": 80 }, { "CidrIp": "10.9.0.0/16", "Port": 80 }],
        "Command": ["sh", "-c"],
        "Order": [{ "Name": "x" }, { "Name": "y" }],
    });
    let after = json!({
        "Tags": [{ "Key": "c", "Value": "3" }, { "Key": "a", "Value": "1" }, { "Key": "b", "Value": { "Ref": "Vpc" } }],
        "Rules": [{ "CidrIp": "10.9.0.0/16", "Port": 80 }, { "CidrIp": "10.0.0.0/8", "Port": 443 }],
        "Command": ["sh"],
        "Order": [{ "Name": "y" }, { "Name": "x" }],
    });
    assert_eq!(
        lines(&values(&before, &after)),
        [
            "Command: sh, -c -> sh",
            "Order: x, y -> y, x",
            "Rules.2.Port: 80 -> 443",
            "Tags.b.Value: 2 -> !Ref Vpc",
            "Tags.c.Value: - -> 3",
        ]
    );
}

#[test]
fn what_looks_the_same_is_told_apart_by_its_json() {
    assert_eq!(lines(&values(&json!({ "Port": 80 }), &json!({ "Port": "80" }))), ["Port: 80 -> \"80\""]);
    assert_eq!(lines(&values(&json!({ "A": null }), &json!({}))), ["A: null -> -"]);
    assert_eq!(lines(&values(&json!({}), &json!({ "A": {}, "B": [] }))), ["A: - -> {}", "B: - -> []"]);
}

#[test]
fn another_type_under_the_same_name_is_a_replacement_and_no_template_has_no_resources() {
    let of = |kind: &str| json!({ "Resources": { "Store": { "Type": kind, "DependsOn": ["A"] } } }).to_string();
    let found = difference(&of("AWS::S3::Bucket"), &of("AWS::EFS::FileSystem"));
    assert_eq!(found[0].change, ChangeKind::Replace);
    assert_eq!(lines(&found[0].properties), ["Type: AWS::S3::Bucket -> AWS::EFS::FileSystem"]);
    assert_eq!(difference("no template", &of("AWS::S3::Bucket"))[0].change, ChangeKind::Add);
    assert_eq!(difference("{}", "[]"), []);
}

fn document() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["Key", "Name", "Value", "Ref", "Fn::Sub"]);
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..3).prop_map(Value::from), {
        "[ab01]{0,2}".prop_map(Value::from)
    }];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn there_is_a_difference_exactly_where_documents_differ(before in document(), after in document()) {
        let found = values(&before, &after);
        prop_assert_eq!(found.is_empty(), before == after);
        for place in &found {
            prop_assert_ne!(&place.before, &place.after);
        }
        prop_assert_eq!(values(&after, &before).len(), found.len());
    }
}
