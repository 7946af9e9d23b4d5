//! The environment's own VPC: public and private subnets in each zone, a way out, and security groups that admit the neighbour only.

mod endpoint;

pub(crate) use endpoint::services;

use super::{Resource, Stack, attribute, host::ROUTER_PORT, reference, substitute};
use model::{
    plan::Section::Network,
    spec::{ExistingVpc, Nat, Scheme},
};
use serde_json::{Value, json};

/// The port that Canvas listens on (its Dockerfile: `EXPOSE 8000`).
pub(crate) const CANVAS_PORT: u16 = 8000;

/// An outbound rule that matches nothing: without any, EC2 adds one that allows everything.
fn no_way_out() -> Value {
    json!([{
        "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "127.0.0.1/32",
        "Description": "Nothing goes out"
    }])
}

/// Logical ids of the subnets that tasks stand in.
pub(crate) fn task_subnets(stack: &Stack) -> Vec<Value> {
    subnets(stack, if stack.spec.network.has_public_tasks() { "Public" } else { "Private" })
}

/// The subnets of a kind, `Public` or `Private`, one a zone.
pub(crate) fn subnets(stack: &Stack, kind: &str) -> Vec<Value> {
    let Some(ExistingVpc { private_subnets, public_subnets, .. }) = &stack.spec.network.existing else {
        return stack.zones().map(|zone| reference(&format!("{kind}Subnet{zone}"))).collect();
    };
    let ids = if kind == "Public" { public_subnets } else { private_subnets };
    ids.iter().map(|id| json!(id)).collect()
}

/// The VPC that everything stands in.
pub(crate) fn vpc(stack: &Stack) -> Value {
    stack.spec.network.existing.as_ref().map_or_else(|| reference("Vpc"), |existing| json!(existing.id))
}

/// The route to the internet that a load balancer waits for; none where the VPC is there already.
pub(crate) fn public_route(stack: &Stack) -> Option<&'static str> {
    stack.spec.network.existing.is_none().then_some("PublicDefaultRoute")
}

/// What must stand before a task can pull its image.
pub(crate) fn ways_out(stack: &Stack) -> Vec<String> {
    if stack.spec.network.existing.is_some() {
        return Vec::new();
    }
    match stack.spec.network.nat {
        Nat::Endpoints => endpoint::ids(stack),
        Nat::None => vec!["PublicDefaultRoute".to_owned()],
        Nat::One => vec!["PrivateDefaultRouteA".to_owned()],
        Nat::PerZone => stack.zones().map(|zone| format!("PrivateDefaultRoute{zone}")).collect(),
    }
}

pub(super) fn add(stack: &mut Stack) {
    if stack.spec.network.existing.is_none() {
        add_vpc(stack);
    }
    add_security_groups(stack);
    if stack.spec.network.is_isolated() {
        endpoint::add(stack);
    }
}

fn add_vpc(stack: &mut Stack) {
    let range = stack.spec.network.cidr;
    stack.add(Resource::new(
        "Vpc",
        "AWS::EC2::VPC",
        Network,
        format!("Private network {range}"),
        json!({
            "CidrBlock": range.to_string(), "EnableDnsHostnames": true, "EnableDnsSupport": true, "Tags": stack.tags("vpc")
        }),
    ));
    stack.add(Resource::new(
        "InternetGateway",
        "AWS::EC2::InternetGateway",
        Network,
        "Way to the internet",
        json!({ "Tags": stack.tags("internet") }),
    ));
    stack.add(Resource::new(
        "InternetGatewayAttachment",
        "AWS::EC2::VPCGatewayAttachment",
        Network,
        "Joins the way to the network",
        json!({ "VpcId": reference("Vpc"), "InternetGatewayId": reference("InternetGateway") }),
    ));
    add_subnets(stack);
    add_routes(stack);
    stack.add(Resource::new(
        "StorageEndpoint",
        "AWS::EC2::VPCEndpoint",
        Network,
        "S3 without a detour over NAT, free of charge",
        json!({
            "VpcId": reference("Vpc"), "VpcEndpointType": "Gateway",
            "ServiceName": substitute("com.amazonaws.${AWS::Region}.s3"),
            "RouteTableIds": route_tables(stack), "Tags": stack.tags("s3"),
        }),
    ));
}

/// The range in eight equal parts: public subnets from the first, private ones from the fifth.
fn add_subnets(stack: &mut Stack) {
    let range = stack.spec.network.cidr;
    let parts: Vec<String> = range
        .subnets(range.prefix_len().saturating_add(3).min(32))
        .map(|parts| parts.map(|part| part.to_string()).collect())
        .unwrap_or_default();
    let zones: Vec<char> = stack.zones().collect();
    for (kind, purpose, first) in [("Public", "load balancer and NAT", 0), ("Private", "tasks and data", 4)] {
        for (index, zone) in zones.iter().enumerate() {
            let part = parts.get(first + index).cloned().unwrap_or_default();
            stack.add(Resource::new(
                format!("{kind}Subnet{zone}"),
                "AWS::EC2::Subnet",
                Network,
                format!("{kind} part {part} in zone {zone}: {purpose}"),
                json!({
                    "VpcId": reference("Vpc"),
                    "CidrBlock": part,
                    "AvailabilityZone": { "Fn::Select": [index.to_string(), { "Fn::GetAZs": "" }] },
                    "MapPublicIpOnLaunch": false,
                    "Tags": stack.tags(&format!("{}-{}", kind.to_lowercase(), zone.to_lowercase())),
                }),
            ));
        }
    }
}

