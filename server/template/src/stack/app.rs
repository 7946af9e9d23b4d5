//! The app server 1.x on a host of its own: the app with the host's Docker socket, and a router in front of it and of its sandboxes.
//!
//! Facts: OpenHands at tag 1.9.3, containers/app and openhands/app_server; what each variable does is in [`crate::setting`].

use super::{
    Stack, access, database,
    host::ROUTER_PORT,
    reference,
    service::{image, log, setup_container},
    substitute,
};
use model::spec::{Edition, LlmProvider};
use serde_json::{Value, json};

/// Name of the container that the load balancer reaches.
pub(super) const ROUTER: &str = "router";
/// Name of the app's container and of its service.
pub(super) const CONTAINER: &str = "openhands";
/// From AWS's public registry, which does not count pulls as Docker Hub does.
const ROUTER_IMAGE: &str = "public.ecr.aws/docker/library/nginx:1.28-alpine";
/// Where containers reach their host: the address of Docker's bridge on the ECS-optimised image (Docker's default).
const HOST_ADDRESS: &str = "172.17.0.1";
/// User and folder of the app's image: it runs as root, since it asks Docker for its sandboxes.
const STATE: &str = "/.openhands";
/// Hard limits in MiB. Sandboxes are started through Docker, not by ECS: everything else is theirs.
const APP_MEMORY_MIB: u32 = 3072;
const ROUTER_MEMORY_MIB: u32 = 128;

/// `/runtime/PORT/…` is the sandbox that Docker published on that port, everything else the app: browsers reach sandboxes only so, since a
/// load balancer knows no random ports. Only ports that Linux gives away are passed on, without those of the ECS agent (51678 to 51680).
fn router_script() -> String {
    let app = Edition::App.port();
    format!(
        "cat > /etc/nginx/conf.d/default.conf <<'CONF'\n\
         map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n\
         server {{\n\
         listen {ROUTER_PORT};\n\
         client_max_body_size 0;\n\
         proxy_http_version 1.1;\n\
         proxy_buffering off;\n\
         proxy_read_timeout 3600s;\n\
         proxy_send_timeout 3600s;\n\
         proxy_set_header Host $http_host;\n\
         proxy_set_header Upgrade $http_upgrade;\n\
         proxy_set_header Connection $connection_upgrade;\n\
         proxy_set_header X-Forwarded-For $http_x_forwarded_for;\n\
         proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;\n\
         location ~ ^/runtime/516(7|8) {{ return 404; }}\n\
         location ~ \"^/runtime/(?<port>3[2-9][0-9]{{3}}|[45][0-9]{{4}}|60[0-9]{{3}})/\" {{\n\
         rewrite ^/runtime/[0-9]+(/.*)$ $1 break;\n\
         proxy_pass http://{HOST_ADDRESS}:$port;\n\
         }}\n\
         location / {{ proxy_pass http://{HOST_ADDRESS}:{app}; }}\n\
         }}\n\
         CONF\n\
         exec nginx -g 'daemon off;'\n"
    )
}

/// Variables that are no secrets, sorted by name.
fn environment<'a>(stack: &'a Stack) -> Vec<(&'a str, Value)> {
    let (url, llm) = (access::base_url(stack), &stack.spec.llm);
    // A host name of one's own is known before the stack is made; the load balancer's is not.
    let at = |path: &str| {
        if url.contains("${") { substitute(&format!("{url}{path}")) } else { json!(format!("{url}{path}")) }
    };
    let mut variables: Vec<(&str, Value)> = vec![
        ("AWS_DEFAULT_REGION", reference("AWS::Region")),
        ("AWS_REGION", reference("AWS::Region")),
        ("DB_HOST", super::attribute("Database", "Endpoint.Address")),
        ("DB_NAME", json!(database::APP)),
        ("DB_PORT", json!("5432")),
        ("DB_SSL_MODE", json!("require")),
        ("DB_USER", json!(database::APP)),
        ("FILE_STORE", json!("s3")),
        ("FILE_STORE_PATH", reference("Bucket")),
        ("FORWARDED_ALLOW_IPS", json!("*")),
        ("LLM_MODEL", json!(llm.model)),
        ("OH_FILE_STORE_BUCKET_NAME", reference("Bucket")),
        ("OH_FILE_STORE_KIND", json!("S3FileStore")),
        ("OH_PERMITTED_CORS_ORIGINS_0", at("")),
        ("OH_PERSISTENCE_DIR", json!(STATE)),
        ("OH_WEB_URL", at("")),
        ("RUNTIME", json!("docker")),
        ("SANDBOX_CONTAINER_URL_PATTERN", at("/runtime/{port}")),
        ("SANDBOX_HOST_PORT", json!(Edition::App.port().to_string())),
        ("SANDBOX_STARTUP_GRACE_SECONDS", json!("120")),
    ];
    if let Some(base) = &llm.base_url {
        variables.push(("LLM_BASE_URL", json!(base)));
    }
    if llm.provider == LlmProvider::Bedrock {
        variables.push(("AWS_REGION_NAME", reference("AWS::Region")));
    }
    variables.extend(stack.spec.variables.iter().map(|one| (one.name.as_str(), json!(one.value))));
    variables.sort_by_key(|(name, _)| *name);
    variables
}

