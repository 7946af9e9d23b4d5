//! OpenHands as one ECS task, on Fargate or on a host of its own: cluster, task definition and service; and Canvas's containers.

use super::{
    Resource, Stack,
    access::forwarding_listener,
    app, attribute,
    database::{self, AUTOMATION, MASTER_USER},
    host::ROUTER_PORT,
    network::{CANVAS_PORT, task_subnets, ways_out},
    reference, substitute,
};
use crate::output;
use model::{
    plan::Section::Compute,
    spec::{Architecture, ComputeKind, Image, LlmProvider},
};
use serde_json::{Value, json};

/// Name of Canvas's container, which the load balancer's targets refer to.
pub(crate) const CONTAINER: &str = "canvas";
/// Name of the container that prepares the database.
pub(super) const SETUP_CONTAINER: &str = "database-setup";
/// Hard limit of the container that prepares the database, where it shares a host with Canvas.
const SETUP_MEMORY_MIB: u32 = 256;
/// Image with `psql`, from AWS's public registry, which does not count pulls as Docker Hub does.
const SETUP_IMAGE: &str = "public.ecr.aws/docker/library/postgres:16-alpine";

/// Makes role and database of the automation service, or of the app, if they are not there, and gives the role its present password.
/// Runs before OpenHands at every start: RDS changes the master password every seven days, while OpenHands reads its own only once, so
/// that it gets a role of its own. `\getenv` (psql 14 and later) keeps the password off the command line, which every process can read.
fn setup_script(role: &str, variable: &str) -> String {
    format!(
        "set -eu\n\
         psql --set=ON_ERROR_STOP=1 <<'SQL'\n\
         \\getenv password {variable}\n\
         SELECT 'CREATE ROLE {role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')\\gexec\n\
         ALTER ROLE {role} PASSWORD :'password';\n\
         GRANT {role} TO CURRENT_USER;\n\
         SELECT 'CREATE DATABASE {role} OWNER {role}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{role}')\\gexec\n\
         SQL\n"
    )
}

/// The same with what Canvas's image has: Python with `asyncpg`, which takes its connection from the same variables (docker/Dockerfile of
/// Agent Canvas installs `openhands-automation`, which needs it, for the system's Python). Postgres itself quotes the password.
fn isolated_setup_script() -> String {
    format!(
        "import asyncio, asyncpg, os\n\
         async def main():\n    \
         c = await asyncpg.connect()\n    \
         if not await c.fetchval(\"SELECT 1 FROM pg_roles WHERE rolname = '{AUTOMATION}'\"):\n        \
         await c.execute('CREATE ROLE {AUTOMATION} LOGIN')\n    \
         await c.execute(await c.fetchval(\"SELECT format('ALTER ROLE {AUTOMATION} PASSWORD %L', $1::text)\", os.environ['AUTOMATION_PASSWORD']))\n    \
         await c.execute('GRANT {AUTOMATION} TO CURRENT_USER')\n    \
         if not await c.fetchval(\"SELECT 1 FROM pg_database WHERE datname = '{AUTOMATION}'\"):\n        \
         await c.execute('CREATE DATABASE {AUTOMATION} OWNER {AUTOMATION}')\n\
         asyncio.run(main())\n"
    )
}

