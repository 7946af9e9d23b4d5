//! The EC2 host of an environment that runs on ECS: launch template, auto scaling group and capacity provider. ECS starts the host when
//! there is a task to run and ends it some fifteen minutes after the last one (ECS Developer Guide, "Cluster auto scaling").

use super::{
    Resource, Stack, attribute,
    network::{neighbour, subnets, ways_out},
    reference, substitute,
};
use model::{
    plan::Section::{Compute, Network, Permissions},
    spec::{Architecture, Host},
};
use serde_json::{Value, json};

/// The port on which the app's router is reached, on the host.
pub(super) const ROUTER_PORT: u16 = 80;

/// What ECS sends the one container of a host that it shares with nobody: everything but what Docker, the agent and the system take.
pub(super) fn memory_mib(host: Host) -> u32 {
    let all = host.instance_type.memory_mib();
    all - (all / 16).max(1024)
}

/// Parameter under which AWS publishes the newest ECS-optimised image (ECS Developer Guide, "Retrieving Amazon ECS-optimized Linux AMI
/// metadata"). CloudFormation resolves it whenever it makes or changes the launch template.
fn image(architecture: Architecture) -> String {
    let path = match architecture {
        Architecture::X86_64 => "",
        Architecture::Arm64 => "arm64/",
    };
    format!("{{{{resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/{path}recommended/image_id}}}}")
}

pub(super) fn add(stack: &mut Stack, host: Host) {
    add_security_group(stack);
    add_role(stack);
    add_launch_template(stack, host);
    add_group(stack, host);
    stack.add(Resource::new(
        "CapacityProvider",
        "AWS::ECS::CapacityProvider",
        Compute,
        "Starts the host when a task needs it, and ends it after",
        json!({
            "Name": stack.long_name(),
            "AutoScalingGroupProvider": {
                "AutoScalingGroupArn": reference("HostGroup"),
                "ManagedScaling": {
                    "Status": "ENABLED", "TargetCapacity": 100, "MinimumScalingStepSize": 1, "MaximumScalingStepSize": 1,
                    "InstanceWarmupPeriod": 60
                },
                // A host that ends lets its task end in peace first.
                "ManagedDraining": "ENABLED",
                // Protection chooses which of several hosts goes. Of one there is nothing to choose, and CloudFormation cannot delete a
                // group whose instances are protected.
                "ManagedTerminationProtection": "DISABLED"
            },
            "Tags": stack.tags("capacity")
        }),
    ));
    stack.add(Resource::new(
        "ClusterCapacity",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        Compute,
        "Lets the cluster use the host",
        json!({
            "Cluster": reference("Cluster"), "CapacityProviders": [reference("CapacityProvider")],
            "DefaultCapacityProviderStrategy": [{ "CapacityProvider": reference("CapacityProvider"), "Weight": 1 }]
        }),
    ));
}

/// Nobody comes in: people who look after the host come through Session Manager, which the host calls. The app's task shares the host's
/// address, so that there the load balancer does.
fn add_security_group(stack: &mut Stack) {
    let app = stack.is_app();
    let (purpose, description) = if app {
        ("Admits the load balancer to the app's router on the host", "Host: load balancer in, everything out")
    } else {
        ("Lets the host reach ECS, the registry and Session Manager, and nobody in", "Host: nobody in, everything out")
    };
    let mut properties = json!({
        "GroupDescription": description, "VpcId": super::network::vpc(stack),
        "SecurityGroupEgress": [{
            "IpProtocol": "-1", "CidrIp": "0.0.0.0/0", "Description": "ECS, image registry, Session Manager"
        }],
        "Tags": stack.tags("host")
    });
    if app {
        properties["SecurityGroupIngress"] =
            json!([neighbour("LoadBalancerSecurityGroup", ROUTER_PORT, "Load balancer to the router")]);
    }
    stack.add(Resource::new("HostSecurityGroup", "AWS::EC2::SecurityGroup", Network, purpose, properties));
}

