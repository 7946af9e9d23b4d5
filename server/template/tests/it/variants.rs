//! Specs that the tests render.

use model::{
    EnvironmentId, TeamId,
    spec::{
        Access, Architecture, Cognito, Compute, ComputeKind, Database, DatabaseClass, Edition, ExistingVpc, Host,
        HostName, Image, InstanceType, Llm, LlmProvider, Nat, Network, Oidc, Scheme, SecretVariable, SignIn, Size,
        Spec, Variable,
    },
};
use template::Identity;
use uuid::Uuid;

pub(crate) fn identity() -> Identity {
    Identity {
        environment: EnvironmentId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_dead_beef)),
        name: "research".to_owned(),
        team: TeamId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001)),
        team_name: "Core".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        revision: 1,
    }
}

/// What the create form begins with.
pub(crate) fn default() -> Spec {
    Spec {
        edition: Edition::Canvas,
        image: Image {
            repository: Edition::Canvas.repository().expect("public").to_owned(),
            tag: Edition::Canvas.tags()[0].to_owned(),
            digest: None,
        },
        compute: Compute::fargate(Size::Medium, Architecture::X86_64, 50),
        network: Network { cidr: "10.64.0.0/20".parse().expect("a range"), zones: 2, nat: Nat::One, existing: None },
        access: Access {
            scheme: Scheme::Internal,
            allowed_cidrs: vec!["10.0.0.0/8".parse().expect("a range")],
            certificate_arn: None,
            name: None,
            public_acknowledged: false,
            sign_in: None,
        },
        database: Database { class: DatabaseClass::T4gMicro, storage_gib: 20, multi_az: false, backup_days: 7 },
        llm: Llm {
            provider: LlmProvider::Anthropic,
            model: "anthropic/claude-sonnet-4-5".to_owned(),
            base_url: None,
            key_secret_arn: Some(
                "arn:aws:secretsmanager:eu-west-1:111122223333:secret:handrail/x/llm-key-AbCdEf".to_owned(),
            ),
        },
        variables: Vec::new(),
        secrets: Vec::new(),
        log_retention_days: 30,
        preset: None,
    }
}

fn changed(change: impl FnOnce(&mut Spec)) -> Spec {
    let mut spec = default();
    change(&mut spec);
    spec
}

/// ECS on hosts of a type.
pub(crate) fn hosts(instance_type: InstanceType, disk_gib: u32) -> Compute {
    Compute::hosts(ComputeKind::EcsEc2, Host { instance_type, disk_gib })
}

/// The app server on a host of a type.
pub(crate) fn app(instance_type: InstanceType) -> Spec {
    let mut spec = default();
    spec.edition = Edition::App;
    spec.image.repository = Edition::App.repository().expect("public").to_owned();
    spec.image.tag = Edition::App.tags()[0].to_owned();
    spec.compute = hosts(instance_type, 100);
    spec
}

fn bedrock() -> Llm {
    Llm {
        provider: LlmProvider::Bedrock,
        model: "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned(),
        base_url: None,
        key_secret_arn: None,
    }
}

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-1234-1234-1234-123456789012";