pub(super) fn add(stack: &mut Stack) {
    stack.add(
        Resource::new(
            "Cluster",
            "AWS::ECS::Cluster",
            Compute,
            "ECS cluster with Container Insights",
            json!({
                "ClusterName": stack.long_name(),
                "ClusterSettings": [{ "Name": "containerInsights", "Value": "enabled" }],
                "Tags": stack.tags("cluster")
            }),
        )
        .after(["InsightsLogGroup"]),
    );
    let task = task_definition(stack);
    stack.add(task);
    let app = stack.is_app();
    let (name, container, port, reached) = if app {
        (app::CONTAINER, app::ROUTER, ROUTER_PORT, "LoadBalancerToHost")
    } else {
        (CONTAINER, CONTAINER, CANVAS_PORT, "LoadBalancerToTask")
    };
    let mounts = stack.zones().filter(|_| !app).map(|zone| format!("MountTarget{zone}"));
    let before: Vec<String> = ways_out(stack)
        .into_iter()
        .chain(mounts)
        .chain([reached, "TaskPolicy", forwarding_listener(stack)].map(str::to_owned))
        .collect();
    let mut properties = json!({
        "ServiceName": name, "Cluster": reference("Cluster"), "TaskDefinition": reference("TaskDefinition"),
        "SchedulingStrategy": "REPLICA",
        // Canvas must never run twice on one store. No DesiredCount: capacity is not the template's business.
        "DeploymentConfiguration": {
            "MinimumHealthyPercent": 0, "MaximumPercent": 100,
            "DeploymentCircuitBreaker": { "Enable": true, "Rollback": true }
        },
        "HealthCheckGracePeriodSeconds": 300, "EnableECSManagedTags": true, "PropagateTags": "SERVICE",
        "LoadBalancers": [{
            "ContainerName": container, "ContainerPort": port, "TargetGroupArn": reference("TargetGroup")
        }],
        "Tags": stack.tags("service")
    });
    if app {
        properties["PlacementConstraints"] = json!([{ "Type": "distinctInstance" }]);
    } else {
        properties["NetworkConfiguration"] = json!({ "AwsvpcConfiguration": {
            "Subnets": task_subnets(stack), "SecurityGroups": [attribute("TaskSecurityGroup", "GroupId")]
        }});
    }
    let mut after = before;
    if stack.spec.compute.kind == ComputeKind::Fargate {
        let assign_public_ip = if stack.spec.network.has_public_tasks() { "ENABLED" } else { "DISABLED" };
        properties["LaunchType"] = json!("FARGATE");
        properties["PlatformVersion"] = json!("1.4.0");
        properties["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] = json!(assign_public_ip);
    } else {
        properties["CapacityProviderStrategy"] =
            json!([{ "CapacityProvider": reference("CapacityProvider"), "Weight": 1 }]);
        after.push("ClusterCapacity".to_owned());
    }
    stack.add(
        Resource::new(
            "Service",
            "AWS::ECS::Service",
            Compute,
            "Keeps one task running; a new one starts after the old one has ended",
            properties,
        )
        .after(after),
    );
    stack.output(output::CLUSTER_NAME, "The ECS cluster", reference("Cluster"));
    stack.output(output::SERVICE_NAME, "The ECS service", attribute("Service", "Name"));
}

fn task_definition(stack: &Stack) -> Resource {
    let compute = &stack.spec.compute;
    let architecture = match compute.architecture {
        Architecture::X86_64 => "X86_64",
        Architecture::Arm64 => "ARM64",
    };
    let disk_gib = compute.host.map(|host| host.disk_gib).or(compute.ephemeral_gib).unwrap_or_default();
    let size = format!(
        "{} vCPU, {} GiB, {disk_gib} GiB of scratch disk",
        f64::from(compute.cpu_units()) / 1024.0,
        compute.memory_mib() / 1024,
    );
    if stack.is_app() {
        let mut properties = app::task(stack, SETUP_MEMORY_MIB);
        properties["Family"] = json!(stack.long_name());
        properties["RequiresCompatibilities"] = json!(["EC2"]);
        properties["ExecutionRoleArn"] = attribute("ExecutionRole", "Arn");
        properties["TaskRoleArn"] = attribute("TaskRole", "Arn");
        properties["Tags"] = stack.tags("task");
        let purpose = format!("App server {} with its sandboxes on {size}", stack.spec.image.tag);
        return Resource::new("TaskDefinition", "AWS::ECS::TaskDefinition", Compute, purpose, properties);
    }
    let mut canvas = canvas_container(stack);
    let mut setup = setup_container(stack);
    let mut properties = json!({
        "Family": stack.long_name(), "NetworkMode": "awsvpc",
        "ExecutionRoleArn": attribute("ExecutionRole", "Arn"), "TaskRoleArn": attribute("TaskRole", "Arn"),
        "Volumes": [volume("state", "StateAccessPoint"), volume("workspace", "WorkspaceAccessPoint")],
        "Tags": stack.tags("task")
    });
    match compute.host {
        Some(host) => {
            properties["RequiresCompatibilities"] = json!(["EC2"]);
            canvas["Memory"] = json!(super::host::memory_mib(host) - SETUP_MEMORY_MIB);
            setup["Memory"] = json!(SETUP_MEMORY_MIB);
        }
        None => {
            properties["RequiresCompatibilities"] = json!(["FARGATE"]);
            properties["Cpu"] = json!(compute.cpu_units().to_string());
            properties["Memory"] = json!(compute.memory_mib().to_string());
            properties["EphemeralStorage"] = json!({ "SizeInGiB": compute.ephemeral_gib });
            properties["RuntimePlatform"] =
                json!({ "CpuArchitecture": architecture, "OperatingSystemFamily": "LINUX" });
        }
    }
    properties["ContainerDefinitions"] = json!([setup, canvas]);
    Resource::new(
        "TaskDefinition",
        "AWS::ECS::TaskDefinition",
        Compute,
        format!("Agent Canvas {} on {size}", stack.spec.image.tag),
        properties,
    )
}

fn volume(name: &str, access_point: &str) -> Value {
    json!({
        "Name": name,
        "EFSVolumeConfiguration": {
            "FilesystemId": reference("FileSystem"), "TransitEncryption": "ENABLED",
            "AuthorizationConfig": { "AccessPointId": reference(access_point), "IAM": "ENABLED" }
        }
    })
}

pub(super) fn log(prefix: &str) -> Value {
    json!({
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-group": reference("LogGroup"), "awslogs-region": reference("AWS::Region"),
            "awslogs-stream-prefix": prefix
        }
    })
}

