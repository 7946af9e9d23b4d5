//! `kill -9` of the real console while it creates and deletes: the next start goes on, and AWS holds each thing once.
//!
//! Needs the sandbox (`HANDRAIL_TEST_AWS_ENDPOINT`, `HANDRAIL_TEST_PROBE_PROXY`), which `cargo xtask test` starts.
//! `HANDRAIL_EXHAUSTIVE=1` kills at every step, otherwise at those that take long.

use crate::console::encoded;
use model::{
    draft::DraftForm,
    environment::{EnvironmentDetail, EnvironmentStatus, Health, LiveState},
    operation::{OperationKind, OperationStatus, OperationView, StepKind, StepStatus},
    plan::Plan,
    team::Team,
};
use reqwest::{Response, header, redirect::Policy};
use serde::de::DeserializeOwned;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longest wait for anything, so that a test that hangs says where.
const PATIENCE: Duration = Duration::from_secs(180);

/// A console as a process, with a folder of its own, that can be killed and started again.
struct Console {
    folder: PathBuf,
    endpoint: String,
    proxy: String,
    account: String,
    port: u16,
    process: Child,
    client: reqwest::Client,
    cookie: String,
}

impl Console {
    fn launch(folder: &Path, port: u16, endpoint: &str, proxy: &str, account: &str) -> Child {
        let metrics = free_port();
        Command::new(env!("CARGO_BIN_EXE_handrail"))
            .env_remove("DATABASE_URL")
            .env("HANDRAIL_LISTEN", format!("127.0.0.1:{port}"))
            .env("HANDRAIL_METRICS_LISTEN", format!("127.0.0.1:{metrics}"))
            .env("HANDRAIL_DATA_DIR", folder)
            .env("HANDRAIL_PROBE_PROXY", proxy)
            .env("HANDRAIL_LEASE_SECONDS", "4")
            .env("HANDRAIL_FIRST_ACCOUNT_NAME", "Sandbox")
            .env("HANDRAIL_FIRST_ACCOUNT_NUMBER", account)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", account)
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("AWS_REGION", "us-east-1")
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.with_extension("log")).expect("a log"))
            .spawn()
            .expect("the console starts")
    }

    async fn start(name: &str, endpoint: &str, proxy: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("handrail-kill-{}-{name}", std::process::id()));
        let port = free_port();
        // An account of this run's own, so that several runs can share one sandbox.
        let account = format!("{:012}", u64::from(std::process::id()) * 1000 + u64::from(port) % 1000);
        let process = Self::launch(&folder, port, endpoint, proxy, &account);
        let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        let (endpoint, proxy) = (endpoint.to_owned(), proxy.to_owned());
        let mut console = Self { folder, endpoint, proxy, account, port, process, client, cookie: String::new() };
        console.await_ready().await;
        console.set_up().await;
        console
    }

    async fn await_ready(&self) {
        let started = Instant::now();
        loop {
            let asked = self.client.get(format!("http://127.0.0.1:{}/ready", self.port)).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "not ready; see {}", self.folder.with_extension("log").display());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn post(&self, function: &str, fields: &[(&str, &str)]) -> Response {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.client
            .post(format!("http://127.0.0.1:{}/api/{function}", self.port))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header(header::COOKIE, &self.cookie)
            .body(body.join("&"))
            .send()
            .await
            .expect("an answer")
    }

    async fn call<T: DeserializeOwned>(&self, function: &str, fields: &[(&str, &str)]) -> T {
        let answer = self.post(function, fields).await;
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{function}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{function}: {error}: {text}"))
    }

    /// Where a function sends the browser, as the last part of the path.
    async fn sent_to(&self, function: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(function, fields).await;
        let status = answer.status();
        let place = ["location", "serverfnredirect"].iter().find_map(|name| answer.headers().get(*name).cloned());
        let Some(place) = place else { panic!("{function}: {status} {}", answer.text().await.unwrap_or_default()) };
        place.to_str().expect("text").to_owned()
    }

    async fn set_up(&mut self) {
        let link = fs::read_to_string(self.folder.join("setup-link")).expect("a link");
        let token = link.trim().rsplit('/').next().expect("a token").to_owned();
        let fields = [
            ("token", token.as_str()),
            ("name", "Ada"),
            ("email", "ada@example.org"),
            ("password", "correct horse battery"),
        ];
        let answer = self.post("set_up", &fields).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
        self.cookie = cookie.split(';').next().expect("a cookie").to_owned();
    }

    /// Requests an environment and returns its operation.
    async fn create(&self, name: &str) -> String {
        let options: model::draft::CreateOptions = self.call("create_options", &[]).await;
        let team: &Team = options.teams.first().expect("the first team");
        let form = DraftForm {
            name: name.to_owned(),
            team: team.id.to_string(),
            llm_provider: "bedrock".to_owned(),
            llm_model: "bedrock/mistral.mistral-7b-instruct-v0:2".to_owned(),
            ..options.form.clone()
        };
        let fields = serde_json::to_value(&form).expect("JSON");
        let fields: Vec<(String, String)> = fields
            .as_object()
            .expect("fields")
            .iter()
            .map(|(field, value)| (format!("form[{field}]"), value.as_str().unwrap_or_default().to_owned()))
            .collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let plan_page = self.sent_to("save_draft", &fields).await;
        let draft = plan_page.split('/').nth(3).expect("a draft").to_owned();
        let plan: Plan = self.call("plan", &[("draft", &draft)]).await;
        let place = self.sent_to("create_environment", &[("draft", &draft), ("plan_hash", &plan.hash)]).await;
        place.rsplit('/').next().expect("an operation").to_owned()
    }

    async fn delete(&self, environment: &str, name: &str) -> String {
        let place = self.sent_to("delete_environment", &[("environment", environment), ("typed_name", name)]).await;
        place.rsplit('/').next().expect("an operation").to_owned()
    }

    async fn scale(&self, environment: &str, desired: &str) -> String {
        let place = self.sent_to("scale_environment", &[("environment", environment), ("desired", desired)]).await;
        place.rsplit('/').next().expect("an operation").to_owned()
    }

    async fn environment(&self, environment: &str) -> EnvironmentDetail {
        self.call("environment", &[("environment", environment)]).await
    }

    async fn operation(&self, operation: &str) -> OperationView {
        self.call("operation", &[("operation", operation)]).await
    }

    /// Kills the console once the operation is at the step (or past it), and starts it again.
    async fn kill_at(&mut self, operation: &str, step: StepKind) {
        let started = Instant::now();
        loop {
            let view = self.operation(operation).await;
            let reached = view.steps.iter().any(|one| one.kind == step && one.status != StepStatus::Waiting);
            if reached || view.summary.status.is_over() {
                break;
            }
            assert!(started.elapsed() < PATIENCE, "{step:?} was never reached");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // `Child::kill` sends SIGKILL.
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
        self.process = Self::launch(&self.folder, self.port, &self.endpoint, &self.proxy, &self.account);
        self.await_ready().await;
    }

    async fn end_of(&self, operation: &str) -> OperationView {
        let started = Instant::now();
        loop {
            let view = self.operation(operation).await;
            if view.summary.status.is_over() {
                return view;
            }
            assert!(started.elapsed() < PATIENCE, "operation {operation} does not end: {:?}", view.steps);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// How many stacks of this name AWS has that are not deleted.
    async fn stacks(&self, prefix: &str) -> usize {
        let body = self
            .client
            .post(&self.endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(
                header::AUTHORIZATION,
                format!(
                    "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0",
                    self.account
                ),
            )
            .body("Action=DescribeStacks&Version=2010-05-15")
            .send()
            .await
            .expect("AWS answers")
            .text()
            .await
            .expect("XML");
        body.matches(&format!("<StackName>{prefix}")).count()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Asked to end, the console stops its Postgres as well.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The steps at which to kill.
fn steps(kind: OperationKind) -> Vec<StepKind> {
    let long = [StepKind::FollowStack, StepKind::AwaitTargets, StepKind::AwaitCount, StepKind::FollowDelete];
    let exhaustive = std::env::var_os("HANDRAIL_EXHAUSTIVE").is_some();
    StepKind::of(kind).iter().copied().filter(|step| exhaustive || long.contains(step)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_creating_and_deleting() {
    let (Ok(endpoint), Ok(proxy)) =
        (std::env::var("HANDRAIL_TEST_AWS_ENDPOINT"), std::env::var("HANDRAIL_TEST_PROBE_PROXY"))
    else {
        assert!(std::env::var_os("HANDRAIL_TEST_REQUIRE").is_none(), "the sandbox is required here");
        return;
    };
    let mut console = Console::start("steps", &endpoint, &proxy).await;
    for (number, step) in steps(OperationKind::Create).into_iter().enumerate() {
        let name = format!("kill{number}");
        let operation = console.create(&name).await;
        console.kill_at(&operation, step).await;
        let view = console.end_of(&operation).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "killed at {step:?}: {:?}", view.summary.cause);
        assert_eq!(console.stacks(&format!("handrail-{name}-")).await, 1, "killed at {step:?}");
    }
    for (number, step) in steps(OperationKind::Delete).into_iter().enumerate() {
        let name = format!("gone{number}");
        let created = console.create(&name).await;
        let view = console.end_of(&created).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
        let environment = view.summary.environment.to_string();
        let operation = console.delete(&environment, &name).await;
        console.kill_at(&operation, step).await;
        let view = console.end_of(&operation).await;
        assert_eq!(view.summary.status, OperationStatus::Succeeded, "killed at {step:?}: {:?}", view.summary.cause);
        let detail = console.environment(&environment).await;
        assert_eq!(detail.summary.status, EnvironmentStatus::Deleted);
        assert_eq!(detail.receipt.expect("a receipt").leftovers, [], "killed at {step:?}");
        assert_eq!(console.stacks(&format!("handrail-{name}-")).await, 0, "killed at {step:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_scaling() {
    let (Ok(endpoint), Ok(proxy)) =
        (std::env::var("HANDRAIL_TEST_AWS_ENDPOINT"), std::env::var("HANDRAIL_TEST_PROBE_PROXY"))
    else {
        assert!(std::env::var_os("HANDRAIL_TEST_REQUIRE").is_none(), "the sandbox is required here");
        return;
    };
    let mut console = Console::start("scale", &endpoint, &proxy).await;
    let created = console.create("scaled").await;
    let view = console.end_of(&created).await;
    assert_eq!(view.summary.status, OperationStatus::Succeeded, "{:?}", view.summary.cause);
    let environment = view.summary.environment.to_string();
    for (desired, health) in [(0, Health::Paused), (1, Health::Healthy)] {
        for step in StepKind::planned(OperationKind::Scale, Some(desired)) {
            if !steps(OperationKind::Scale).contains(&step) {
                continue;
            }
            // There and back, so that each step begins from the other count.
            for count in [1 - desired, desired] {
                let operation = console.scale(&environment, &count.to_string()).await;
                if count == desired {
                    console.kill_at(&operation, step).await;
                }
                let view = console.end_of(&operation).await;
                let cause = view.summary.cause;
                assert_eq!(
                    view.summary.status,
                    OperationStatus::Succeeded,
                    "to {count}, killed at {step:?}: {cause:?}"
                );
            }
            let summary = console.environment(&environment).await.summary;
            assert_eq!((summary.desired, &summary.health), (desired, &health), "killed at {step:?}");
            let live: LiveState = console.call("live", &[("environment", &environment)]).await;
            let service = live.service.expect("a service");
            assert_eq!((service.desired, service.running), (desired, desired), "killed at {step:?}");
        }
    }
    assert_eq!(console.stacks("handrail-scaled-").await, 1);
}