/// Variables from Secrets Manager, sorted by name.
fn secrets<'a>(stack: &'a Stack) -> Vec<(&'a str, Value)> {
    let mut secrets: Vec<(&str, Value)> =
        vec![("DB_PASS", reference("DatabasePasswordSecret")), ("JWT_SECRET", reference("TokenKeySecret"))];
    if let Some(arn) = &stack.spec.llm.key_secret_arn {
        secrets.push(("LLM_API_KEY", json!(arn)));
    }
    secrets.extend(stack.spec.secrets.iter().map(|one| (one.name.as_str(), json!(one.secret_arn))));
    secrets.sort_by_key(|(name, _)| *name);
    secrets
}

/// Properties of the task definition that are the app's own.
pub(super) fn task(stack: &Stack, setup_memory_mib: u32) -> Value {
    let port = Edition::App.port();
    let mut setup = setup_container(stack);
    setup["Memory"] = json!(setup_memory_mib);
    let app = json!({
        "Name": CONTAINER, "Image": image(&stack.spec.image), "Essential": true, "Memory": APP_MEMORY_MIB,
        "DependsOn": [{ "ContainerName": super::service::SETUP_CONTAINER, "Condition": "SUCCESS" }],
        // On the host too: sandboxes call the app back at host.docker.internal. The host's security group admits nobody to it.
        "PortMappings": [{ "ContainerPort": port, "HostPort": port, "Protocol": "tcp" }],
        "ExtraHosts": [{ "Hostname": "host.docker.internal", "IpAddress": HOST_ADDRESS }],
        "Environment": super::service::named(environment(stack), "Value"),
        "Secrets": super::service::named(secrets(stack), "ValueFrom"),
        "MountPoints": [
            { "SourceVolume": "docker", "ContainerPath": "/var/run/docker.sock", "ReadOnly": false },
            { "SourceVolume": "state", "ContainerPath": STATE, "ReadOnly": false },
        ],
        // The app's pages answer 200 to every unknown path: only the body tells.
        "HealthCheck": {
            "Command": ["CMD-SHELL", format!("curl -fsS http://localhost:{port}/ready | grep -q OK || exit 1")],
            "Interval": 15, "Timeout": 5, "Retries": 4, "StartPeriod": 300
        },
        "StopTimeout": 120,
        "LogConfiguration": log(CONTAINER)
    });
    let router = json!({
        "Name": ROUTER, "Image": ROUTER_IMAGE, "Essential": true, "Memory": ROUTER_MEMORY_MIB,
        "Command": ["sh", "-c", router_script()],
        "PortMappings": [{ "ContainerPort": ROUTER_PORT, "HostPort": ROUTER_PORT, "Protocol": "tcp" }],
        "LogConfiguration": log(ROUTER)
    });
    json!({
        "NetworkMode": "bridge",
        "Volumes": [
            { "Name": "docker", "Host": { "SourcePath": "/var/run/docker.sock" } },
            { "Name": "state", "Host": { "SourcePath": "/var/lib/openhands" } },
        ],
        "ContainerDefinitions": [setup, app, router],
    })
}
