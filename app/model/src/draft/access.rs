//! The access part of the create form.

use super::{DraftForm, is_ticked};
use crate::{
    FieldErrors, FieldProblem,
    fault::Misfit,
    field::{arn, host_name, https_url, id, offered, ranges, required},
    spec::{Access, Cognito, HostName, Network, Oidc, Scheme, SignIn, SignInKind},
};

/// ACM wants the first name of a certificate to have at most 64 characters (ACM API, `RequestCertificate`, `DomainName`).
const HOST_MAX: usize = 64;

impl DraftForm {
    pub(super) fn parse_access(
        &self,
        region: &str,
        client_secret_arn: Option<String>,
        errors: &mut FieldErrors,
    ) -> Option<Access> {
        let scheme = offered(Scheme::from_code(&self.scheme), "scheme", errors);
        let allowed_cidrs = ranges(&self.allowed_cidrs, "allowed_cidrs", errors);
        let certificate_arn = self.parse_certificate(region, errors);
        let name = self.parse_name(errors);
        let sign_in = self.parse_sign_in(region, client_secret_arn, errors);
        let signs_in = self.signs_in();
        if signs_in && self.certificate_arn.trim().is_empty() && !self.names_a_host() {
            errors.add("sign_in", FieldProblem::DoesNotFit(Misfit::SignInNeedsHttps));
        }
        let public_acknowledged = is_ticked(&self.public_acknowledged);
        if scheme == Some(Scheme::InternetFacing) && !signs_in && !public_acknowledged {
            errors.add("public_acknowledged", FieldProblem::NotAcknowledged);
        }
        Some(Access { scheme: scheme?, allowed_cidrs, certificate_arn, name, public_acknowledged, sign_in })
    }

    /// Puts an environment's access into the form, but for its client secret.
    pub(super) fn take_access(&mut self, access: &Access) {
        let Access { scheme, allowed_cidrs, certificate_arn, name, public_acknowledged, sign_in } = access;
        self.scheme = scheme.code().into();
        self.allowed_cidrs = allowed_cidrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.certificate_arn = certificate_arn.clone().unwrap_or_default();
        self.public_acknowledged = if *public_acknowledged { "on".into() } else { String::new() };
        if let Some(HostName { host, zone_id, zone }) = name {
            self.host_name.clone_from(host);
            self.zone_id.clone_from(zone_id);
            self.zone.clone_from(zone);
        }
        match sign_in {
            None => {}
            Some(SignIn::Oidc(oidc)) => {
                self.sign_in = SignInKind::Oidc.code().into();
                self.oidc_issuer.clone_from(&oidc.issuer);
                self.oidc_authorization_endpoint.clone_from(&oidc.authorization_endpoint);
                self.oidc_token_endpoint.clone_from(&oidc.token_endpoint);
                self.oidc_user_info_endpoint.clone_from(&oidc.user_info_endpoint);
                self.oidc_client_id.clone_from(&oidc.client_id);
            }
            Some(SignIn::Cognito(cognito)) => {
                self.sign_in = SignInKind::Cognito.code().into();
                self.cognito_user_pool_arn.clone_from(&cognito.user_pool_arn);
                self.cognito_client_id.clone_from(&cognito.client_id);
                self.cognito_domain.clone_from(&cognito.domain);
            }
        }
    }

    /// The load balancer asks the identity provider itself, with an IPv4 address that an internal one only has behind NAT (ELB user
    /// guide, "Authenticate users using an Application Load Balancer", prerequisites).
    pub(super) fn check_way_to_sign_in(&self, network: &Network, access: &Access, errors: &mut FieldErrors) {
        let has_way = network.existing.is_some() || network.gateways() > 0;
        if self.signs_in() && access.scheme == Scheme::Internal && !has_way {
            errors.add("nat", FieldProblem::DoesNotFit(Misfit::SignInNeedsNat));
        }
    }

    fn parse_certificate(&self, region: &str, errors: &mut FieldErrors) -> Option<String> {
        let typed = self.certificate_arn.trim();
        (!typed.is_empty()).then(|| arn(typed, "acm", "certificate/", region, "certificate_arn", errors))
    }

    fn signs_in(&self) -> bool {
        SignInKind::from_code(&self.sign_in).is_some_and(|kind| kind != SignInKind::None)
    }

    fn names_a_host(&self) -> bool {
        [&self.host_name, &self.zone_id, &self.zone].iter().any(|field| !field.trim().is_empty())
    }

    /// Host name and zone belong together: with one of them, all are needed.
    fn parse_name(&self, errors: &mut FieldErrors) -> Option<HostName> {
        if !self.names_a_host() {
            return None;
        }
        let host = host_name(&self.host_name, "host_name", errors)?;
        let zone = host_name(&self.zone, "zone", errors);
        let zone_id = id(&self.zone_id, "zone_id", "Z0123456789ABCDEFGHIJ", is_zone_id, errors);
        if host.len() > HOST_MAX {
            errors.add("host_name", FieldProblem::TooLong { max: HOST_MAX });
        }
        let (zone, zone_id) = (zone?, zone_id?);
        if host != zone && !host.ends_with(&format!(".{zone}")) {
            errors.add("host_name", FieldProblem::DoesNotFit(Misfit::HostOutsideZone));
        }
        Some(HostName { host, zone_id, zone })
    }

