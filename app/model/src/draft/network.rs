//! The network part of the create form.

use super::{DraftForm, check_cidr};
use crate::{
    FieldErrors, FieldProblem,
    fault::Misfit,
    field::{id, number, offered},
    spec::{ExistingVpc, Llm, LlmProvider, Nat, Network, Scheme},
};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Subnets of a kind that are taken, one a zone.
const SUBNETS: std::ops::RangeInclusive<usize> = 2..=3;

impl DraftForm {
    pub(super) fn parse_network(&self, errors: &mut FieldErrors) -> Option<Network> {
        let nat = offered(Nat::from_code(&self.nat), "nat", errors);
        if let Some(existing) = self.parse_existing(errors) {
            if nat == Some(Nat::Endpoints) {
                errors.add("nat", FieldProblem::DoesNotFit(Misfit::VpcHasItsWays));
            }
            // Not used, but every spec has one.
            let cidr = check_cidr(&self.cidr).unwrap_or(Ipv4Net::new_assert(Ipv4Addr::new(10, 64, 0, 0), 20));
            let zones = u8::try_from(existing.private_subnets.len()).unwrap_or(u8::MAX);
            return Some(Network { cidr, zones, nat: nat?, existing: Some(existing) });
        }
        let cidr = check_cidr(&self.cidr).map_err(|problem| errors.add("cidr", problem)).ok();
        let zones = number(&self.zones, "zones", 2, 3, errors);
        Some(Network { cidr: cidr?, zones: u8::try_from(zones?).ok()?, nat: nat?, existing: None })
    }

    /// Puts an environment's network into the form.
    pub(super) fn take_network(&mut self, network: &Network) {
        let Network { cidr, zones, nat, existing } = network;
        self.cidr = cidr.to_string();
        self.zones = zones.to_string();
        self.nat = nat.code().into();
        if let Some(ExistingVpc { id, private_subnets, public_subnets }) = existing {
            self.vpc_id.clone_from(id);
            self.private_subnets = private_subnets.join(", ");
            self.public_subnets = public_subnets.join(", ");
        }
    }

    /// The VPC that is there, if any of its fields is filled in; with problems it is one all the same.
    fn parse_existing(&self, errors: &mut FieldErrors) -> Option<ExistingVpc> {
        let fields = [&self.vpc_id, &self.private_subnets, &self.public_subnets];
        if fields.iter().all(|field| field.trim().is_empty()) {
            return None;
        }
        let vpc = id(&self.vpc_id, "vpc_id", "vpc-0123456789abcdef0", |text| is_id(text, "vpc-"), errors);
        let private_subnets = subnets(&self.private_subnets, "private_subnets", errors);
        if !SUBNETS.contains(&private_subnets.len()) {
            errors.add("private_subnets", FieldProblem::DoesNotFit(Misfit::PrivateSubnets));
        }
        let public_subnets = subnets(&self.public_subnets, "public_subnets", errors);
        let needs_public = Scheme::from_code(&self.scheme) == Some(Scheme::InternetFacing);
        if (needs_public || !public_subnets.is_empty()) && !SUBNETS.contains(&public_subnets.len()) {
            errors.add("public_subnets", FieldProblem::DoesNotFit(Misfit::PublicSubnets));
        }
        if public_subnets.iter().any(|subnet| private_subnets.contains(subnet)) {
            errors.add("public_subnets", FieldProblem::DoesNotFit(Misfit::SubnetTwice));
        }
        Some(ExistingVpc { id: vpc.unwrap_or_default(), private_subnets, public_subnets })
    }
}

/// Ids of subnets, each once.
fn subnets(text: &str, field: &str, errors: &mut FieldErrors) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for part in text.split([',', ' ', '\n', '\r', '\t']).filter(|part| !part.is_empty()) {
        let Some(subnet) = id(part, field, "subnet-0123456789abcdef0", |text| is_id(text, "subnet-"), errors) else {
            continue;
        };
        if ids.contains(&subnet) {
            errors.add(field, FieldProblem::DoesNotFit(Misfit::SubnetTwice));
        }
        ids.push(subnet);
    }
    ids
}

/// EC2's ids have 8 or 17 hex digits (EC2 user guide, "Resource IDs").
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
    })
}

/// Without a way to the internet only Bedrock, or an endpoint in one's own network, can be reached.
pub(super) fn check_way_to_model(network: &Network, llm: &Llm, errors: &mut FieldErrors) {
    if network.is_isolated() && matches!(llm.provider, LlmProvider::Anthropic | LlmProvider::OpenAi) {
        errors.add("llm_provider", FieldProblem::DoesNotFit(Misfit::ModelNeedsInternet));
    }
}
