//! Who reaches an environment, and how.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

codes! {
    /// Where the load balancer can be reached from.
    Scheme { Internal = "internal", InternetFacing = "internet_facing" }
}

codes! {
    /// Who the load balancer asks whom it may let through.
    SignInKind {
        /// Nobody: whoever is in the allowed ranges gets through.
        None = "none",
        /// An OpenID Connect provider.
        Oidc = "oidc",
        /// A user pool of Amazon Cognito.
        Cognito = "cognito",
    }
}

/// Who can reach the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub scheme: Scheme,
    /// Ranges that the load balancer's security group admits. Never empty.
    pub allowed_cidrs: Vec<IpNet>,
    /// ACM certificate of the same region; with it the load balancer speaks HTTPS and redirects HTTP.
    pub certificate_arn: Option<String>,
    /// The name by which people reach it. Without [`Self::certificate_arn`] a certificate is requested for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<HostName>,
    /// The user confirmed that an internet-facing environment without sign-in is meant.
    pub public_acknowledged: bool,
    /// Whom the load balancer asks before it lets anybody through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
}

impl Access {
    /// Whether the load balancer speaks HTTPS: with a certificate that is there, or one that is requested for the name.
    pub fn is_https(&self) -> bool {
        self.certificate_arn.is_some() || self.name.is_some()
    }
}

/// A name in a hosted zone of Route 53.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostName {
    /// For example `agents.example.com`.
    pub host: String,
    /// Id of the hosted zone in which the name is made, for example `Z0123456789ABCDEFGHIJ`.
    pub zone_id: String,
    /// The domain of that zone, for example `example.com`.
    pub zone: String,
}

/// Whom the load balancer asks who somebody is (ELB user guide, "Authenticate users using an Application Load Balancer").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    Oidc(Oidc),
    Cognito(Cognito),
}

impl SignIn {
    /// Which kind it is.
    pub fn kind(&self) -> SignInKind {
        match self {
            Self::Oidc(_) => SignInKind::Oidc,
            Self::Cognito(_) => SignInKind::Cognito,
        }
    }

    /// ARN of the secret that Handrail stored for it.
    pub fn client_secret_arn(&self) -> Option<&str> {
        match self {
            Self::Oidc(oidc) => Some(&oidc.client_secret_arn),
            Self::Cognito(_) => None,
        }
    }
}

/// An OpenID Connect provider, by what its discovery document names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oidc {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub user_info_endpoint: String,
    pub client_id: String,
    /// ARN of the Secrets Manager secret that holds the client secret. Handrail keeps the ARN, never the secret.
    pub client_secret_arn: String,
}

/// A user pool that is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cognito {
    pub user_pool_arn: String,
    /// App client of the pool, with a secret, which the load balancer asks Cognito for.
    pub client_id: String,
    /// Prefix of the pool's domain, or its own domain.
    pub domain: String,
}