/// Zones that have a NAT gateway.
fn nat_zones(stack: &Stack) -> Vec<char> {
    if stack.spec.network.nat == Nat::None { Vec::new() } else { private_tables(stack) }
}

/// Zones that have a private route table of their own.
fn private_tables(stack: &Stack) -> Vec<char> {
    match stack.spec.network.nat {
        Nat::PerZone => stack.zones().collect(),
        Nat::None | Nat::One | Nat::Endpoints => vec!['A'],
    }
}

fn route_tables(stack: &Stack) -> Vec<Value> {
    let private = private_tables(stack).into_iter().map(|zone| reference(&format!("PrivateRouteTable{zone}")));
    std::iter::once(reference("PublicRouteTable")).chain(private).collect()
}

fn add_routes(stack: &mut Stack) {
    let table = |id: String, role: &str, purpose: &str, stack: &Stack| {
        let properties = json!({ "VpcId": reference("Vpc"), "Tags": stack.tags(role) });
        Resource::new(id, "AWS::EC2::RouteTable", Network, purpose, properties)
    };
    let public = table("PublicRouteTable".to_owned(), "public", "Routes of the public subnets", stack);
    stack.add(public);
    stack.add(
        Resource::new(
            "PublicDefaultRoute",
            "AWS::EC2::Route",
            Network,
            "Public subnets to the internet",
            json!({
                "RouteTableId": reference("PublicRouteTable"), "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": reference("InternetGateway")
            }),
        )
        .after(["InternetGatewayAttachment"]),
    );
    for zone in private_tables(stack) {
        let role = format!("private-{}", zone.to_lowercase());
        let private = table(format!("PrivateRouteTable{zone}"), &role, "Routes of the private subnets", stack);
        stack.add(private);
        if stack.spec.network.gateways() > 0 {
            add_nat(stack, zone);
        }
    }
    for zone in stack.zones() {
        let private = if private_tables(stack).contains(&zone) { zone } else { 'A' };
        for (kind, table) in
            [("Public", "PublicRouteTable".to_owned()), ("Private", format!("PrivateRouteTable{private}"))]
        {
            stack.add(Resource::new(
                format!("{kind}Subnet{zone}Routes"),
                "AWS::EC2::SubnetRouteTableAssociation",
                Network,
                format!("Gives the {} subnet in zone {zone} its routes", kind.to_lowercase()),
                json!({ "SubnetId": reference(&format!("{kind}Subnet{zone}")), "RouteTableId": reference(&table) }),
            ));
        }
    }
}

fn add_nat(stack: &mut Stack, zone: char) {
    let role = format!("nat-{}", zone.to_lowercase());
    stack.add(
        Resource::new(
            format!("NatAddress{zone}"),
            "AWS::EC2::EIP",
            Network,
            "Fixed public address that OpenHands' requests come from",
            json!({ "Domain": "vpc", "Tags": stack.tags(&role) }),
        )
        .after(["InternetGatewayAttachment"]),
    );
    stack.add(Resource::new(
        format!("NatGateway{zone}"),
        "AWS::EC2::NatGateway",
        Network,
        format!("Lets private subnets out through zone {zone}, and nobody in"),
        json!({
            "AllocationId": attribute(&format!("NatAddress{zone}"), "AllocationId"),
            "SubnetId": reference(&format!("PublicSubnet{zone}")), "Tags": stack.tags(&role)
        }),
    ));
    stack.add(Resource::new(
        format!("PrivateDefaultRoute{zone}"),
        "AWS::EC2::Route",
        Network,
        "Private subnets to the NAT gateway",
        json!({
            "RouteTableId": reference(&format!("PrivateRouteTable{zone}")), "DestinationCidrBlock": "0.0.0.0/0",
            "NatGatewayId": reference(&format!("NatGateway{zone}"))
        }),
    ));
}

fn add_security_groups(stack: &mut Stack) {
    let ports: &[u16] = if stack.spec.access.is_https() { &[80, 443] } else { &[80] };
    let mut admitted = Vec::new();
    for range in &stack.spec.access.allowed_cidrs {
        for port in ports {
            let key = if range.network().is_ipv6() { "CidrIpv6" } else { "CidrIp" };
            admitted.push(json!({
                "IpProtocol": "tcp", "FromPort": port, "ToPort": port, key: range.to_string(),
                "Description": "Allowed range"
            }));
        }
    }
    stack.add(Resource::new(
        "LoadBalancerSecurityGroup",
        "AWS::EC2::SecurityGroup",
        Network,
        "Admits the allowed ranges to the load balancer",
        json!({
            "GroupDescription": "Load balancer: allowed ranges in, tasks out", "VpcId": vpc(stack),
            "SecurityGroupIngress": admitted, "SecurityGroupEgress": no_way_out(), "Tags": stack.tags("load-balancer")
        }),
    ));
    if stack.is_app() {
        add_app_rules(stack);
    } else {
        add_task_rules(stack);
    }
    add_data_groups(stack);
}

