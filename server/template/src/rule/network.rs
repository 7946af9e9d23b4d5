//! Rules about who can reach what.

use super::{Rule, Said, Template, about, items};
use model::{
    plan::Severity,
    spec::{Scheme, Spec},
};
use serde_json::Value;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR001",
        severity: Severity::Blocks,
        why: "A database with a public address is found by scanners within minutes.",
        fix: "Set PubliclyAccessible to false.",
        look: public_database,
    },
    Rule {
        id: "HR002",
        severity: Severity::Blocks,
        why: "Databases and file systems must be reached by their neighbour only.",
        fix: "Admit a security group instead of an address range.",
        look: open_data_port,
    },
    Rule {
        id: "HR003",
        severity: Severity::Warns,
        why: "Agent Canvas has no sign-in of its own beyond one shared key: whoever can load the page is close to the agent.",
        fix: "Allow only the ranges of your network, or choose an internal load balancer.",
        look: open_to_the_world,
    },
    Rule {
        id: "HR004",
        severity: Severity::Warns,
        why: "Keys and code cross the internet in clear text.",
        fix: "Give the ARN of a certificate.",
        look: public_without_tls,
    },
    Rule {
        id: "HR005",
        severity: Severity::Notes,
        why: "When that zone fails, OpenHands reaches neither models nor code hosts.",
        fix: "Choose a NAT gateway in each zone.",
        look: single_nat,
    },
    Rule {
        id: "HR006",
        severity: Severity::Notes,
        why: "The task has a public address. Its security group admits the load balancer only, but nothing else stands in between.",
        fix: "Choose one NAT gateway.",
        look: no_nat,
    },
    Rule {
        id: "HR007",
        severity: Severity::Notes,
        why: "Keys and code cross your network in clear text.",
        fix: "Give the ARN of a certificate.",
        look: private_without_tls,
    },
];

fn is_world(rule: &Value) -> bool {
    rule["CidrIp"] == "0.0.0.0/0" || rule["CidrIpv6"] == "::/0"
}

fn public_database(_: &Spec, template: &Template) -> Said {
    let public = template.of_type("AWS::RDS::DBInstance").filter(|(_, one)| one["PubliclyAccessible"] != false);
    public.map(|(id, _)| about(id, "The database has a public address")).collect()
}

fn open_data_port(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, group) in template.of_type("AWS::EC2::SecurityGroup") {
        for rule in items(&group["SecurityGroupIngress"]) {
            let port = rule["FromPort"].as_u64();
            let by_range = rule.get("CidrIp").is_some() || rule.get("CidrIpv6").is_some();
            if by_range && matches!(port, Some(2049 | 5432 | 6379)) {
                said.push(about(id, format!("Port {} is open to a range", port.unwrap_or_default())));
            }
        }
    }
    said
}

fn open_to_the_world(spec: &Spec, template: &Template) -> Said {
    if spec.access.scheme != Scheme::InternetFacing || spec.access.sign_in.is_some() {
        return Said::new();
    }
    let open = template
        .of_type("AWS::EC2::SecurityGroup")
        .filter(|(_, group)| items(&group["SecurityGroupIngress"]).any(is_world));
    open.map(|(id, _)| about(id, "The environment can be reached from the whole internet")).collect()
}

fn public_without_tls(spec: &Spec, _: &Template) -> Said {
    if spec.access.scheme == Scheme::InternetFacing && !spec.access.is_https() {
        vec![about("HttpListener", "The environment is on the internet without HTTPS")]
    } else {
        Said::new()
    }
}

fn private_without_tls(spec: &Spec, _: &Template) -> Said {
    if spec.access.scheme == Scheme::Internal && !spec.access.is_https() {
        vec![about("HttpListener", "The environment speaks HTTP without TLS")]
    } else {
        Said::new()
    }
}

fn single_nat(spec: &Spec, _: &Template) -> Said {
    if spec.network.gateways() == 1 {
        vec![about("NatGatewayA", "All traffic to the internet goes through one zone")]
    } else {
        Said::new()
    }
}

fn no_nat(spec: &Spec, _: &Template) -> Said {
    if spec.network.has_public_tasks() {
        vec![about("Service", "The task stands in a public subnet")]
    } else {
        Said::new()
    }
}
