//! Rules about EC2 hosts.

use super::{Rule, Said, Template, about, items, number};
use model::{plan::Severity, spec::Spec};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR050",
        severity: Severity::Blocks,
        why: "Whatever runs in a container could take the host's role from the metadata service.",
        fix: "Require tokens (IMDSv2), and allow one hop.",
        look: open_metadata,
    },
    Rule {
        id: "HR051",
        severity: Severity::Blocks,
        why: "Code and keys on a disk that is not encrypted can be read from a copy of it.",
        fix: "Turn encryption on for every disk of the launch template.",
        look: clear_disk,
    },
    Rule {
        id: "HR052",
        severity: Severity::Notes,
        why: "Its CPU runs at full speed only while it has credits: a long build slows down, or costs more than the price of the type.",
        fix: "Choose an m6i or m6g type for daily work.",
        look: burstable,
    },
    Rule {
        id: "HR053",
        severity: Severity::Blocks,
        why: "The number of hosts follows the tasks: an update of the stack would set it back.",
        fix: "Leave DesiredCapacity out, and MinSize at 0.",
        look: fixed_capacity,
    },
];

fn open_metadata(_: &Spec, template: &Template) -> Said {
    let open = template.of_type("AWS::EC2::LaunchTemplate").filter(|(_, one)| {
        let options = &one["LaunchTemplateData"]["MetadataOptions"];
        options["HttpTokens"] != "required" || number(&options["HttpPutResponseHopLimit"]) != Some(1)
    });
    open.map(|(id, _)| about(id, "The host's metadata service can be reached from containers")).collect()
}

fn clear_disk(_: &Spec, template: &Template) -> Said {
    let clear = template.of_type("AWS::EC2::LaunchTemplate").filter(|(_, one)| {
        let disks = &one["LaunchTemplateData"]["BlockDeviceMappings"];
        items(disks).next().is_none() || items(disks).any(|disk| disk["Ebs"]["Encrypted"] != true)
    });
    clear.map(|(id, _)| about(id, "A disk of the host is not encrypted")).collect()
}

fn burstable(spec: &Spec, _: &Template) -> Said {
    let host = spec.compute.host.filter(|host| host.instance_type.is_burstable());
    host.map(|host| about("HostTemplate", format!("{} is a burstable type", host.instance_type.code())))
        .into_iter()
        .collect()
}

fn fixed_capacity(_: &Spec, template: &Template) -> Said {
    let fixed = template
        .of_type("AWS::AutoScaling::AutoScalingGroup")
        .filter(|(_, one)| one.get("DesiredCapacity").is_some() || number(&one["MinSize"]) != Some(0));
    fixed.map(|(id, _)| about(id, "The template fixes the number of hosts")).collect()
}