/// Specs that together show every branch of the template, by name.
pub(crate) fn all() -> Vec<(&'static str, Spec)> {
    vec![
        ("default", default()),
        ("no-nat", changed(|spec| spec.network.nat = Nat::None)),
        (
            "endpoints",
            changed(|spec| {
                spec.network.nat = Nat::Endpoints;
                spec.image.repository =
                    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/handrail/ghcr.io/openhands/agent-canvas".to_owned();
                spec.llm = bedrock();
            }),
        ),
        (
            "existing-vpc",
            changed(|spec| {
                spec.access.scheme = Scheme::InternetFacing;
                spec.access.public_acknowledged = true;
                spec.network.existing = Some(ExistingVpc {
                    id: "vpc-0123456789abcdef0".to_owned(),
                    private_subnets: vec!["subnet-0123456789abcdef0".to_owned(), "subnet-0123456789abcdef1".to_owned()],
                    public_subnets: vec!["subnet-0123456789abcdef2".to_owned(), "subnet-0123456789abcdef3".to_owned()],
                });
            }),
        ),
        (
            "three-zones-nat-each",
            changed(|spec| {
                spec.network.zones = 3;
                spec.network.nat = Nat::PerZone;
                spec.database.multi_az = true;
                spec.database.class = DatabaseClass::M7gLarge;
                spec.database.storage_gib = 200;
            }),
        ),
        ("certificate", changed(|spec| spec.access.certificate_arn = Some(CERTIFICATE.to_owned()))),
        (
            "internet-facing",
            changed(|spec| {
                spec.access.scheme = Scheme::InternetFacing;
                spec.access.public_acknowledged = true;
                spec.access.allowed_cidrs = vec!["0.0.0.0/0".parse().expect("a range")];
            }),
        ),
        (
            "internet-facing-certificate-two-ranges",
            changed(|spec| {
                spec.access.scheme = Scheme::InternetFacing;
                spec.access.public_acknowledged = true;
                spec.access.certificate_arn = Some(CERTIFICATE.to_owned());
                spec.access.allowed_cidrs =
                    vec!["203.0.113.0/24".parse().expect("a range"), "2001:db8::/32".parse().expect("a range")];
            }),
        ),
        (
            "requested-certificate-oidc",
            changed(|spec| {
                spec.access.scheme = Scheme::InternetFacing;
                spec.access.name = Some(HostName {
                    host: "agents.example.com".to_owned(),
                    zone_id: "Z0123456789ABCDEFGHIJ".to_owned(),
                    zone: "example.com".to_owned(),
                });
                spec.access.sign_in = Some(SignIn::Oidc(Oidc {
                    issuer: "https://login.example.com".to_owned(),
                    authorization_endpoint: "https://login.example.com/authorize".to_owned(),
                    token_endpoint: "https://login.example.com/token".to_owned(),
                    user_info_endpoint: "https://login.example.com/userinfo".to_owned(),
                    client_id: "handrail".to_owned(),
                    client_secret_arn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:handrail/x/sign-in-AbCdEf"
                        .to_owned(),
                }));
            }),
        ),
        (
            "certificate-cognito",
            changed(|spec| {
                spec.access.certificate_arn = Some(CERTIFICATE.to_owned());
                spec.access.sign_in = Some(SignIn::Cognito(Cognito {
                    user_pool_arn: "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI".to_owned(),
                    client_id: "1example23456789".to_owned(),
                    domain: "agents".to_owned(),
                }));
            }),
        ),
        (
            "small-arm",
            changed(|spec| {
                spec.compute = Compute::fargate(Size::Small, Architecture::Arm64, 21);
                spec.network.cidr = "192.168.7.0/24".parse().expect("a range");
            }),
        ),
        (
            "large-pinned",
            changed(|spec| {
                spec.compute = Compute::fargate(Size::Large, Architecture::X86_64, 200);
                spec.image.digest = Some(format!("sha256:{}", "ab".repeat(32)));
            }),
        ),
        (
            "bedrock",
            changed(|spec| {
                spec.llm = bedrock();
            }),
        ),
        (
            "bedrock-one-region",
            changed(|spec| {
                spec.llm = Llm {
                    provider: LlmProvider::Bedrock,
                    model: "bedrock/mistral.mistral-7b-instruct-v0:2".to_owned(),
                    base_url: None,
                    key_secret_arn: None,
                };
            }),
        ),
        (
            "variables-and-secrets",
            changed(|spec| {
                spec.variables = vec![Variable { name: "LOG_LEVEL".to_owned(), value: "debug".to_owned() }];
                spec.secrets = ["GITHUB_TOKEN", "TAVILY_API_KEY"]
                    .map(|name| SecretVariable {
                        name: name.to_owned(),
                        secret_arn: format!(
                            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:handrail/x/variable/{name}-AbCdEf"
                        ),
                    })
                    .to_vec();
            }),
        ),
        (
            "compatible",
            changed(|spec| {
                spec.llm.provider = LlmProvider::Compatible;
                spec.llm.base_url = Some("https://llm.example.org/v1".to_owned());
            }),
        ),
        ("ecs-ec2", changed(|spec| spec.compute = hosts(InstanceType::M6iLarge, 60))),
        ("app-ecs-ec2", app(InstanceType::M6iXlarge)),
        (
            "app-ecs-ec2-internet-facing-bedrock",
            Spec {
                access: Access {
                    scheme: Scheme::InternetFacing,
                    name: None,
                    sign_in: None,
                    public_acknowledged: true,
                    allowed_cidrs: vec!["203.0.113.0/24".parse().expect("a range")],
                    certificate_arn: None,
                },
                network: Network { zones: 2, nat: Nat::PerZone, ..default().network },
                llm: Llm {
                    provider: LlmProvider::Bedrock,
                    model: "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned(),
                    base_url: Some("https://llm.example.org/v1".to_owned()),
                    key_secret_arn: None,
                },
                ..app(InstanceType::M6gLarge)
            },
        ),
        (
            "ecs-ec2-arm-three-zones",
            changed(|spec| {
                spec.compute = hosts(InstanceType::M6g2xlarge, 200);
                spec.network.zones = 3;
                spec.network.nat = Nat::PerZone;
            }),
        ),
    ]
}
