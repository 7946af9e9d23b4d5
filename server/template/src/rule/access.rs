//! Rules about who gets through the load balancer.

use super::{Rule, Said, Template, about, items};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use model::{
    plan::Severity,
    spec::{Scheme, Spec},
};
use serde_json::Value;

/// A range of the internet with fewer bits than this is no longer that of one organisation.
const WIDE_IPV4: u8 = 16;
const WIDE_IPV6: u8 = 32;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "HR008",
        severity: Severity::Warns,
        why: "Whoever comes from an allowed range can use the agent, with one shared key at most in between.",
        fix: "Choose sign-in with OpenID Connect or Cognito, or an internal load balancer.",
        look: public_without_sign_in,
    },
    Rule {
        id: "HR009",
        severity: Severity::Warns,
        why: "So many addresses of the internet belong to strangers too.",
        fix: "Allow only the addresses of your offices, VPN or proxies.",
        look: wide_range,
    },
    Rule {
        id: "HR016",
        severity: Severity::Warns,
        why: "Older versions of TLS have known weaknesses.",
        fix: "Choose a security policy that begins with ELBSecurityPolicy-TLS13.",
        look: old_tls,
    },
    Rule {
        id: "HR017",
        severity: Severity::Blocks,
        why: "Only an HTTPS listener can ask for sign-in, and only before it forwards.",
        fix: "Put the authenticate action first, on the HTTPS listener.",
        look: sign_in_passed_by,
    },
    Rule {
        id: "HR018",
        severity: Severity::Blocks,
        why: "A secret in a template can be read by everybody who may see the stack.",
        fix: "Refer to the secret in Secrets Manager.",
        look: clear_client_secret,
    },
];

fn public_without_sign_in(spec: &Spec, _: &Template) -> Said {
    if spec.access.scheme == Scheme::InternetFacing && spec.access.sign_in.is_none() {
        vec![about("LoadBalancer", "The environment is on the internet without sign-in")]
    } else {
        Said::new()
    }
}

/// Whether a range has strangers in it. The whole internet is another rule's business.
fn is_wide(range: &IpNet) -> bool {
    let (private, limit) = match range {
        IpNet::V4(range) => (is_private(range), WIDE_IPV4),
        IpNet::V6(range) => (is_unique_local(range), WIDE_IPV6),
    };
    !private && (1..limit).contains(&range.prefix_len())
}

/// RFC 1918 and RFC 6598.
fn is_private(range: &Ipv4Net) -> bool {
    let address = range.network();
    address.is_private() || (address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]))
}

fn is_unique_local(range: &Ipv6Net) -> bool {
    range.network().is_unique_local()
}

fn wide_range(spec: &Spec, _: &Template) -> Said {
    if spec.access.scheme != Scheme::InternetFacing {
        return Said::new();
    }
    let wide = spec.access.allowed_cidrs.iter().filter(|range| is_wide(range));
    wide.map(|range| about("LoadBalancerSecurityGroup", format!("{range} is a wide range of the internet"))).collect()
}

fn old_tls(_: &Spec, template: &Template) -> Said {
    let listeners =
        template.of_type("AWS::ElasticLoadBalancingV2::Listener").filter(|(_, one)| one["Protocol"] == "HTTPS");
    let policy =
        |one: &Value| one["SslPolicy"].as_str().is_some_and(|name| name.starts_with("ELBSecurityPolicy-TLS13"));
    let old = listeners.filter(|(_, one)| !policy(one));
    old.map(|(id, _)| about(id, "The listener admits old versions of TLS")).collect()
}

fn asks(action: &Value) -> bool {
    action["Type"].as_str().is_some_and(|kind| kind.starts_with("authenticate-"))
}

fn sign_in_passed_by(spec: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, listener) in template.of_type("AWS::ElasticLoadBalancingV2::Listener") {
        let is_https = listener["Protocol"] == "HTTPS";
        let actions: Vec<&Value> = items(&listener["DefaultActions"]).collect();
        if !is_https && actions.iter().any(|action| asks(action)) {
            said.push(about(id, "A listener without HTTPS asks for sign-in"));
        }
        if spec.access.sign_in.is_some() && is_https && !actions.first().is_some_and(|action| asks(action)) {
            said.push(about(id, "The listener forwards without asking for sign-in"));
        }
    }
    said
}

fn clear_client_secret(_: &Spec, template: &Template) -> Said {
    let mut said = Said::new();
    for (id, listener) in template.of_type("AWS::ElasticLoadBalancingV2::Listener") {
        for action in items(&listener["DefaultActions"]) {
            let secret = action["AuthenticateOidcConfig"]["ClientSecret"].as_str();
            if secret.is_some_and(|secret| !secret.starts_with("{{resolve:secretsmanager:")) {
                said.push(about(id, "The client secret stands in the template"));
            }
        }
    }
    said
}
