//! Rules about what is kept, for how long, and who hears of trouble.

use super::{Rule, Said, Template, about, items, number};
use model::{plan::Severity, spec::Spec};
use serde_json::Value;

/// Log lines kept for fewer days than this are gone before a fault of last week is looked into.
const LOG_DAYS: u32 = 14;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR019",
        severity: Severity::Blocks,
        why: "A bucket that can be made public sooner or later is.",
        fix: "Turn on all four settings of PublicAccessBlockConfiguration.",
        look: public_bucket,
    },
    Rule {
        id: "HR029",
        severity: Severity::Blocks,
        why: "Without a backup nothing that is deleted or damaged comes back.",
        fix: "Keep automatic backups for a day at least, and turn on the file system's backup policy.",
        look: no_backup,
    },
    Rule {
        id: "HR032",
        severity: Severity::Warns,
        why: "Log lines are then kept and billed for ever.",
        fix: "Set RetentionInDays.",
        look: endless_log,
    },
    Rule {
        id: "HR033",
        severity: Severity::Notes,
        why: "What went wrong last week cannot be looked into any more.",
        fix: "Keep logs for 14 days or more.",
        look: short_log,
    },
    Rule {
        id: "HR034",
        severity: Severity::Warns,
        why: "A database without free storage stops, and nobody is told before.",
        fix: "Add an alarm on FreeStorageSpace.",
        look: no_storage_alarm,
    },
    Rule {
        id: "HR035",
        severity: Severity::Warns,
        why: "OpenHands may answer with errors for days before somebody complains.",
        fix: "Add an alarm on HTTPCode_Target_5XX_Count.",
        look: no_error_alarm,
    },
    Rule {
        id: "HR036",
        severity: Severity::Blocks,
        why: "AWS makes load balancers and databases only with subnets of at least two zones.",
        fix: "Name a subnet in each of two zones.",
        look: one_subnet,
    },
    Rule {
        id: "HR037",
        severity: Severity::Blocks,
        why: "Anybody in the range reaches the task past the load balancer, its sign-in and its certificate.",
        fix: "Admit the load balancer's security group only.",
        look: open_task,
    },
    Rule {
        id: "HR038",
        severity: Severity::Blocks,
        why: "Without a way to the internet, a task does not start when it cannot reach the service.",
        fix: "Add the interface endpoint, or choose NAT.",
        look: missing_endpoint,
    },
];

fn public_bucket(_: &Spec, template: &Template) -> Said {
    let settings = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let open = template.of_type("AWS::S3::Bucket").filter(|(_, bucket)| {
        let block = &bucket["PublicAccessBlockConfiguration"];
        settings.iter().any(|setting| block[*setting] != true)
    });
    open.map(|(id, _)| about(id, "The bucket can be made public")).collect()
}

fn no_backup(_: &Spec, template: &Template) -> Said {
    let databases = template
        .of_type("AWS::RDS::DBInstance")
        .filter(|(_, one)| number(&one["BackupRetentionPeriod"]).is_none_or(|days| days == 0));
    let files = template.of_type("AWS::EFS::FileSystem").filter(|(_, one)| one["BackupPolicy"]["Status"] != "ENABLED");
    databases.chain(files).map(|(id, _)| about(id, "Nothing is backed up")).collect()
}

fn endless_log(_: &Spec, template: &Template) -> Said {
    let endless = template.of_type("AWS::Logs::LogGroup").filter(|(_, one)| number(&one["RetentionInDays"]).is_none());
    endless.map(|(id, _)| about(id, "Log lines are kept without an end")).collect()
}

fn short_log(spec: &Spec, _: &Template) -> Said {
    let days = spec.log_retention_days;
    if days < LOG_DAYS { vec![about("LogGroup", format!("Log lines are kept for {days} days"))] } else { Said::new() }
}

fn watches(template: &Template, metric: &str) -> bool {
    template.of_type("AWS::CloudWatch::Alarm").any(|(_, alarm)| alarm["MetricName"] == metric)
}

fn no_storage_alarm(_: &Spec, template: &Template) -> Said {
    let unwatched = template.of_type("AWS::RDS::DBInstance").filter(|_| !watches(template, "FreeStorageSpace"));
    unwatched.map(|(id, _)| about(id, "No alarm watches the free storage")).collect()
}

fn no_error_alarm(_: &Spec, template: &Template) -> Said {
    if watches(template, "HTTPCode_Target_5XX_Count") {
        Said::new()
    } else {
        vec![(None, "No alarm watches OpenHands' errors".to_owned())]
    }
}

fn one_subnet(_: &Spec, template: &Template) -> Said {
    let few = |list: &Value| items(list).count() < 2;
    let balancers =
        template.of_type("AWS::ElasticLoadBalancingV2::LoadBalancer").filter(|(_, one)| few(&one["Subnets"]));
    let databases = template.of_type("AWS::RDS::DBSubnetGroup").filter(|(_, one)| few(&one["SubnetIds"]));
    balancers.chain(databases).map(|(id, _)| about(id, "It has subnets in one zone only")).collect()
}

fn open_task(_: &Spec, template: &Template) -> Said {
    let by_range = |rule: &Value| rule.get("CidrIp").is_some() || rule.get("CidrIpv6").is_some();
    let open = template
        .of_type("AWS::EC2::SecurityGroup")
        .filter(|(id, group)| id.starts_with("Task") && items(&group["SecurityGroupIngress"]).any(by_range));
    open.map(|(id, _)| about(id, "The task admits a range")).collect()
}

/// The last parts of the services' names that a Fargate task needs to start.
const NEEDED: [&str; 4] = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"];

fn missing_endpoint(spec: &Spec, template: &Template) -> Said {
    if !spec.network.is_isolated() {
        return Said::new();
    }
    let there: Vec<String> =
        template.of_type("AWS::EC2::VPCEndpoint").map(|(_, one)| one["ServiceName"].to_string()).collect();
    let missing = NEEDED.iter().filter(|name| !there.iter().any(|one| one.contains(&format!(".{name}\""))));
    missing.map(|name| (None, format!("There is no endpoint for {name}, and no way to the internet"))).collect()
}
