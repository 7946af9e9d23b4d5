//! The load balancer in front of the environment.

use super::{
    Resource, Stack, attribute,
    host::ROUTER_PORT,
    network::{CANVAS_PORT, subnets},
    reference, substitute,
};
use crate::output;
use model::{plan::Section::Access, spec::Scheme};
use serde_json::json;

/// Longest silence on a connection, in seconds. Canvas keeps WebSockets and event streams open; AWS's 60 s would cut them
/// (Agent Canvas helm chart: proxy timeouts of 3600 s).
const IDLE_SECONDS: u32 = 3600;

/// Where OpenHands answers, as text of `Fn::Sub`.
pub(crate) fn base_url(stack: &Stack) -> String {
    let protocol = if stack.spec.access.certificate_arn.is_some() { "https" } else { "http" };
    format!("{protocol}://${{LoadBalancer.DNSName}}")
}

/// The listener that forwards to OpenHands.
pub(crate) fn forwarding_listener(stack: &Stack) -> &'static str {
    if stack.spec.access.certificate_arn.is_some() { "HttpsListener" } else { "HttpListener" }
}

pub(super) fn add(stack: &mut Stack) {
    let (scheme, kind) = match stack.spec.access.scheme {
        Scheme::Internal => ("internal", "Private"),
        Scheme::InternetFacing => ("internet-facing", "Public"),
    };
    stack.add(
        Resource::new(
            "LoadBalancer",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            Access,
            format!("The environment's address, {scheme}"),
            json!({
                "Name": stack.short_name(), "Type": "application", "Scheme": scheme, "IpAddressType": "ipv4",
                "Subnets": subnets(stack, kind),
                "SecurityGroups": [attribute("LoadBalancerSecurityGroup", "GroupId")],
                "LoadBalancerAttributes": [
                    { "Key": "idle_timeout.timeout_seconds", "Value": IDLE_SECONDS.to_string() },
                    { "Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true" },
                ],
                "Tags": stack.tags("load-balancer")
            }),
        )
        .after(["PublicDefaultRoute"]),
    );
    // `/ready` is the only path of Canvas that answers for its backend: `/` and `/canvas` answer 200 with a dead one.
    let (port, target, purpose) = if stack.is_app() {
        (ROUTER_PORT, "instance", "Finds out on /ready whether the app is healthy")
    } else {
        (CANVAS_PORT, "ip", "Finds out on /ready whether Canvas is healthy")
    };
    stack.add(Resource::new(
        "TargetGroup",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        Access,
        purpose,
        json!({
            "Name": stack.short_name(), "VpcId": reference("Vpc"), "TargetType": target, "Protocol": "HTTP", "Port": port,
            "HealthCheckEnabled": true, "HealthCheckProtocol": "HTTP", "HealthCheckPath": "/ready",
            "HealthCheckIntervalSeconds": 15, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 3, "Matcher": { "HttpCode": "200" },
            "TargetGroupAttributes": [{ "Key": "deregistration_delay.timeout_seconds", "Value": "30" }],
            "Tags": stack.tags("target-group")
        }),
    ));
    let forward = json!([{ "Type": "forward", "TargetGroupArn": reference("TargetGroup") }]);
    match &stack.spec.access.certificate_arn {
        None => stack.add(Resource::new(
            "HttpListener",
            "AWS::ElasticLoadBalancingV2::Listener",
            Access,
            "HTTP on port 80",
            json!({ "LoadBalancerArn": reference("LoadBalancer"), "Protocol": "HTTP", "Port": 80, "DefaultActions": forward }),
        )),
        Some(certificate) => {
            let properties = json!({
                "LoadBalancerArn": reference("LoadBalancer"), "Protocol": "HTTPS", "Port": 443,
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "Certificates": [{ "CertificateArn": certificate }], "DefaultActions": forward
            });
            stack.add(Resource::new(
                "HttpsListener",
                "AWS::ElasticLoadBalancingV2::Listener",
                Access,
                "HTTPS on port 443 with your certificate",
                properties,
            ));
            stack.add(Resource::new(
                "HttpListener",
                "AWS::ElasticLoadBalancingV2::Listener",
                Access,
                "Sends HTTP on to HTTPS",
                json!({
                    "LoadBalancerArn": reference("LoadBalancer"), "Protocol": "HTTP", "Port": 80,
                    "DefaultActions": [{
                        "Type": "redirect",
                        "RedirectConfig": { "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301" }
                    }]
                }),
            ));
        }
    }
    let address = substitute(&base_url(stack));
    stack.output(output::ADDRESS, "Where OpenHands answers", address);
    stack.output(output::LOAD_BALANCER_DNS, "DNS name of the load balancer", attribute("LoadBalancer", "DNSName"));
    stack.output(output::LOAD_BALANCER_ARN, "The load balancer", reference("LoadBalancer"));
    stack.output(output::TARGET_GROUP_ARN, "The target group", reference("TargetGroup"));
}
