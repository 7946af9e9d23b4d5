//! Rules about EC2 hosts.

use super::{Rule, Said, Template, about, items, number};
use model::{
    plan::Severity,
    spec::{Edition, Scheme, Spec},
};

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
    Rule {
        id: "HR054",
        severity: Severity::Warns,
        why: "The app starts its sandboxes through the Docker socket of the host, and whoever has that socket is root there: an agent that \
              gets at it has the host, the app's keys and every other conversation.",
        fix: "Let only one team use it that trusts each other and its agents, or choose Agent Canvas, which needs no Docker.",
        look: docker_socket,
    },
    Rule {
        id: "HR055",
        severity: Severity::Notes,
        why: "The app pauses the oldest sandbox when it starts one too many, and paused ones keep their memory: beyond it the host runs out.",
        fix: "Choose a larger instance type, or open fewer conversations at a time.",
        look: few_sandboxes,
    },
    Rule {
        id: "HR056",
        severity: Severity::Notes,
        why: "Conversations and settings are in Postgres and S3, but a workspace lies in its sandbox, on the host's own disk.",
        fix: "Let agents push their work, and change version or instance type when nobody works.",
        look: workspaces_on_host,
    },
    Rule {
        id: "HR057",
        severity: Severity::Notes,
        why: "The app passes the model's name and key to its sandboxes, but does not fill in its own settings page with them \
              (OpenHands issues 8646, 9855).",
        fix: "Type model and key into the settings page when you open the environment for the first time.",
        look: model_typed_again,
    },
    Rule {
        id: "HR058",
        severity: Severity::Warns,
        why: "The app and people's browsers reach sandboxes at the load balancer's own name, which no certificate of yours is for.",
        fix: "Give the host name that the certificate is for and its hosted zone, or leave the certificate out and keep the load balancer internal.",
        look: certificate_of_another_name,
    },
    Rule {
        id: "HR059",
        severity: Severity::Warns,
        why: "The app reaches its sandboxes at the load balancer's public address, and comes there from a NAT gateway of your VPC.",
        fix: "Add the addresses of the VPC's NAT gateways to the allowed ranges, or make the load balancer internal.",
        look: gateways_not_known,
    },
];

/// What one sandbox takes, and what the app and the system do, in MiB (OpenHands' own charts: 3 GiB and 1.2 to 3 GiB).
const SANDBOX_MIB: u32 = 4096;
const BESIDE_SANDBOXES_MIB: u32 = 4096;
/// How many sandboxes the app runs side by side at most (docker_sandbox_service.py).
const SANDBOXES: u32 = 5;

fn docker_socket(_: &Spec, template: &Template) -> Said {
    let holding = template.of_type("AWS::ECS::TaskDefinition").filter(|(_, task)| {
        items(&task["Volumes"]).any(|volume| volume["Host"]["SourcePath"] == "/var/run/docker.sock")
    });
    holding.map(|(id, _)| about(id, "The agent's sandbox is root on its host")).collect()
}

fn few_sandboxes(spec: &Spec, _: &Template) -> Said {
    if spec.edition != Edition::App {
        return Said::new();
    }
    let fit = spec.compute.memory_mib().saturating_sub(BESIDE_SANDBOXES_MIB) / SANDBOX_MIB;
    let words = if fit == 1 { "One sandbox fits".to_owned() } else { format!("{fit} sandboxes fit") };
    if fit < SANDBOXES {
        vec![about("HostTemplate", format!("{words} beside the app, of {SANDBOXES} that it may start"))]
    } else {
        Said::new()
    }
}

fn workspaces_on_host(spec: &Spec, _: &Template) -> Said {
    if spec.edition == Edition::App { vec![about("HostGroup", "Workspaces go with the host")] } else { Said::new() }
}

fn model_typed_again(spec: &Spec, _: &Template) -> Said {
    if spec.edition == Edition::App {
        vec![about("TaskDefinition", "The model is typed in twice")]
    } else {
        Said::new()
    }
}

fn certificate_of_another_name(spec: &Spec, _: &Template) -> Said {
    if spec.edition == Edition::App && spec.access.certificate_arn.is_some() && spec.access.name.is_none() {
        vec![about("HttpsListener", "The certificate is for another name than the one in use")]
    } else {
        Said::new()
    }
}

fn gateways_not_known(spec: &Spec, _: &Template) -> Said {
    let public = spec.access.scheme == Scheme::InternetFacing;
    let everybody = spec.access.allowed_cidrs.iter().any(|range| range.prefix_len() == 0);
    if spec.edition == Edition::App && public && !everybody && spec.network.existing.is_some() {
        vec![about("LoadBalancer", "Whether the app reaches its own sandboxes depends on the allowed ranges")]
    } else {
        Said::new()
    }
}

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