    fn parse_sign_in(
        &self,
        region: &str,
        client_secret_arn: Option<String>,
        errors: &mut FieldErrors,
    ) -> Option<SignIn> {
        match offered(SignInKind::from_code(&self.sign_in), "sign_in", errors)? {
            SignInKind::None => None,
            SignInKind::Oidc => {
                let issuer = https_url(&self.oidc_issuer, "oidc_issuer", errors);
                let authorization = https_url(&self.oidc_authorization_endpoint, "oidc_authorization_endpoint", errors);
                let token = https_url(&self.oidc_token_endpoint, "oidc_token_endpoint", errors);
                let user_info = https_url(&self.oidc_user_info_endpoint, "oidc_user_info_endpoint", errors);
                let client_id = required(&self.oidc_client_id, "oidc_client_id", 255, errors);
                if client_secret_arn.is_none() {
                    errors.add("sign_in_secret", FieldProblem::Required);
                }
                Some(SignIn::Oidc(Oidc {
                    issuer: issuer?,
                    authorization_endpoint: authorization?,
                    token_endpoint: token?,
                    user_info_endpoint: user_info?,
                    client_id: client_id?,
                    client_secret_arn: client_secret_arn?,
                }))
            }
            SignInKind::Cognito => {
                let pool = required(&self.cognito_user_pool_arn, "cognito_user_pool_arn", 255, errors)
                    .map(|typed| arn(&typed, "cognito-idp", "userpool/", region, "cognito_user_pool_arn", errors));
                let client_id =
                    id(&self.cognito_client_id, "cognito_client_id", "1example23456789", is_client_id, errors);
                let domain = required(&self.cognito_domain, "cognito_domain", 255, errors);
                if let Some(domain) = &domain
                    && domain.contains('.')
                {
                    host_name(domain, "cognito_domain", errors);
                } else if let Some(domain) = &domain
                    && !domain.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                {
                    errors.add("cognito_domain", FieldProblem::NotAHostName);
                }
                Some(SignIn::Cognito(Cognito { user_pool_arn: pool?, client_id: client_id?, domain: domain? }))
            }
        }
    }
}

/// Route 53's ids of zones: a capital Z and up to 31 more letters and digits.
fn is_zone_id(text: &str) -> bool {
    text.len() > 1
        && text.len() <= 32
        && text.starts_with('Z')
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Cognito's ids of app clients (Cognito API, `ClientIdType`: letters, digits, `+` and `_`, at most 128).
fn is_client_id(text: &str) -> bool {
    text.len() <= 128 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{StoredArns, tests};

    fn oidc() -> DraftForm {
        DraftForm {
            host_name: "agents.example.com".into(),
            zone_id: "Z0123456789ABCDEFGHIJ".into(),
            zone: "Example.com.".into(),
            sign_in: "oidc".into(),
            oidc_issuer: "https://login.example.com".into(),
            oidc_authorization_endpoint: "https://login.example.com/authorize".into(),
            oidc_token_endpoint: "https://login.example.com/token".into(),
            oidc_user_info_endpoint: "https://login.example.com/userinfo".into(),
            oidc_client_id: "handrail".into(),
            ..tests::form()
        }
    }

    fn secrets() -> StoredArns {
        StoredArns {
            sign_in: Some("arn:aws:secretsmanager:eu-central-1:1:secret:handrail/y".into()),
            ..tests::key().into()
        }
    }

    #[test]
    fn sign_in_with_a_requested_certificate_is_valid_and_comes_back_without_its_secret() {
        let spec = oidc().parse(secrets()).expect("valid").spec;
        assert!(spec.access.is_https());
        assert_eq!(spec.access.name.as_ref().map(|name| name.zone.as_str()), Some("example.com"));
        let again = DraftForm::of(&spec);
        assert_eq!(again.oidc_client_id, "handrail");
        assert!(!serde_json::to_string(&again).expect("JSON").contains("secretsmanager"), "that secret is another's");
    }

    #[test]
    fn an_internet_facing_environment_with_sign_in_needs_no_acknowledgement() {
        let public = DraftForm { scheme: "internet_facing".into(), ..oidc() };
        assert!(public.parse(secrets()).is_ok());
        let open = DraftForm { sign_in: "none".into(), ..public };
        let errors = open.parse(secrets()).expect_err("invalid");
        assert_eq!(errors.of("public_acknowledged"), Some(&FieldProblem::NotAcknowledged));
    }

    #[test]
    fn old_specs_have_neither_name_nor_sign_in() {
        let spec = tests::form().parse(tests::key()).expect("valid").spec;
        let mut stored = serde_json::to_value(&spec).expect("JSON");
        let access = stored["access"].as_object_mut().expect("an object");
        assert!(!access.contains_key("sign_in") && !access.contains_key("name"), "nothing new is written either");
        assert_eq!(serde_json::from_value::<crate::spec::Spec>(stored).expect("a spec"), spec);
    }
}
