//! The load balancer in front of the environment.

mod sign_in;

use super::{
    Resource, Stack, attribute,
    host::ROUTER_PORT,
    network::{CANVAS_PORT, public_route, subnets, vpc},
    reference, substitute,
};
use crate::output;
use model::{plan::Section::Access, spec::Scheme};
use serde_json::{Value, json};

/// Longest silence on a connection, in seconds. Canvas keeps WebSockets and event streams open; AWS's 60 s would cut them
/// (Agent Canvas helm chart: proxy timeouts of 3600 s).
const IDLE_SECONDS: u32 = 3600;

/// Where OpenHands answers, as text of `Fn::Sub`.
pub(crate) fn base_url(stack: &Stack) -> String {
    match &stack.spec.access.name {
        Some(name) => format!("https://{}", name.host),
        None if stack.spec.access.is_https() => "https://${LoadBalancer.DNSName}".to_owned(),
        None => PLAIN_ADDRESS.to_owned(),
    }
}

/// The listener that forwards to OpenHands.
pub(crate) fn forwarding_listener(stack: &Stack) -> &'static str {
    if stack.spec.access.is_https() { "HttpsListener" } else { "HttpListener" }
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
        .after(public_route(stack)),
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
            "Name": stack.short_name(), "VpcId": vpc(stack), "TargetType": target, "Protocol": "HTTP", "Port": port,
            "HealthCheckEnabled": true, "HealthCheckProtocol": "HTTP", "HealthCheckPath": "/ready",
            "HealthCheckIntervalSeconds": 15, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 3, "Matcher": { "HttpCode": "200" },
            "TargetGroupAttributes": [{ "Key": "deregistration_delay.timeout_seconds", "Value": "30" }],
            "Tags": stack.tags("target-group")
        }),
    ));
    let forward = json!([{ "Type": "forward", "TargetGroupArn": reference("TargetGroup") }]);
    if stack.spec.access.is_https() {
        add_https(stack, &forward);
    } else {
        stack.add(Resource::new(
            "HttpListener",
            "AWS::ElasticLoadBalancingV2::Listener",
            Access,
            "HTTP on port 80",
            json!({ "LoadBalancerArn": reference("LoadBalancer"), "Protocol": "HTTP", "Port": 80, "DefaultActions": forward }),
        ));
    }
    let address = base_url(stack);
    let address = if stack.spec.access.name.is_some() { json!(address) } else { substitute(&address) };
    stack.output(output::ADDRESS, "Where OpenHands answers", address);
    stack.output(output::LOAD_BALANCER_DNS, "DNS name of the load balancer", attribute("LoadBalancer", "DNSName"));
    stack.output(output::LOAD_BALANCER_ARN, "The load balancer", reference("LoadBalancer"));
    stack.output(output::TARGET_GROUP_ARN, "The target group", reference("TargetGroup"));
}

/// The load balancer's own name over HTTP.
const PLAIN_ADDRESS: &str = "http://${LoadBalancer.DNSName}";

/// HTTPS with its certificate, its name and its sign-in; HTTP sends on to it, but for the health path.
fn add_https(stack: &mut Stack, forward: &Value) {
    let certificate = certificate(stack);
    let purpose = match &stack.spec.access.certificate_arn {
        Some(_) => "HTTPS on port 443 with your certificate",
        None => "HTTPS on port 443 with the requested certificate",
    };
    let actions = match sign_in::action(stack) {
        Some(ask) => json!([ask, { "Order": 2, "Type": "forward", "TargetGroupArn": reference("TargetGroup") }]),
        None => forward.clone(),
    };
    let properties = json!({
        "LoadBalancerArn": reference("LoadBalancer"), "Protocol": "HTTPS", "Port": 443,
        "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "Certificates": [{ "CertificateArn": certificate }], "DefaultActions": actions
    });
    stack.add(Resource::new("HttpsListener", "AWS::ElasticLoadBalancingV2::Listener", Access, purpose, properties));
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
    let version = if stack.is_app() { "/openapi.json" } else { "/server_info" };
    // Handrail asks by the load balancer's own name, which the certificate does not have, and without signing in: state and version
    // are all that these paths tell.
    stack.add(Resource::new(
        "HealthRule",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        Access,
        "Lets Handrail ask whether OpenHands is ready",
        json!({
            "ListenerArn": reference("HttpListener"), "Priority": 1,
            "Conditions": [
                { "Field": "path-pattern", "PathPatternConfig": { "Values": ["/ready", version] } },
                { "Field": "http-request-method", "HttpRequestMethodConfig": { "Values": ["GET"] } },
            ],
            "Actions": forward
        }),
    ));
    sign_in::add(stack, forward);
    if let Some(name) = &stack.spec.access.name {
        stack.add(Resource::new(
            "HostRecord",
            "AWS::Route53::RecordSet",
            Access,
            format!("Lets {} mean the load balancer", name.host),
            json!({
                "HostedZoneId": name.zone_id, "Name": name.host, "Type": "A",
                "AliasTarget": {
                    "DNSName": attribute("LoadBalancer", "DNSName"),
                    "HostedZoneId": attribute("LoadBalancer", "CanonicalHostedZoneID"), "EvaluateTargetHealth": false
                }
            }),
        ));
    }
    stack.output(output::PROBE_ADDRESS, "Where Handrail asks whether OpenHands is ready", substitute(PLAIN_ADDRESS));
}

/// The certificate that is there, or one that is requested for the name: ACM finds the proof in the zone, where CloudFormation puts it
/// (CloudFormation user guide, `AWS::CertificateManager::Certificate`, `HostedZoneId`).
fn certificate(stack: &mut Stack) -> Value {
    let access = &stack.spec.access;
    match (&access.certificate_arn, &access.name) {
        (None, Some(name)) => {
            let properties = json!({
                "DomainName": name.host, "ValidationMethod": "DNS",
                "DomainValidationOptions": [{ "DomainName": name.host, "HostedZoneId": name.zone_id }],
                "Tags": stack.tags("certificate")
            });
            let purpose = format!("Certificate for {}, proved by a record in its zone", name.host);
            stack.add(Resource::new(
                "Certificate",
                "AWS::CertificateManager::Certificate",
                Access,
                purpose,
                properties,
            ));
            reference("Certificate")
        }
        (arn, _) => json!(arn),
    }
}
