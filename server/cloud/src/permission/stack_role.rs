//! What the CloudFormation service role needs for the resource types that Handrail's templates make.

use super::{Scope, on};

/// EC2 resources get their ids when they are made, and their tags in the same call; limit them by region or VPC where that matters.
const NETWORK: Scope = on("Network", &["*"]);
const BALANCERS: Scope = on("LoadBalancers", &["*"]);
/// AWS limits the request of a certificate to nothing narrower: it has no ARN before (ACM, actions defined by the service).
const CERTIFICATES: Scope = on("Certificates", &["*"]);
const NAMES: Scope = on("Names", &["arn:aws:route53:::hostedzone/*", "arn:aws:route53:::change/*"]);
/// Elastic Load Balancing looks at the app client with the caller's permissions.
const SIGN_IN: Scope = on("SignIn", &["arn:aws:cognito-idp:*:ACCOUNT:userpool/*"]);
const CONTAINERS: Scope = on("Containers", &["*"]);
const HOSTS: Scope = on("Hosts", &["*"]);
const HOST_PROFILES: Scope = on("HostProfiles", &["arn:aws:iam::ACCOUNT:instance-profile/handrail-*"]);
const PASS_HOST_ROLES: Scope = Scope {
    sid: "PassHostRoles",
    resources: &["arn:aws:iam::ACCOUNT:role/handrail-*"],
    condition: Some(("StringEquals", "iam:PassedToService", &["ec2.amazonaws.com"])),
};
/// Where AWS publishes its images.
const IMAGES: Scope = on("Images", &["arn:aws:ssm:*::parameter/aws/service/ecs/optimized-ami/*"]);
const FILES: Scope = on("Files", &["*"]);
const DATABASES: Scope = on("Databases", &["*"]);
const BUCKETS: Scope = on("Buckets", &["arn:aws:s3:::handrail-*"]);
const ROLES: Scope = on("Roles", &["arn:aws:iam::ACCOUNT:role/handrail-*"]);
const PASS_TASK_ROLES: Scope = Scope {
    sid: "PassTaskRoles",
    resources: &["arn:aws:iam::ACCOUNT:role/handrail-*"],
    condition: Some(("StringEquals", "iam:PassedToService", &["ecs-tasks.amazonaws.com"])),
};
const SERVICE_LINKED_ROLES: Scope = Scope {
    sid: "ServiceLinkedRoles",
    resources: &["arn:aws:iam::ACCOUNT:role/aws-service-role/*"],
    condition: Some((
        "StringEquals",
        "iam:AWSServiceName",
        &[
            "autoscaling.amazonaws.com",
            "ecs.amazonaws.com",
            "elasticfilesystem.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "rds.amazonaws.com",
        ],
    )),
};
const LOGS: Scope = on("Logs", &["*"]);
const ALARMS: Scope = on("Alarms", &["arn:aws:cloudwatch:*:ACCOUNT:alarm:handrail-*"]);
const SECRETS: Scope = on(
    "Secrets",
    &["arn:aws:secretsmanager:*:ACCOUNT:secret:handrail*", "arn:aws:secretsmanager:*:ACCOUNT:secret:rds!*"],
);
/// RDS asks for them with the caller's permissions when it keeps the master password itself.
const KEYS: Scope = Scope {
    sid: "DefaultKeys",
    resources: &["*"],
    condition: Some((
        "StringLike",
        "kms:ViaService",
        &["elasticfilesystem.*.amazonaws.com", "rds.*.amazonaws.com", "secretsmanager.*.amazonaws.com"],
    )),
};

/// A resource type with the IAM actions for making, changing, tagging and deleting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypePermission {
    /// CloudFormation's name of the type.
    pub resource_type: &'static str,
    pub scope: Scope,
    pub actions: &'static [&'static str],
}

