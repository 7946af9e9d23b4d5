//! A console over fakes, on a port of its own, and a client that asks it as a browser or a program would.

use clap::Parser;
use engine::{
    Settings,
    fakes::{World, world},
    services,
    worker::{Pace, Rhythm, Worker},
};
use model::{
    EnvironmentId, Principal,
    draft::DraftForm,
    environment::{EnvironmentFilter, EnvironmentStatus},
    platform::Setting,
    services::Services,
};
use reqwest::{Response, header, redirect::Policy};
use server::{
    config::Config,
    http::{self, Edge, events::Hub},
};
use std::{net::SocketAddr, sync::Arc};
use tokio_util::sync::CancellationToken;

/// A console, and the world behind it.
pub(crate) struct Console {
    pub(crate) world: World,
    pub(crate) services: Services,
    pub(crate) base: String,
    client: reqwest::Client,
    stop: CancellationToken,
}

impl Drop for Console {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A request in the making.
pub(crate) struct Ask<'a> {
    console: &'a Console,
    who: Option<&'a Principal>,
    html: bool,
    headers: Vec<(&'static str, String)>,
}

impl Console {
    pub(crate) async fn start() -> Self {
        Self::open("/nowhere", Vec::new()).await
    }

    /// One whose process has these settings.
    pub(crate) async fn start_with(configuration: Vec<Setting>) -> Self {
        Self::open("/nowhere", configuration).await
    }

    /// With the site's files in this folder.
    pub(crate) async fn serving(site: &str) -> Self {
        Self::open(site, Vec::new()).await
    }

    async fn open(site: &str, configuration: Vec<Setting>) -> Self {
        let world = world();
        let settings = Settings {
            version: "0.0.0".to_owned(),
            endpoint_override: None,
            session_days: 14,
            invitation_days: 7,
            configuration,
        };
        let services = services(world.outside(), settings);
        let stop = CancellationToken::new();
        let store: Arc<dyn ports::Store> = Arc::new(world.store.clone());
        let hub = Hub::start(store.clone(), stop.clone());
        let config = Config::parse_from(["handrail", "--site-root", site]);
        let edge = Edge::new(services.clone(), store, hub, stop.clone(), &config);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = http::router(edge).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Self { world, services, base, client, stop }
    }

    /// Asks for an environment called alpha; the id of the operation that would make it.
    pub(crate) async fn request_environment(&self) -> String {
        let world = &self.world;
        let form = DraftForm {
            name: "alpha".to_owned(),
            team: world.team.id.to_string(),
            account: world.account.id.to_string(),
            region: "eu-west-1".to_owned(),
            llm_provider: "bedrock".to_owned(),
            llm_model: "bedrock/mistral.mistral-7b-instruct-v0:2".to_owned(),
            ..DraftForm::default()
        };
        let environments = &self.services.environments;
        let draft = environments.save_draft(&world.operator, None, form, None.into()).await.expect("saved");
        assert!(draft.errors.is_empty(), "{:?}", draft.errors);
        let plan = environments.plan(&world.operator, draft.id).await.expect("planned");
        environments.create(&world.operator, draft.id, &plan.hash).await.expect("created").to_string()
    }

    /// An environment called alpha that is up.
    pub(crate) async fn ready_environment(&self) -> EnvironmentId {
        self.request_environment().await;
        let stop = CancellationToken::new();
        let worker = Worker::new(self.world.outside(), "one".into(), Rhythm::default(), Pace::default());
        let working = tokio::spawn(worker.run(stop.clone()));
        let environments = &self.services.environments;
        let id = loop {
            let listed =
                environments.list(&self.world.viewer, EnvironmentFilter::default(), None).await.expect("listed");
            match listed.items[0].status {
                EnvironmentStatus::Creating => tokio::task::yield_now().await,
                EnvironmentStatus::Ready => break listed.items[0].id,
                other => panic!("{other:?}"),
            }
        };
        stop.cancel();
        working.await.expect("the worker ends");
        id
    }

    /// As nobody, as a program.
    pub(crate) fn ask(&self) -> Ask<'_> {
        Ask { console: self, who: None, html: false, headers: Vec::new() }
    }
}

impl<'a> Ask<'a> {
    /// As a signed-in person.
    pub(crate) fn by(mut self, who: &'a Principal) -> Self {
        self.who = Some(who);
        self
    }

    /// As a browser that opens a page or posts a form.
    pub(crate) fn browsing(mut self) -> Self {
        self.html = true;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn build(self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let accept = if self.html { "text/html" } else { "application/json" };
        let mut request = request.header(header::ACCEPT, accept);
        if let Some(who) = self.who {
            let token = World::session_token(who);
            request = request.header(header::COOKIE, format!("handrail_session={}", token.expose()));
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request
    }

    pub(crate) async fn get(self, path: &str) -> Response {
        let request = self.console.client.get(format!("{}{path}", self.console.base));
        self.build(request).send().await.expect("an answer")
    }

    /// Posts a form.
    pub(crate) async fn post(self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = self
            .console
            .client
            .post(format!("{}{path}", self.console.base))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.build(request).send().await.expect("an answer")
    }
}

/// Percent-encodes everything but letters and digits.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
