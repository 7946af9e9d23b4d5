//! Every variable of OpenHands that the templates set, with what it does and where that is read: from this table
//! docs/openhands-settings.md is made, and a test compares it with the task definitions.

use model::spec::Edition;

/// One variable of a container of OpenHands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub edition: Edition,
    pub name: &'static str,
    /// Whether its value comes from Secrets Manager.
    pub secret: bool,
    /// What Handrail sets it to.
    pub value: &'static str,
    /// What it does, and why it is set so.
    pub why: &'static str,
    /// Where OpenHands reads it.
    pub source: &'static str,
}

const fn canvas(name: &'static str, value: &'static str, why: &'static str, source: &'static str) -> Setting {
    Setting { edition: Edition::Canvas, name, secret: false, value, why, source }
}

const fn app(name: &'static str, value: &'static str, why: &'static str, source: &'static str) -> Setting {
    Setting { edition: Edition::App, name, secret: false, value, why, source }
}

const fn secret(setting: Setting) -> Setting {
    Setting { secret: true, ..setting }
}

const CANVAS: &str = "Agent Canvas, docker/entrypoint.sh";
const AGENT: &str = "software-agent-sdk, openhands-agent-server/openhands/agent_server/config.py";
const AUTOMATION: &str = "OpenHands automation service, its configuration";
const LITELLM: &str = "LiteLLM, by the SDK's LLM settings";
const BOTO: &str = "boto3";
const SESSION: &str = "OpenHands 1.9.3, app_server/services/db_session_injector.py";
const EVENTS: &str = "OpenHands 1.9.3, app_server/event/aws_event_service.py and app_server/utils/environment.py";
const FILES: &str = "OpenHands 1.9.3, app_server/file_store";
const APP: &str = "OpenHands 1.9.3, app_server/config.py";
const SANDBOX: &str = "OpenHands 1.9.3, app_server/sandbox/docker_sandbox_service.py";