const fn makes(resource_type: &'static str, scope: Scope, actions: &'static [&'static str]) -> TypePermission {
    TypePermission { resource_type, scope, actions }
}

/// The statements of the first of two policies: together they have more characters than AWS lets one managed policy have.
pub(super) const FIRST_POLICY: [&str; 6] =
    [NETWORK.sid, BALANCERS.sid, FILES.sid, CERTIFICATES.sid, NAMES.sid, SIGN_IN.sid];

/// Every resource type of the templates. Taken from the handler permissions in AWS's public resource schemas.
pub const TYPES: &[TypePermission] = &[
    makes(
        "AWS::EC2::VPC",
        NETWORK,
        &[
            "ec2:CreateVpc",
            "ec2:DeleteVpc",
            "ec2:ModifyVpcAttribute",
            "ec2:DescribeVpcs",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeAvailabilityZones",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
    ),
    makes(
        "AWS::EC2::Subnet",
        NETWORK,
        &["ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute", "ec2:DescribeSubnets"],
    ),
    makes(
        "AWS::EC2::InternetGateway",
        NETWORK,
        &["ec2:CreateInternetGateway", "ec2:DeleteInternetGateway", "ec2:DescribeInternetGateways"],
    ),
    makes("AWS::EC2::VPCGatewayAttachment", NETWORK, &["ec2:AttachInternetGateway", "ec2:DetachInternetGateway"]),
    makes(
        "AWS::EC2::EIP",
        NETWORK,
        &["ec2:AllocateAddress", "ec2:ReleaseAddress", "ec2:DescribeAddresses", "ec2:DisassociateAddress"],
    ),
    makes(
        "AWS::EC2::NatGateway",
        NETWORK,
        &["ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:DescribeNatGateways"],
    ),
    makes(
        "AWS::EC2::RouteTable",
        NETWORK,
        &["ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DescribeRouteTables"],
    ),
    makes("AWS::EC2::Route", NETWORK, &["ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"]),
    makes(
        "AWS::EC2::SubnetRouteTableAssociation",
        NETWORK,
        &["ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"],
    ),
    makes(
        "AWS::EC2::VPCEndpoint",
        NETWORK,
        &["ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint", "ec2:DescribeVpcEndpoints"],
    ),
    makes(
        "AWS::EC2::SecurityGroup",
        NETWORK,
        &[
            "ec2:CreateSecurityGroup",
            "ec2:DeleteSecurityGroup",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeNetworkInterfaces",
        ],
    ),
    makes(
        "AWS::EC2::SecurityGroupIngress",
        NETWORK,
        &[
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        ],
    ),
    makes(
        "AWS::EC2::SecurityGroupEgress",
        NETWORK,
        &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        ],
    ),
    makes(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        BALANCERS,
        &[
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:DeleteLoadBalancer",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
            "elasticloadbalancing:DescribeTags",
        ],
    ),
    makes(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        BALANCERS,
        &[
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetHealth",
        ],
    ),
    makes(
        "AWS::ElasticLoadBalancingV2::Listener",
        BALANCERS,
        &[
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeListenerAttributes",
        ],
    ),
    makes("AWS::ElasticLoadBalancingV2::Listener", SIGN_IN, &["cognito-idp:DescribeUserPoolClient"]),
    makes(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        BALANCERS,
        &[
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:SetRulePriorities",
        ],
    ),
    makes(
        "AWS::CertificateManager::Certificate",
        CERTIFICATES,
        &[
            "acm:RequestCertificate",
            "acm:DeleteCertificate",
            "acm:DescribeCertificate",
            "acm:AddTagsToCertificate",
            "acm:RemoveTagsFromCertificate",
            "acm:ListTagsForCertificate",
        ],
    ),
    // CloudFormation puts the proof for a certificate into the zone too.
    makes(
        "AWS::Route53::RecordSet",
        NAMES,
        &[
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHostedZone",
            "route53:ListResourceRecordSets",
        ],
    ),
    makes(
        "AWS::ECS::Cluster",
        CONTAINERS,
        &[
            "ecs:CreateCluster",
            "ecs:DeleteCluster",
            "ecs:UpdateCluster",
            "ecs:UpdateClusterSettings",
            "ecs:PutClusterCapacityProviders",
            "ecs:DescribeClusters",
            "ecs:TagResource",
            "ecs:UntagResource",
        ],
    ),
    makes(
        "AWS::ECS::TaskDefinition",
        CONTAINERS,
        &["ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"],
    ),
    makes("AWS::ECS::TaskDefinition", PASS_TASK_ROLES, &["iam:PassRole"]),
    makes(
        "AWS::ECS::Service",
        CONTAINERS,
        &[
            "ecs:CreateService",
            "ecs:DeleteService",
            "ecs:UpdateService",
            "ecs:DescribeServices",
            "ecs:DescribeServiceDeployments",
            "ecs:DescribeServiceRevisions",
            "ecs:ListServiceDeployments",
        ],
    ),
    makes(
        "AWS::ECS::CapacityProvider",
        CONTAINERS,
        &[
            "ecs:CreateCapacityProvider",
            "ecs:DeleteCapacityProvider",
            "ecs:UpdateCapacityProvider",
            "ecs:DescribeCapacityProviders",
        ],
    ),
    // ECS makes the scaling plan of a capacity provider with the caller's permissions (ECS Developer Guide, "Cluster auto scaling").
    makes(
        "AWS::ECS::CapacityProvider",
        HOSTS,
        &[
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:DeletePolicy",
            "autoscaling:DescribePolicies",
            "autoscaling:PutScalingPolicy",
            "autoscaling:PutLifecycleHook",
            "autoscaling:DeleteLifecycleHook",
            "autoscaling-plans:CreateScalingPlan",
            "autoscaling-plans:DeleteScalingPlan",
            "autoscaling-plans:DescribeScalingPlans",
            "autoscaling-plans:UpdateScalingPlan",
        ],
    ),
    makes(
        "AWS::ECS::ClusterCapacityProviderAssociations",
        CONTAINERS,
        &["ecs:PutClusterCapacityProviders", "ecs:DescribeClusters"],
    ),
    makes(
        "AWS::AutoScaling::AutoScalingGroup",
        HOSTS,
        &[
            "autoscaling:CreateAutoScalingGroup",
            "autoscaling:DeleteAutoScalingGroup",
            "autoscaling:UpdateAutoScalingGroup",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeLifecycleHooks",
            "autoscaling:DescribeTags",
            "autoscaling:CreateOrUpdateTags",
            "autoscaling:DeleteTags",
            "autoscaling:SuspendProcesses",
            "autoscaling:ResumeProcesses",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
        ],
    ),
    makes("AWS::AutoScaling::AutoScalingGroup", SERVICE_LINKED_ROLES, &["iam:CreateServiceLinkedRole"]),
    // Auto Scaling asks whether the caller may start what the launch template describes.
    makes("AWS::AutoScaling::AutoScalingGroup", HOSTS, &["ec2:RunInstances"]),
    makes("AWS::AutoScaling::AutoScalingGroup", PASS_HOST_ROLES, &["iam:PassRole"]),
    makes(
        "AWS::EC2::LaunchTemplate",
        HOSTS,
        &[
            "ec2:CreateLaunchTemplate",
            "ec2:CreateLaunchTemplateVersion",
            "ec2:DeleteLaunchTemplate",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetLaunchTemplateData",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
    ),
    makes("AWS::EC2::LaunchTemplate", IMAGES, &["ssm:GetParameters"]),
    makes("AWS::ECS::Service", SERVICE_LINKED_ROLES, &["iam:CreateServiceLinkedRole"]),
    makes(
        "AWS::EFS::FileSystem",
        FILES,
        &[
            "elasticfilesystem:CreateFileSystem",
            "elasticfilesystem:DeleteFileSystem",
            "elasticfilesystem:UpdateFileSystem",
            "elasticfilesystem:UpdateFileSystemProtection",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:DescribeFileSystemPolicy",
            "elasticfilesystem:PutFileSystemPolicy",
            "elasticfilesystem:DeleteFileSystemPolicy",
            "elasticfilesystem:DescribeLifecycleConfiguration",
            "elasticfilesystem:PutLifecycleConfiguration",
            "elasticfilesystem:DescribeBackupPolicy",
            "elasticfilesystem:PutBackupPolicy",
            "elasticfilesystem:DescribeReplicationConfigurations",
            "elasticfilesystem:TagResource",
            "elasticfilesystem:UntagResource",
            "elasticfilesystem:ListTagsForResource",
        ],
    ),
    makes(
        "AWS::EFS::MountTarget",
        FILES,
        &[
            "elasticfilesystem:CreateMountTarget",
            "elasticfilesystem:DeleteMountTarget",
            "elasticfilesystem:DescribeMountTargets",
            "elasticfilesystem:DescribeMountTargetSecurityGroups",
            "elasticfilesystem:ModifyMountTargetSecurityGroups",
        ],
    ),
    makes(
        "AWS::EFS::MountTarget",
        NETWORK,
        &["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"],
    ),
    makes(
        "AWS::EFS::AccessPoint",
        FILES,
        &[
            "elasticfilesystem:CreateAccessPoint",
            "elasticfilesystem:DeleteAccessPoint",
            "elasticfilesystem:DescribeAccessPoints",
        ],
    ),
    makes("AWS::EFS::FileSystem", KEYS, &["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
    makes(
        "AWS::RDS::DBInstance",
        DATABASES,
        &[
            "rds:CreateDBInstance",
            "rds:DeleteDBInstance",
            "rds:ModifyDBInstance",
            "rds:RebootDBInstance",
            "rds:DescribeDBInstances",
            "rds:CreateDBSnapshot",
            "rds:DescribeDBSnapshots",
            "rds:DescribeDBEngineVersions",
            "rds:DescribeEvents",
            "rds:RestoreDBInstanceFromDBSnapshot",
            "rds:AddTagsToResource",
            "rds:RemoveTagsFromResource",
            "rds:ListTagsForResource",
        ],
    ),
    makes(
        "AWS::RDS::DBSubnetGroup",
        DATABASES,
        &[
            "rds:CreateDBSubnetGroup",
            "rds:DeleteDBSubnetGroup",
            "rds:ModifyDBSubnetGroup",
            "rds:DescribeDBSubnetGroups",
        ],
    ),
    makes(
        "AWS::RDS::DBParameterGroup",
        DATABASES,
        &[
            "rds:CreateDBParameterGroup",
            "rds:DeleteDBParameterGroup",
            "rds:ModifyDBParameterGroup",
            "rds:ResetDBParameterGroup",
            "rds:DescribeDBParameterGroups",
            "rds:DescribeDBParameters",
            "rds:DescribeEngineDefaultParameters",
        ],
    ),
    makes(
        "AWS::S3::Bucket",
        BUCKETS,
        &[
            "s3:CreateBucket",
            "s3:DeleteBucket",
            "s3:ListBucket",
            "s3:GetBucket*",
            "s3:PutBucket*",
            "s3:GetEncryptionConfiguration",
            "s3:PutEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:TagResource",
            "s3:UntagResource",
            "s3:ListTagsForResource",
        ],
    ),
    makes("AWS::S3::BucketPolicy", BUCKETS, &["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"]),
    makes(
        "AWS::IAM::Role",
        ROLES,
        &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
            "iam:UpdateAssumeRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:PutRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:ListRolePolicies",
            "iam:ListAttachedRolePolicies",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
        ],
    ),
    makes(
        "AWS::IAM::InstanceProfile",
        HOST_PROFILES,
        &[
            "iam:CreateInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:GetInstanceProfile",
            "iam:AddRoleToInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
        ],
    ),
    makes("AWS::IAM::InstanceProfile", PASS_HOST_ROLES, &["iam:PassRole"]),
    makes("AWS::IAM::Policy", ROLES, &["iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"]),
    makes(
        "AWS::Logs::LogGroup",
        LOGS,
        &[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DescribeLogGroups",
            "logs:DescribeIndexPolicies",
            "logs:GetDataProtectionPolicy",
            "logs:PutRetentionPolicy",
            "logs:DeleteRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
            "logs:ListTagsForResource",
        ],
    ),
    makes(
        "AWS::CloudWatch::Alarm",
        ALARMS,
        &[
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
            "cloudwatch:ListTagsForResource",
        ],
    ),
    makes(
        "AWS::SecretsManager::Secret",
        SECRETS,
        &[
            "secretsmanager:CreateSecret",
            "secretsmanager:DeleteSecret",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetRandomPassword",
            // CloudFormation resolves references to secrets with the role's permissions.
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:RotateSecret",
            "secretsmanager:UpdateSecret",
            "secretsmanager:TagResource",
            "secretsmanager:UntagResource",
        ],
    ),
];