fn add_task_rules(stack: &mut Stack) {
    stack.add(Resource::new(
        "TaskSecurityGroup",
        "AWS::EC2::SecurityGroup",
        Network,
        "Admits the load balancer to the task",
        json!({
            "GroupDescription": "Task: load balancer in, everything out", "VpcId": vpc(stack),
            "SecurityGroupIngress": [neighbour("LoadBalancerSecurityGroup", CANVAS_PORT, "Load balancer to Canvas")],
            "SecurityGroupEgress": [{
                "IpProtocol": "-1", "CidrIp": "0.0.0.0/0", "Description": "Agents fetch code, packages and models"
            }],
            "Tags": stack.tags("task")
        }),
    ));
    stack.add(Resource::new(
        "LoadBalancerToTask",
        "AWS::EC2::SecurityGroupEgress",
        Network,
        "Lets the load balancer reach the task, and nothing else",
        json!({
            "GroupId": attribute("LoadBalancerSecurityGroup", "GroupId"),
            "DestinationSecurityGroupId": attribute("TaskSecurityGroup", "GroupId"),
            "IpProtocol": "tcp", "FromPort": CANVAS_PORT, "ToPort": CANVAS_PORT, "Description": "Load balancer to Canvas"
        }),
    ));
}

/// The app reaches its sandboxes at the address that browsers use, so that it passes the load balancer as they do: from its host's own
/// address where the load balancer is internal, from that of the NAT gateway where it is not. What the gateways of a VPC that was there
/// before are called, nobody has said: rule HR059 asks for them.
fn add_app_rules(stack: &mut Stack) {
    stack.add(Resource::new(
        "LoadBalancerToHost",
        "AWS::EC2::SecurityGroupEgress",
        Network,
        "Lets the load balancer reach the app's router, and nothing else",
        json!({
            "GroupId": attribute("LoadBalancerSecurityGroup", "GroupId"),
            "DestinationSecurityGroupId": attribute("HostSecurityGroup", "GroupId"),
            "IpProtocol": "tcp", "FromPort": ROUTER_PORT, "ToPort": ROUTER_PORT, "Description": "Load balancer to the router"
        }),
    ));
    let port = if stack.spec.access.is_https() { 443 } else { 80 };
    let admit = |id: String, key: &str, value: Value| {
        let mut properties = json!({
            "GroupId": attribute("LoadBalancerSecurityGroup", "GroupId"), "IpProtocol": "tcp", "FromPort": port, "ToPort": port,
            "Description": "The app to its sandboxes"
        });
        properties[key] = value;
        let purpose = "Lets the app reach its sandboxes where browsers do";
        Resource::new(id, "AWS::EC2::SecurityGroupIngress", Network, purpose, properties)
    };
    if stack.spec.access.scheme == Scheme::Internal {
        let group = attribute("HostSecurityGroup", "GroupId");
        stack.add(admit("HostToLoadBalancer".to_owned(), "SourceSecurityGroupId", group));
        return;
    }
    let gateways = if stack.spec.network.existing.is_some() { Vec::new() } else { nat_zones(stack) };
    for zone in gateways {
        let address = substitute(&format!("${{NatAddress{zone}}}/32"));
        stack.add(admit(format!("NatToLoadBalancer{zone}"), "CidrIp", address));
    }
}

fn add_data_groups(stack: &mut Stack) {
    let from = if stack.is_app() { "HostSecurityGroup" } else { "TaskSecurityGroup" };
    let mut groups = vec![("DatabaseSecurityGroup", "Admits the task to the database", 5432, "database")];
    if !stack.is_app() {
        groups.push(("FileSystemSecurityGroup", "Admits the task to the file system", 2049, "files"));
    }
    for (id, purpose, port, role) in groups {
        let mut admitted = vec![neighbour(from, port, purpose)];
        // The agent on the host mounts the file system before the task's own network stands.
        if port == 2049 && stack.spec.compute.host.is_some() {
            admitted.push(neighbour("HostSecurityGroup", port, "Admits the host, which mounts for the task"));
        }
        stack.add(Resource::new(
            id,
            "AWS::EC2::SecurityGroup",
            Network,
            purpose,
            json!({
                "GroupDescription": format!("{purpose}, nothing else"), "VpcId": vpc(stack),
                "SecurityGroupIngress": admitted,
                "SecurityGroupEgress": no_way_out(), "Tags": stack.tags(role)
            }),
        ));
    }
}

/// An inbound rule for the members of another group.
pub(super) fn neighbour(group: &str, port: u16, description: &str) -> Value {
    json!({
        "IpProtocol": "tcp", "FromPort": port, "ToPort": port,
        "SourceSecurityGroupId": attribute(group, "GroupId"), "Description": description
    })
}