/// All, by edition and name; a line each.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    canvas("ARTIFACT_BUCKET", "the bucket", "Handrail's own: where an agent may leave files for good.", "none; agents are told of it"),
    canvas("AUTOMATION_BASE_URL", "`http://localhost:8000`", "Where the automation service finds Canvas, in the same container.", AUTOMATION),
    secret(canvas("AUTOMATION_DB_URL", "URL of the automation database", "The default, SQLite, is not safe on a network file system.", AUTOMATION)),
    secret(canvas("AUTOMATION_KV_SECRET", "generated", "Encrypts the values that automations store; a lost one makes them unreadable.", AUTOMATION)),
    canvas("AWS_DEFAULT_REGION", "the region; with Bedrock only", "Where Bedrock is called, with the task's role.", BOTO),
    canvas("DO_NOT_TRACK", "`1`", "No telemetry.", AGENT),
    secret(canvas("LLM_API_KEY", "the key that was typed", "Key of the language model.", LITELLM)),
    canvas("LLM_AWS_REGION_NAME", "the region; with Bedrock only", "Where Bedrock is called.", LITELLM),
    canvas("LLM_BASE_URL", "as typed", "Address of an OpenAI-compatible endpoint.", LITELLM),
    canvas("LLM_MODEL", "as typed", "The language model.", LITELLM),
    secret(canvas("LOCAL_BACKEND_API_KEY", "generated session key", "The entrypoint protects the agent server only where this and OH_SESSION_API_KEYS_0 are set, to the same value.", CANVAS)),
    canvas("OH_LEASE_TTL_SECONDS", "`0`", "Leases are for several writers; here is one, on a network file system where they would only expire.", "software-agent-sdk, pull request 3898"),
    secret(canvas("OH_SECRET_KEY", "generated", "Encrypts settings and secrets; a lost one makes them unreadable.", AGENT)),
    secret(canvas("OH_SESSION_API_KEYS_0", "generated session key", "The key that people type in, and that callers of the API send.", AGENT)),
    canvas("PORT", "`8000`", "Where Canvas listens.", CANVAS),
    app("AWS_DEFAULT_REGION", "the region", "Where the bucket is.", BOTO),
    app("AWS_REGION", "the region", "Where the bucket is.", BOTO),
    app("AWS_REGION_NAME", "the region; with Bedrock only", "Where Bedrock is called, with the task's role.", APP),
    app("DB_HOST", "the RDS instance", "Without it the app keeps SQLite on its host.", SESSION),
    app("DB_NAME", "`openhands`", "The app's database.", SESSION),
    secret(app("DB_PASS", "generated, letters and digits", "Password of the app's own role; it is put into a URL as it is.", SESSION)),
    app("DB_PORT", "`5432`", "Port of Postgres.", SESSION),
    app("DB_SSL_MODE", "`require`", "The instance refuses connections without TLS.", "OpenHands 1.9.3, openhands/db/ssl.py"),
    app("DB_USER", "`openhands`", "The app's own role.", SESSION),
    app("FILE_STORE", "`s3`", "Events of conversations go to S3.", EVENTS),
    app("FILE_STORE_PATH", "the bucket", "The bucket, where FILE_STORE is s3.", EVENTS),
    app("FORWARDED_ALLOW_IPS", "`*`", "Takes callers' addresses from the load balancer, or the rate limiter would see one caller. Its host admits nobody else.", "uvicorn"),
    secret(app("JWT_SECRET", "generated", "Signs tokens and encrypts stored keys; a lost one makes them unreadable.", APP)),
    secret(app("LLM_API_KEY", "the key that was typed", "Passed on to sandboxes. The settings page does not take it over: type it in there once.", SANDBOX)),
    app("LLM_BASE_URL", "as typed", "Passed on to sandboxes.", SANDBOX),
    app("LLM_MODEL", "as typed", "Passed on to sandboxes. The settings page does not take it over.", SANDBOX),
    app("OH_FILE_STORE_BUCKET_NAME", "the bucket", "Settings and secrets go to S3 too, since hosts come and go.", FILES),
    app("OH_FILE_STORE_KIND", "`S3FileStore`", "FILE_STORE moves events only; this moves settings and secrets.", FILES),
    app("OH_PERMITTED_CORS_ORIGINS_0", "the address", "Unset, every page of the internet could call the app.", APP),
    app("OH_PERSISTENCE_DIR", "`/.openhands`", "Otherwise the bucket's name would be taken for a folder.", APP),
    app("OH_WEB_URL", "the address", "Where the app is reached, for callbacks.", APP),
    app("RUNTIME", "`docker`", "Sandboxes are containers on the app's host.", APP),
    app("SANDBOX_CONTAINER_URL_PATTERN", "the address with `/runtime/{port}`", "Browsers reach sandboxes through the router: a load balancer does not know the random ports of Docker.", SANDBOX),
    app("SANDBOX_HOST_PORT", "`3000`", "Where sandboxes call the app back, at host.docker.internal.", SANDBOX),
    app("SANDBOX_STARTUP_GRACE_SECONDS", "`120`", "The default of 15 seconds is too short while the sandbox's image is pulled.", SANDBOX),
];

/// What Handrail does not set of the app, on purpose.
pub const NOT_SET: &[(&str, &str)] = &[
    ("GCP_DB_INSTANCE, GCP_PROJECT, GCP_REGION", "They switch to Google's Cloud SQL."),
    ("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "The task's role is used; keys that do not expire are not needed."),
    ("REDIS_HOST", "Nothing in the app has used Redis since 1.7."),
    ("SESSION_API_KEY", "The app's pages cannot ask for it, so that nobody could use them."),
    ("OH_SANDBOX_*", "They count only with OH_SANDBOX_KIND, and then the SANDBOX_* variables do not."),
];

/// Those of an edition.
pub fn settings(edition: Edition) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.edition == edition)
}