pub(super) fn setup_container(stack: &Stack) -> Value {
    let (role, variable, secret) = if stack.is_app() {
        (database::APP, "APP_PASSWORD", "DatabasePasswordSecret")
    } else {
        (AUTOMATION, "AUTOMATION_PASSWORD", "AutomationPasswordSecret")
    };
    let mut container = json!({
        "Name": SETUP_CONTAINER, "Image": SETUP_IMAGE, "Essential": false,
        "Command": ["sh", "-c", setup_script(role, variable)],
        "Environment": [
            { "Name": "PGDATABASE", "Value": "postgres" },
            { "Name": "PGHOST", "Value": attribute("Database", "Endpoint.Address") },
            { "Name": "PGSSLMODE", "Value": "require" },
            { "Name": "PGUSER", "Value": MASTER_USER },
        ],
        "Secrets": [
            { "Name": variable, "ValueFrom": reference(secret) },
            { "Name": "PGPASSWORD", "ValueFrom": substitute("${Database.MasterUserSecret.SecretArn}:password::") },
        ],
        "LogConfiguration": log(SETUP_CONTAINER)
    });
    // Without a way to the internet there is no public registry: Canvas's own image can do it too.
    if stack.spec.network.is_isolated() {
        container["Image"] = json!(image(&stack.spec.image));
        container["EntryPoint"] = json!(["python3", "-c"]);
        container["Command"] = json!([isolated_setup_script()]);
    }
    container
}

/// ECS documents `repository:tag` and `repository@digest`, not both at once (ContainerDefinition, `image`).
pub(super) fn image(image: &Image) -> String {
    match &image.digest {
        Some(digest) => format!("{}@{digest}", image.repository),
        None => format!("{}:{}", image.repository, image.tag),
    }
}

/// Variables that are no secrets; sorted by name. Sources: SDK openhands-agent-server config.py, Agent Canvas docker/entrypoint.sh.
fn environment(stack: &Stack) -> Vec<Value> {
    let llm = &stack.spec.llm;
    let mut variables: Vec<(&str, Value)> = vec![
        // An agent needs to know where it may leave files for good.
        ("ARTIFACT_BUCKET", reference("Bucket")),
        ("AUTOMATION_BASE_URL", json!(format!("http://localhost:{CANVAS_PORT}"))),
        ("DO_NOT_TRACK", json!("1")),
        ("LLM_MODEL", json!(llm.model)),
        // Leases are for several writers; here is one, on a network file system where they would only expire (SDK PR 3898).
        ("OH_LEASE_TTL_SECONDS", json!("0")),
        ("PORT", json!(CANVAS_PORT.to_string())),
    ];
    if let Some(url) = &llm.base_url {
        variables.push(("LLM_BASE_URL", json!(url)));
    }
    if llm.provider == LlmProvider::Bedrock {
        variables.push(("AWS_DEFAULT_REGION", reference("AWS::Region")));
        variables.push(("LLM_AWS_REGION_NAME", reference("AWS::Region")));
    }
    variables.extend(stack.spec.variables.iter().map(|one| (one.name.as_str(), json!(one.value))));
    variables.sort_by_key(|(name, _)| *name);
    named(variables, "Value")
}

/// Names and values as ECS wants them; the value stands under `Value` or `ValueFrom`.
pub(super) fn named(values: Vec<(&str, Value)>, key: &str) -> Vec<Value> {
    values.into_iter().map(|(name, value)| json!({ "Name": name, key: value })).collect()
}

fn secrets(stack: &Stack) -> Vec<Value> {
    let mut secrets = vec![
        ("AUTOMATION_DB_URL", reference("AutomationUrlSecret")),
        ("AUTOMATION_KV_SECRET", reference("AutomationKeySecret")),
        // The entrypoint protects the agent server only if both names are set, and to the same value.
        ("LOCAL_BACKEND_API_KEY", reference("SessionKeySecret")),
        ("OH_SECRET_KEY", reference("EncryptionKeySecret")),
        ("OH_SESSION_API_KEYS_0", reference("SessionKeySecret")),
    ];
    if let Some(arn) = &stack.spec.llm.key_secret_arn {
        secrets.push(("LLM_API_KEY", json!(arn)));
    }
    secrets.extend(stack.spec.secrets.iter().map(|one| (one.name.as_str(), json!(one.secret_arn))));
    secrets.sort_by_key(|(name, _)| *name);
    named(secrets, "ValueFrom")
}

fn canvas_container(stack: &Stack) -> Value {
    json!({
        "Name": CONTAINER, "Image": image(&stack.spec.image), "Essential": true,
        "DependsOn": [{ "ContainerName": SETUP_CONTAINER, "Condition": "SUCCESS" }],
        "PortMappings": [{ "ContainerPort": CANVAS_PORT, "Protocol": "tcp" }],
        "Environment": environment(stack), "Secrets": secrets(stack),
        "MountPoints": [
            { "SourceVolume": "state", "ContainerPath": "/home/openhands/.openhands", "ReadOnly": false },
            { "SourceVolume": "workspace", "ContainerPath": "/home/openhands/workspace", "ReadOnly": false },
        ],
        "HealthCheck": {
            "Command": ["CMD-SHELL", format!("curl -fsS http://localhost:{CANVAS_PORT}/ready || exit 1")],
            "Interval": 15, "Timeout": 5, "Retries": 4, "StartPeriod": 300
        },
        "StopTimeout": 120,
        "LogConfiguration": log(CONTAINER)
    })
}