/// As the managed policy AmazonEC2ContainerServiceforEC2Role, on this cluster only, with what Session Manager needs.
fn add_role(stack: &mut Stack) {
    let instances = substitute(&format!(
        "arn:${{AWS::Partition}}:ecs:${{AWS::Region}}:${{AWS::AccountId}}:container-instance/{}/*",
        stack.long_name()
    ));
    let here = json!({ "ArnEquals": { "ecs:cluster": attribute("Cluster", "Arn") } });
    stack.add(Resource::new(
        "HostRole",
        "AWS::IAM::Role",
        Permissions,
        "Lets the host join this cluster, and Session Manager reach it",
        json!({
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole"
            }]},
            "Policies": [{ "PolicyName": "host", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
                {
                    "Sid": "JoinCluster", "Effect": "Allow",
                    "Action": ["ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance"],
                    "Resource": attribute("Cluster", "Arn")
                },
                {
                    "Sid": "RunTasks", "Effect": "Allow",
                    "Action": ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
                    "Resource": instances, "Condition": here
                },
                {
                    "Sid": "TellState", "Effect": "Allow",
                    "Action": ["ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"],
                    "Resource": attribute("Cluster", "Arn")
                },
                // AWS allows these on nothing narrower.
                {
                    "Sid": "FindEcsAndSessionManager", "Effect": "Allow",
                    "Action": [
                        "ecs:DiscoverPollEndpoint", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel",
                        "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"
                    ],
                    "Resource": "*"
                },
            ]}}],
            "Tags": stack.tags("host")
        }),
    ));
    stack.add(Resource::new(
        "HostProfile",
        "AWS::IAM::InstanceProfile",
        Permissions,
        "Gives the host its role",
        json!({ "Roles": [reference("HostRole")] }),
    ));
}

/// Joins the cluster. Tasks get no way to the host's own credentials, and write their logs with their execution role.
const USER_DATA: &str = "#!/bin/sh\n\
     cat >> /etc/ecs/ecs.config <<'CONFIG'\n\
     ECS_CLUSTER=${Cluster}\n\
     ECS_AWSVPC_BLOCK_IMDS=true\n\
     ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true\n\
     CONFIG\n";

fn add_launch_template(stack: &mut Stack, host: Host) {
    let code = host.instance_type.code();
    let tagged = |kind: &str| json!({ "ResourceType": kind, "Tags": stack.tags("host") });
    stack.add(Resource::new(
        "HostTemplate",
        "AWS::EC2::LaunchTemplate",
        Compute,
        format!("{code} with the newest ECS image and {} GiB of encrypted disk", host.disk_gib),
        json!({
            "LaunchTemplateName": stack.long_name(),
            "LaunchTemplateData": {
                "ImageId": image(host.instance_type.architecture()), "InstanceType": code,
                "IamInstanceProfile": { "Arn": attribute("HostProfile", "Arn") },
                "SecurityGroupIds": [attribute("HostSecurityGroup", "GroupId")],
                // With one hop the answers of the metadata service never reach a container.
                "MetadataOptions": { "HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1 },
                "BlockDeviceMappings": [{ "DeviceName": "/dev/xvda", "Ebs": {
                    "VolumeType": "gp3", "VolumeSize": host.disk_gib, "Encrypted": true, "DeleteOnTermination": true
                }}],
                "UserData": { "Fn::Base64": substitute(USER_DATA) },
                "TagSpecifications": [tagged("instance"), tagged("volume")]
            },
            "TagSpecifications": [{ "ResourceType": "launch-template", "Tags": stack.tags("host") }]
        }),
    ));
}

fn add_group(stack: &mut Stack, host: Host) {
    let mut tags: Vec<Value> = stack.tags("host").as_array().cloned().unwrap_or_default();
    // Instances and disks have theirs from the launch template.
    tags.iter_mut().for_each(|tag| tag["PropagateAtLaunch"] = json!(false));
    // ECS finds the group's instances by this tag, and would add it itself.
    tags.push(json!({ "Key": "AmazonECSManaged", "Value": "true", "PropagateAtLaunch": true }));
    let group = Resource::new(
        "HostGroup",
        "AWS::AutoScaling::AutoScalingGroup",
        Compute,
        format!("At most one {}, in one of the private subnets", host.instance_type.code()),
        json!({
            // No DesiredCapacity: the capacity provider says how many.
            "MinSize": "0", "MaxSize": "1", "VPCZoneIdentifier": subnets(stack, "Private"),
            "LaunchTemplate": {
                "LaunchTemplateId": reference("HostTemplate"), "Version": attribute("HostTemplate", "LatestVersionNumber")
            },
            "HealthCheckType": "EC2", "HealthCheckGracePeriod": 120, "Tags": tags
        }),
    );
    // The host must be gone before its cluster can go, and needs a way out from its first minute.
    let before = ways_out(stack).into_iter().chain(["Cluster".to_owned()]);
    stack.add(group.after(before).updated_by(json!({ "AutoScalingRollingUpdate": {
        "MinInstancesInService": 0, "MaxBatchSize": 1,
        "SuspendProcesses": ["AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions"]
    }})));
}
