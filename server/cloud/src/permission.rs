//! Which IAM actions Handrail needs, as one table. `docs/aws-permissions.md` is written from it, and a test compares it with the calls
//! that [`crate::AwsCloud`] really makes.

mod document;
pub mod stack_role;

pub use document::{Policy, Statement, console_policy, document, drift_policy, role_policies, stack_role_policies};

/// Which resources an action is allowed on, as a statement of a policy. `ACCOUNT` stands for the account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The statement's id.
    pub sid: &'static str,
    /// ARN patterns.
    pub resources: &'static [&'static str],
    /// Operator, key and values of the statement's condition.
    pub condition: Option<(&'static str, &'static str, &'static [&'static str])>,
}

const fn on(sid: &'static str, resources: &'static [&'static str]) -> Scope {
    Scope { sid, resources, condition: None }
}

/// What was made by a stack of Handrail carries this tag.
const OURS: Option<(&str, &str, &[&str])> = Some(("StringLike", "aws:ResourceTag/handrail:environment", &["*"]));

/// Reads that AWS cannot limit to resources, or that are asked about names whose ARNs nobody knows before.
const READ: Scope = on("Read", &["*"]);
const STACKS: Scope = on("Stacks", &["arn:aws:cloudformation:*:ACCOUNT:stack/handrail-*/*"]);
const LOGS: Scope = on("Logs", &["arn:aws:logs:*:ACCOUNT:log-group:/handrail/*"]);
const SECRETS: Scope = on("Secrets", &["arn:aws:secretsmanager:*:ACCOUNT:secret:handrail*"]);
const BUCKETS: Scope = on("Buckets", &["arn:aws:s3:::handrail-*"]);
const OBJECTS: Scope = on("Objects", &["arn:aws:s3:::handrail-*/*"]);
const IMAGES: Scope = on("Images", &["arn:aws:ecr:*:ACCOUNT:repository/handrail/*"]);
const SNAPSHOTS: Scope = on("Snapshots", &["arn:aws:rds:*:ACCOUNT:snapshot:handrail-*"]);
const SERVICES: Scope = Scope { sid: "Services", resources: &["arn:aws:ecs:*:ACCOUNT:service/*"], condition: OURS };
const FILE_SYSTEMS: Scope = Scope {
    sid: "FileSystems",
    resources: &[
        "arn:aws:elasticfilesystem:*:ACCOUNT:file-system/*",
        "arn:aws:elasticfilesystem:*:ACCOUNT:access-point/*",
    ],
    condition: OURS,
};
/// EFS deletes a mount target's network interface with the caller's permissions.
const INTERFACES: Scope = on("MountTargetInterfaces", &["arn:aws:ec2:*:ACCOUNT:network-interface/*"]);
const PASS_STACK_ROLE: Scope = Scope {
    sid: "PassStackRole",
    resources: &["arn:aws:iam::ACCOUNT:role/STACK_ROLE"],
    condition: Some(("StringEquals", "iam:PassedToService", &["cloudformation.amazonaws.com"])),
};
/// Not part of the role's own policy: the server's identity needs it to become the role.
const CONSOLE_ROLE: Scope = on("AssumeConsoleRole", &["arn:aws:iam::ACCOUNT:role/CONSOLE_ROLE"]);

/// One API operation that a method of the port uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The method of [`ports::Cloud`].
    pub method: &'static str,
    /// The API operation, `service:Operation` with the service's name in IAM.
    pub api: &'static str,
    /// The IAM actions that AWS asks for, the operation's own first.
    pub actions: &'static [(&'static str, Scope)],
}

const fn needs(method: &'static str, api: &'static str, actions: &'static [(&'static str, Scope)]) -> Permission {
    Permission { method, api, actions }
}

/// Where the operation is an IAM action of the same name.
macro_rules! same {
    ($method:literal, $api:literal, $scope:expr) => {
        needs($method, $api, &[($api, $scope)])
    };
}

