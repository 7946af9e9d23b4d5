//! Rules about mistakes that CloudFormation would only notice half way, and that the public checkers are known to miss.

use super::{Rule, Said, Template, about, items, number};
use model::{plan::Severity, spec::Spec, variable::sounds_secret};
use serde_json::Value;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR010",
        severity: Severity::Blocks,
        why: "Ports are 1 to 65535; AWS refuses others when the resource is made.",
        fix: "Give a port that exists.",
        look: port_out_of_range,
    },
    Rule {
        id: "HR011",
        severity: Severity::Blocks,
        why: "Elastic Load Balancing refuses a health check whose timeout is not shorter than its interval.",
        fix: "Make the timeout shorter than the interval.",
        look: timeout_above_interval,
    },
    Rule {
        id: "HR012",
        severity: Severity::Blocks,
        why: "ECS refuses a service whose load balancer names a container or port that its task does not have.",
        fix: "Name a container of the task definition and one of its ports.",
        look: unknown_container,
    },
    Rule {
        id: "HR013",
        severity: Severity::Blocks,
        why: "Tasks in network mode awsvpc have addresses of their own, so that their targets must be of type ip.",
        fix: "Set TargetType to ip.",
        look: wrong_target_type,
    },
    Rule {
        id: "HR014",
        severity: Severity::Blocks,
        why: "Variables of a task can be read by everybody who may describe it, and stand in every copy of the template.",
        fix: "Put the value into Secrets Manager and name it under Secrets.",
        look: plain_secret,
    },
    Rule {
        id: "HR015",
        severity: Severity::Blocks,
        why: "Two Canvas tasks on one store damage it.",
        fix: "Allow at most 100 percent, and 0 percent healthy, during a deployment.",
        look: two_writers,
    },
];

fn ports(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let is_port = matches!(name.as_str(), "Port" | "ContainerPort" | "HostPort" | "FromPort" | "ToPort");
                match field.as_i64().or_else(|| field.as_str().and_then(|text| text.parse().ok())) {
                    Some(port) if is_port => found.push(port),
                    _ => ports(field, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| ports(element, found)),
        _ => {}
    }
}

fn port_out_of_range(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, resource) in template.resources {
        let mut found = Vec::new();
        match resource["Type"].as_str() {
            // Rules for ICMP hold types and codes where others hold ports.
            Some("AWS::EC2::SecurityGroup") => {
                let properties = &resource["Properties"];
                let rules = items(&properties["SecurityGroupIngress"]).chain(items(&properties["SecurityGroupEgress"]));
                rules.filter(|rule| rule["IpProtocol"] != "icmp").for_each(|rule| ports(rule, &mut found));
            }
            _ => ports(&resource["Properties"], &mut found),
        }
        if let Some(port) = found.into_iter().find(|port| !(1..=65535).contains(port)) {
            said.push(about(id, format!("There is no port {port}")));
        }
    }
    said
}

fn timeout_above_interval(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, group) in template.of_type("AWS::ElasticLoadBalancingV2::TargetGroup") {
        let (timeout, interval) =
            (number(&group["HealthCheckTimeoutSeconds"]), number(&group["HealthCheckIntervalSeconds"]));
        if let (Some(timeout), Some(interval)) = (timeout, interval)
            && timeout >= interval
        {
            said.push(about(id, format!("The health check waits {timeout} s but runs every {interval} s")));
        }
    }
    said
}

fn unknown_container(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, service) in template.of_type("AWS::ECS::Service") {
        let task = service["TaskDefinition"]["Ref"].as_str().and_then(|task| template.resources.get(task));
        let Some(task) = task else { continue };
        for balancer in items(&service["LoadBalancers"]) {
            let port = number(&balancer["ContainerPort"]);
            let fits = items(&task["Properties"]["ContainerDefinitions"]).any(|container| {
                container["Name"] == balancer["ContainerName"]
                    && items(&container["PortMappings"]).any(|mapping| number(&mapping["ContainerPort"]) == port)
            });
            if !fits {
                let name = balancer["ContainerName"].as_str().unwrap_or_default();
                said.push(about(id, format!("No container {name} listens on port {}", port.unwrap_or_default())));
            }
        }
    }
    said
}

fn wrong_target_type(_: &Spec, template: &Template) -> Said {
    let own = template.of_type("AWS::ECS::TaskDefinition").any(|(_, task)| task["NetworkMode"] == "awsvpc");
    let groups = template.of_type("AWS::ElasticLoadBalancingV2::TargetGroup");
    let wrong = groups.filter(|(_, group)| own && group["TargetType"] != "ip");
    wrong.map(|(id, _)| about(id, "The targets are not of type ip")).collect()
}

fn plain_secret(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, task) in template.of_type("AWS::ECS::TaskDefinition") {
        for container in items(&task["ContainerDefinitions"]) {
            for variable in items(&container["Environment"]) {
                let name = variable["Name"].as_str().unwrap_or_default();
                if sounds_secret(name) {
                    said.push(about(id, format!("The variable {name} stands in the template")));
                }
            }
        }
    }
    said
}

fn two_writers(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, service) in template.of_type("AWS::ECS::Service") {
        let deployment = &service["DeploymentConfiguration"];
        if number(&deployment["MaximumPercent"]) != Some(100) || number(&deployment["MinimumHealthyPercent"]) != Some(0)
        {
            said.push(about(id, "A deployment may run two tasks side by side"));
        }
    }
    said
}
