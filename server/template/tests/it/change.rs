//! The difference of two templates is what a person would say of it.

use crate::variants;
use model::{
    plan::{ChangeKind, Severity},
    spec::{DatabaseClass, InstanceType, Size, Spec},
    update::{Interruption, UpdatedResource},
};
use std::collections::BTreeSet;
use template::{Identity, change_findings, changes, interruptions};

/// What an update from the default to a changed spec would do.
fn update(change: impl FnOnce(&mut Spec)) -> Vec<UpdatedResource> {
    let before = template::render(&variants::default(), &variants::identity());
    let mut spec = variants::default();
    change(&mut spec);
    let after = template::render(&spec, &Identity { revision: 2, ..variants::identity() });
    changes(&before.body, &after.body, &after.resources)
}

fn told(changes: &[UpdatedResource]) -> Vec<(&str, ChangeKind)> {
    changes.iter().map(|one| (one.change.logical_id.as_str(), one.change.change)).collect()
}

#[test]
fn a_new_revision_of_the_same_spec_changes_no_resource() {
    assert_eq!(told(&update(|_| {})), []);
}

#[test]
fn a_larger_task_is_a_new_task_definition_and_the_service_follows() {
    let changes = update(|spec| spec.compute.size = Some(Size::Large));
    assert_eq!(told(&changes), [("Service", ChangeKind::Modify), ("TaskDefinition", ChangeKind::Replace)]);
    assert_eq!(changes[0].follows, ["TaskDefinition"]);
    assert!(changes[0].properties.is_empty());
    let paths: Vec<&str> = changes[1].properties.iter().map(|property| property.path.as_str()).collect();
    assert_eq!(paths, ["Cpu", "Memory"]);
    assert!(changes[1].properties.iter().all(|property| property.replaces));
    assert_eq!(interruptions(&changes), [Interruption::Task]);
}

#[test]
fn a_longer_retention_restarts_nothing() {
    let changes = update(|spec| spec.log_retention_days = 90);
    assert_eq!(told(&changes), [("LogGroup", ChangeKind::Modify)]);
    assert_eq!(interruptions(&changes), []);
    assert_eq!(change_findings(&changes), []);
}

#[test]
fn another_class_restarts_the_database_in_place() {
    let changes = update(|spec| spec.database.class = DatabaseClass::T4gSmall);
    assert_eq!(told(&changes), [("Database", ChangeKind::Modify)]);
    assert_eq!(interruptions(&changes), [Interruption::Database]);
    assert!(change_findings(&changes).is_empty());
}

#[test]
fn ranges_are_told_one_by_one() {
    let changes = update(|spec| spec.access.allowed_cidrs.push("192.168.0.0/16".parse().expect("a range")));
    assert_eq!(told(&changes), [("LoadBalancerSecurityGroup", ChangeKind::Modify)]);
    let [property] = changes[0].properties.as_slice() else { panic!("{:?}", changes[0].properties) };
    assert_eq!((property.before.as_deref(), property.replaces), (None, false));
    assert!(property.after.as_deref().is_some_and(|after| after.contains("192.168.0.0/16")));
}

/// No field of the update form may cost data; a change of the renderer might.
#[test]
fn a_plan_that_would_lose_data_is_blocked() {
    let before = template::render(&variants::default(), &variants::identity()).body;
    for (from, to) in
        [("\"MasterUsername\":\"handrail\"", "\"MasterUsername\":\"other\""), ("\"Bucket\":{", "\"OtherBucket\":{")]
    {
        let after = before.replace(from, to);
        assert_ne!(before, after, "{from}");
        let findings = change_findings(&changes(&before, &after, &[]));
        assert!(findings.iter().any(|one| one.rule == "HR030" && one.severity == Severity::Blocks), "{to}");
    }
}

#[test]
fn what_refers_to_a_resource_made_anew_changes_with_it_as_far_as_that_goes() {
    let before = template::render(&variants::default(), &variants::identity()).body;
    let after =
        before.replace("\"GroupDescription\":\"Task: load balancer in, everything out\"", "\"GroupDescription\":\"x\"");
    let changes = changes(&before, &after, &[]);
    let told = told(&changes);
    assert!(told.contains(&("TaskSecurityGroup", ChangeKind::Replace)));
    assert!(told.contains(&("LoadBalancerToTask", ChangeKind::Replace)), "its rule names the group: {told:?}");
    assert!(told.contains(&("Service", ChangeKind::Modify)));
    assert!(!told.iter().any(|(id, _)| *id == "Vpc"));
}

#[test]
fn another_instance_type_replaces_the_host_and_interrupts() {
    let on = |one: InstanceType| {
        let mut spec = variants::default();
        spec.compute = variants::hosts(one, 60);
        template::render(&spec, &variants::identity()).body
    };
    let changes = changes(&on(InstanceType::M6iLarge), &on(InstanceType::M6iXlarge), &[]);
    let told = told(&changes);
    assert!(told.contains(&("HostTemplate", ChangeKind::Modify)), "{told:?}");
    assert!(told.contains(&("TaskDefinition", ChangeKind::Replace)), "{told:?}");
    assert_eq!(interruptions(&changes), [Interruption::Task]);
}

#[test]
fn the_table_of_replacing_properties_has_every_type_that_templates_use() {
    let known: BTreeSet<&str> = template::known_types().collect();
    for (name, spec) in variants::all() {
        for resource in template::render(&spec, &variants::identity()).resources {
            assert!(known.contains(resource.resource_type.as_str()), "{name}: {}", resource.resource_type);
        }
    }
}