/// The method under which the table lists what every method does first where the account has a role.
pub const ANY_METHOD: &str = "any";

/// Every API operation of every method.
pub const PERMISSIONS: &[Permission] = &[
    same!("any", "sts:AssumeRole", CONSOLE_ROLE),
    same!("identity", "sts:GetCallerIdentity", READ),
    needs(
        "change_set_prepare",
        "cloudformation:CreateChangeSet",
        &[
            ("cloudformation:CreateChangeSet", STACKS),
            ("cloudformation:TagResource", STACKS),
            ("iam:PassRole", PASS_STACK_ROLE),
        ],
    ),
    same!("change_set_prepare", "cloudformation:DescribeChangeSet", STACKS),
    same!("change_set_execute", "cloudformation:ExecuteChangeSet", STACKS),
    same!("change_set_execute", "cloudformation:DescribeChangeSet", STACKS),
    same!("change_set_execute", "cloudformation:DescribeStackEvents", STACKS),
    same!("update_cancel", "cloudformation:CancelUpdateStack", STACKS),
    same!("update_cancel", "cloudformation:DescribeStacks", STACKS),
    needs(
        "rollback_continue",
        "cloudformation:ContinueUpdateRollback",
        &[("cloudformation:ContinueUpdateRollback", STACKS), ("iam:PassRole", PASS_STACK_ROLE)],
    ),
    same!("rollback_continue", "cloudformation:DescribeStacks", STACKS),
    same!("stack", "cloudformation:DescribeStacks", STACKS),
    same!("stacks", "cloudformation:DescribeStacks", READ),
    // CloudFormation reads each resource with the permissions of whoever asks: see `drift_reads`.
    needs(
        "stack_drift",
        "cloudformation:DetectStackDrift",
        &[
            ("cloudformation:DetectStackDrift", STACKS),
            ("cloudformation:DetectStackResourceDrift", STACKS),
            ("cloudformation:BatchDescribeTypeConfigurations", READ),
        ],
    ),
    same!("stack_drift", "cloudformation:DescribeStackDriftDetectionStatus", READ),
    same!("stack_drift", "cloudformation:DescribeStackResourceDrifts", STACKS),
    same!("stack_events", "cloudformation:DescribeStackEvents", STACKS),
    same!("stack_resources", "cloudformation:ListStackResources", STACKS),
    same!("stack_protect", "cloudformation:UpdateTerminationProtection", STACKS),
    same!("stack_policy_set", "cloudformation:SetStackPolicy", STACKS),
    needs(
        "stack_delete",
        "cloudformation:DeleteStack",
        &[("cloudformation:DeleteStack", STACKS), ("iam:PassRole", PASS_STACK_ROLE)],
    ),
    same!("service", "ecs:DescribeServices", READ),
    same!("service", "ecs:ListTasks", READ),
    same!("service", "ecs:DescribeTasks", READ),
    same!("clusters", "ecs:DescribeClusters", READ),
    same!("service_scale", "ecs:UpdateService", SERVICES),
    same!("targets", "elasticloadbalancing:DescribeTargetHealth", READ),
    same!("database", "rds:DescribeDBInstances", READ),
    same!("log_events", "logs:FilterLogEvents", LOGS),
    same!("metrics", "cloudwatch:GetMetricData", READ),
    same!("databases", "rds:DescribeDBInstances", READ),
    needs(
        "secret_put",
        "secretsmanager:CreateSecret",
        &[("secretsmanager:CreateSecret", SECRETS), ("secretsmanager:TagResource", SECRETS)],
    ),
    same!("secret_put", "secretsmanager:PutSecretValue", SECRETS),
    same!("secret_put", "secretsmanager:RestoreSecret", SECRETS),
    same!("secret_delete", "secretsmanager:DeleteSecret", SECRETS),
    same!("secret_delete", "secretsmanager:RestoreSecret", SECRETS),
    needs("image_repository", "ecr:CreateRepository", &[("ecr:CreateRepository", IMAGES), ("ecr:TagResource", IMAGES)]),
    same!("image_repository", "ecr:DescribeRepositories", IMAGES),
    same!("image_repository", "ecr:PutLifecyclePolicy", IMAGES),
    // What the login is used for is asked of the registry, which checks it against the same policy.
    needs(
        "image_login",
        "ecr:GetAuthorizationToken",
        &[
            ("ecr:GetAuthorizationToken", READ),
            ("ecr:BatchCheckLayerAvailability", IMAGES),
            ("ecr:BatchGetImage", IMAGES),
            ("ecr:CompleteLayerUpload", IMAGES),
            ("ecr:GetDownloadUrlForLayer", IMAGES),
            ("ecr:InitiateLayerUpload", IMAGES),
            ("ecr:PutImage", IMAGES),
            ("ecr:UploadLayerPart", IMAGES),
        ],
    ),
    same!("image_scan", "ecr:DescribeImageScanFindings", IMAGES),
    same!("tagged", "tag:GetResources", READ),
    same!("exists", "cloudformation:DescribeStacks", STACKS),
    same!("exists", "cloudwatch:DescribeAlarms", READ),
    same!("exists", "ecs:DescribeClusters", READ),
    same!("exists", "ecs:DescribeServices", READ),
    same!("exists", "ecs:DescribeTaskDefinition", READ),
    same!("exists", "ecs:DescribeTasks", READ),
    same!("exists", "elasticfilesystem:DescribeAccessPoints", READ),
    same!("exists", "elasticfilesystem:DescribeFileSystems", READ),
    same!("exists", "elasticloadbalancing:DescribeListeners", READ),
    same!("exists", "elasticloadbalancing:DescribeLoadBalancers", READ),
    same!("exists", "elasticloadbalancing:DescribeTargetGroups", READ),
    same!("exists", "logs:DescribeLogGroups", READ),
    same!("exists", "rds:DescribeDBInstances", READ),
    same!("exists", "rds:DescribeDBSnapshots", READ),
    same!("exists", "rds:DescribeDBSubnetGroups", READ),
    needs("exists", "s3:HeadBucket", &[("s3:ListBucket", BUCKETS)]),
    same!("exists", "secretsmanager:DescribeSecret", SECRETS),
    needs("bucket_delete", "s3:ListObjectVersions", &[("s3:ListBucketVersions", BUCKETS)]),
    needs("bucket_delete", "s3:DeleteObjects", &[("s3:DeleteObject", OBJECTS), ("s3:DeleteObjectVersion", OBJECTS)]),
    same!("bucket_delete", "s3:DeleteBucket", BUCKETS),
    same!("file_system_delete", "elasticfilesystem:DescribeMountTargets", READ),
    needs(
        "file_system_delete",
        "elasticfilesystem:DeleteMountTarget",
        &[("elasticfilesystem:DeleteMountTarget", FILE_SYSTEMS), ("ec2:DeleteNetworkInterface", INTERFACES)],
    ),
    same!("file_system_delete", "elasticfilesystem:DescribeAccessPoints", READ),
    same!("file_system_delete", "elasticfilesystem:DeleteAccessPoint", FILE_SYSTEMS),
    same!("file_system_delete", "elasticfilesystem:DescribeFileSystems", READ),
    same!("file_system_delete", "elasticfilesystem:DeleteFileSystem", FILE_SYSTEMS),
    same!("database_snapshots", "rds:DescribeDBSnapshots", READ),
    same!("database_snapshot_delete", "rds:DeleteDBSnapshot", SNAPSHOTS),
    same!("database_snapshot_delete", "rds:DescribeDBSnapshots", READ),
];

/// The IAM action that an API operation asks for first. AWS's own messages do not always name it.
pub(crate) fn action_of(api: &'static str) -> &'static str {
    let row = PERMISSIONS.iter().find(|permission| permission.api == api);
    row.and_then(|permission| permission.actions.first()).map_or(api, |(action, _)| action)
}
