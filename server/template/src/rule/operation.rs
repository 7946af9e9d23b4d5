//! Rules about what an environment is like to operate: failure, recovery, size.

use super::{Rule, Said, Template, about, number};
use model::{
    plan::Severity,
    spec::{DatabaseClass, Size, Spec},
};

/// Backups kept for fewer days than this leave no time to notice a loss over a long weekend.
const BACKUP_DAYS: u8 = 7;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR020",
        severity: Severity::Blocks,
        why: "Data on a disk that is not encrypted can be read from a copy of it.",
        fix: "Turn encryption on; it cannot be turned on later without a copy.",
        look: unencrypted,
    },
    Rule {
        id: "HR021",
        severity: Severity::Warns,
        why: "A loss that is noticed late cannot be undone.",
        fix: "Keep backups for 7 days or more.",
        look: few_backups,
    },
    Rule {
        id: "HR022",
        severity: Severity::Notes,
        why: "When the zone of the database fails, automations stand still until it is back.",
        fix: "Choose Multi-AZ; it doubles the price of the database.",
        look: single_zone_database,
    },
    Rule {
        id: "HR023",
        severity: Severity::Blocks,
        why: "A deployment that never gets healthy goes on for hours and takes the environment with it.",
        fix: "Turn the circuit breaker on, with rollback.",
        look: no_circuit_breaker,
    },
    Rule {
        id: "HR024",
        severity: Severity::Notes,
        why: "Agents build and test code in the same task: with one vCPU and 4 GiB larger projects run out of memory.",
        fix: "Choose size M or L.",
        look: small_task,
    },
    Rule {
        id: "HR025",
        severity: Severity::Notes,
        why: "About 110 connections fit into 1 GiB of memory; many automations at once may need more.",
        fix: "Choose db.t4g.small or larger.",
        look: small_database,
    },
    Rule {
        id: "HR026",
        severity: Severity::Blocks,
        why: "Without it, deleting or replacing the resource loses what it holds.",
        fix: "Set DeletionPolicy and UpdateReplacePolicy to Retain or Snapshot.",
        look: unprotected_data,
    },
    Rule {
        id: "HR027",
        severity: Severity::Warns,
        why: "Nobody is told when the environment does not answer.",
        fix: "Add an alarm on UnHealthyHostCount.",
        look: no_health_alarm,
    },
    Rule {
        id: "HR028",
        severity: Severity::Blocks,
        why: "Conversations and workspaces would cross the network in clear text.",
        fix: "Turn transit encryption on for every volume.",
        look: clear_text_files,
    },
];

fn unencrypted(_: &Spec, template: &Template) -> Said {
    let databases = template.of_type("AWS::RDS::DBInstance").filter(|(_, one)| one["StorageEncrypted"] != true);
    let files = template.of_type("AWS::EFS::FileSystem").filter(|(_, one)| one["Encrypted"] != true);
    let buckets = template.of_type("AWS::S3::Bucket").filter(|(_, one)| one.get("BucketEncryption").is_none());
    databases.chain(files).chain(buckets).map(|(id, _)| about(id, "The data is not encrypted")).collect()
}

fn few_backups(spec: &Spec, _: &Template) -> Said {
    if spec.database.backup_days < BACKUP_DAYS {
        vec![about("Database", format!("Backups are kept for {} days", spec.database.backup_days))]
    } else {
        Said::new()
    }
}

fn single_zone_database(spec: &Spec, _: &Template) -> Said {
    if spec.database.multi_az { Said::new() } else { vec![about("Database", "The database stands in one zone")] }
}

fn no_circuit_breaker(_: &Spec, template: &Template) -> Said {
    let without = template.of_type("AWS::ECS::Service").filter(|(_, service)| {
        let breaker = &service["DeploymentConfiguration"]["DeploymentCircuitBreaker"];
        breaker["Enable"] != true || breaker["Rollback"] != true
    });
    without.map(|(id, _)| about(id, "The service has no circuit breaker with rollback")).collect()
}

fn small_task(spec: &Spec, _: &Template) -> Said {
    if spec.compute.size == Some(Size::Small) {
        vec![about("TaskDefinition", "The task is small")]
    } else {
        Said::new()
    }
}

fn small_database(spec: &Spec, _: &Template) -> Said {
    if spec.database.class == DatabaseClass::T4gMicro {
        vec![about("Database", "The database is the smallest there is")]
    } else {
        Said::new()
    }
}

fn unprotected_data(_: &Spec, template: &Template) -> Said {
    let holds_data = ["AWS::RDS::DBInstance", "AWS::EFS::FileSystem", "AWS::S3::Bucket"];
    let kept =
        |policy: &serde_json::Value| matches!(policy.as_str(), Some("Retain" | "RetainExceptOnCreate" | "Snapshot"));
    let unprotected = template.resources.iter().filter(|(_, one)| {
        one["Type"].as_str().is_some_and(|of_type| holds_data.contains(&of_type))
            && !(kept(&one["DeletionPolicy"]) && kept(&one["UpdateReplacePolicy"]))
    });
    unprotected.map(|(id, _)| about(id, "The resource's data goes with it")).collect()
}

fn no_health_alarm(_: &Spec, template: &Template) -> Said {
    let watched = template
        .of_type("AWS::CloudWatch::Alarm")
        .any(|(_, alarm)| alarm["MetricName"] == "UnHealthyHostCount" && number(&alarm["Threshold"]) == Some(0));
    if watched { Said::new() } else { vec![(None, "No alarm watches the target's health".to_owned())] }
}

fn clear_text_files(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, task) in template.of_type("AWS::ECS::TaskDefinition") {
        let clear = super::items(&task["Volumes"]).filter(|volume| {
            volume.get("EFSVolumeConfiguration").is_some_and(|files| files["TransitEncryption"] != "ENABLED")
        });
        said.extend(clear.map(|_| about(id, "A volume is mounted without transit encryption")));
    }
    said
}
