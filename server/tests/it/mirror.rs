//! Copies of a real image between two real registry servers (Debian's `docker-registry`) on this machine: whole, after a kill in the middle,
//! and with a blob that is corrupted.
//!
//! `HANDRAIL_TEST_DOCKER_REGISTRY` names the program; without it the tests say that they were left out, and fail if
//! `HANDRAIL_TEST_REQUIRE=1` asks for them.

use axum::{
    Router,
    extract::Query,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use engine::{
    Outside, Settings, SystemClock,
    fakes::{World, version, world},
    worker::{Pace, Rhythm, Worker},
};
use model::{
    MirrorId, Secret, VersionId,
    image::{ImageName, RegistryProblemKind},
    mirror::{Mirror, MirrorCause, MirrorForm},
    operation::OperationStatus,
    services::Services,
    spec::Edition,
};
use ports::{
    Registry,
    registry::{Begun, Manifest, Repository},
    store::ImageStore,
};
use registry::{Logins, OciRegistry, sha256};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest wait for anything, so that a test that hangs says where.
const PATIENCE: Duration = Duration::from_secs(120);
const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const TAG: &str = "2.0.0";
/// Sizes of the layers of each of two platforms: one of many parts, one of few.
const LAYERS: [usize; 2] = [6_000_000, 150_000];

/// A registry server with a folder of its own.
struct Server {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    async fn start(name: &str) -> Option<Self> {
        let Ok(program) = env::var("HANDRAIL_TEST_DOCKER_REGISTRY") else {
            assert_ne!(
                env::var("HANDRAIL_TEST_REQUIRE").as_deref(),
                Ok("1"),
                "HANDRAIL_TEST_REQUIRE=1, but HANDRAIL_TEST_DOCKER_REGISTRY names no registry server"
            );
            eprintln!("left out: no registry server (HANDRAIL_TEST_DOCKER_REGISTRY is not set)");
            return None;
        };
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let folder = env::temp_dir().join(format!("handrail-registry-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let config = json!({
            "version": "0.1",
            "log": { "level": "warn" },
            "storage": { "filesystem": { "rootdirectory": folder.join("store") } },
            "http": { "addr": format!("127.0.0.1:{port}"), "secret": "a secret of this test" },
        });
        // JSON is YAML too.
        fs::write(folder.join("config.yml"), config.to_string()).expect("a configuration");
        let log = fs::File::create(folder.join("log")).expect("a log");
        let process = Command::new(program)
            .arg("serve")
            .arg(folder.join("config.yml"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the registry server starts");
        let server = Self { process, folder, port };
        let begun = Instant::now();
        while reqwest::get(format!("http://127.0.0.1:{port}/v2/")).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the registry server does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(server)
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn repository(&self, path: &str) -> Repository {
        Repository { name: ImageName { registry: self.host(), path: path.to_owned() }, login: None }
    }

    /// The file in which the server keeps a blob.
    fn file(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.folder.join("store/docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn client() -> OciRegistry {
    OciRegistry::new(Vec::new(), Logins::default()).expect("a client")
}

/// Bytes that do not repeat.
fn noise(seed: &str, length: usize) -> Vec<u8> {
    let mut state = seed
        .bytes()
        .fold(1_469_598_103_934_665_603_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211));
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

async fn push_blob(client: &OciRegistry, to: &Repository, bytes: Vec<u8>) -> Value {
    let (digest, size) = (sha256(&bytes), bytes.len());
    let Begun::Upload(upload) = client.upload_begin(to, &digest, None).await.expect("begins") else {
        panic!("mounted")
    };
    let upload = client.upload_write(to, &upload, bytes).await.expect("sent");
    client.upload_end(to, &upload, &digest).await.expect("ended");
    json!({ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": size })
}

async fn push_manifest(
    client: &OciRegistry,
    to: &Repository,
    reference: Option<&str>,
    media_type: &str,
    body: &Value,
) -> Value {
    let body = body.to_string().into_bytes();
    let manifest = Manifest { digest: sha256(&body), media_type: media_type.to_owned(), body };
    client.manifest_put(to, reference.unwrap_or(&manifest.digest), &manifest).await.expect("written");
    json!({ "mediaType": media_type, "digest": manifest.digest, "size": manifest.body.len() })
}

/// An image for two platforms that share a layer. Returns the digest of its index, and that of one of its largest layers.
async fn publish(client: &OciRegistry, to: &Repository) -> (String, String) {
    let shared = push_blob(client, to, noise("shared", 400_000)).await;
    let (mut children, mut largest) = (Vec::new(), String::new());
    for architecture in ["amd64", "arm64"] {
        let config =
            json!({ "architecture": architecture, "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
        let mut config = push_blob(client, to, config.to_string().into_bytes()).await;
        config["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
        let mut layers = vec![shared.clone()];
        for size in LAYERS {
            layers.push(push_blob(client, to, noise(&format!("{architecture} {size}"), size)).await);
        }
        largest = layers[1]["digest"].as_str().expect("a digest").to_owned();
        let body = json!({ "schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": layers });
        let mut child = push_manifest(client, to, None, IMAGE, &body).await;
        child["platform"] = json!({ "os": "linux", "architecture": architecture });
        children.push(child);
    }
    let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children });
    let index = push_manifest(client, to, Some(TAG), INDEX, &body).await;
    (index["digest"].as_str().expect("a digest").to_owned(), largest)
}

/// A console's engine between two registry servers.
struct Theatre {
    world: World,
    services: Services,
    outside: Outside,
    source: Server,
    target: Server,
    version: VersionId,
    digest: String,
    largest: String,
}

impl Theatre {
    async fn open(name: &str) -> Option<Self> {
        let source = Server::start(&format!("{name}-source")).await?;
        let target = Server::start(&format!("{name}-target")).await?;
        let world = world();
        world.cloud.registry_is(&target.host());
        let (digest, largest) = publish(&client(), &source.repository("openhands/agent-canvas")).await;
        let repository = format!("{}/openhands/agent-canvas", source.host());
        let version = version(0x999, Edition::Canvas, &repository, TAG);
        world.store.seed_image(&version);
        let outside = Outside { registry: Arc::new(client()), clock: Arc::new(SystemClock), ..world.outside() };
        let settings = Settings {
            version: "0".to_owned(),
            endpoint_override: None,
            session_days: 1,
            invitation_days: 1,
            configuration: Vec::new(),
        };
        let services = engine::services(outside.clone(), settings);
        Some(Self { world, services, outside, source, target, version: version.id, digest, largest })
    }

    async fn request(&self) -> MirrorId {
        let place = format!("{} eu-west-1", self.world.account.id);
        let form = MirrorForm { version: self.version.to_string(), place, licence: String::new() };
        self.services.images.mirror(&self.world.admin, form).await.expect("asked for")
    }

    /// A worker that sends small parts and holds what it works on for two seconds.
    fn worker(&self, name: &str, stop: &CancellationToken) -> JoinHandle<()> {
        let rhythm = Rhythm {
            lease: Duration::from_secs(2),
            heartbeat: Duration::from_millis(500),
            idle: Duration::from_millis(100),
            ..Rhythm::default()
        };
        let pace = Pace { part: 64 * 1024, passing_limit: Duration::from_secs(5), ..Pace::default() };
        tokio::spawn(Worker::new(self.outside.clone(), name.to_owned(), rhythm, pace).run(stop.clone()))
    }

    async fn mirror(&self, id: MirrorId) -> Mirror {
        self.services.images.mirror_view(&self.world.admin, id).await.expect("readable").mirror
    }

    async fn wait_for(&self, id: MirrorId, what: &str, check: impl Fn(&Mirror) -> bool) -> Mirror {
        let begun = Instant::now();
        loop {
            let mirror = self.mirror(id).await;
            if check(&mirror) {
                return mirror;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {mirror:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Everything below the index is at the target, with the bytes that its digest names.
    async fn assert_whole(&self) {
        let (client, to) = (client(), self.target.repository("handrail/canvas"));
        assert_eq!(client.resolve(&to, TAG).await.expect("answers"), Some(self.digest.clone()));
        let index = client.manifest(&to, &self.digest).await.expect("the index");
        let index: Value = serde_json::from_slice(&index.body).expect("JSON");
        for child in index["manifests"].as_array().expect("manifests") {
            let manifest = client.manifest(&to, child["digest"].as_str().expect("a digest")).await.expect("a manifest");
            let manifest: Value = serde_json::from_slice(&manifest.body).expect("JSON");
            let layers = manifest["layers"].as_array().expect("layers").iter();
            for blob in layers.chain([&manifest["config"]]) {
                let digest = blob["digest"].as_str().expect("a digest");
                let bytes = fs::read(self.target.file(digest)).expect("the blob's file");
                assert_eq!(sha256(&bytes), digest);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_survives_a_kill_in_the_middle() {
    let Some(theatre) = Theatre::open("kill").await else { return };
    let id = theatre.request().await;
    let doomed = theatre.worker("one", &CancellationToken::new());
    theatre
        .wait_for(id, "the middle of a blob", |mirror| {
            mirror.progress.bytes_done > 1_000_000 && mirror.progress.blob.is_some()
        })
        .await;
    // Dropped wherever it is, without a chance to hand back what it holds.
    doomed.abort();
    let _ = doomed.await;
    let record = theatre.world.store.mirror_get(id).await.expect("answers").expect("there");
    assert_eq!(record.mirror.status, OperationStatus::Running, "nobody has noticed yet");
    let upload = record.upload.expect("an upload was under way");
    assert!(upload.upload.offset > 0);
    assert_eq!(client().resolve(&theatre.target.repository("handrail/canvas"), TAG).await.expect("answers"), None);

    let stop = CancellationToken::new();
    let second = theatre.worker("two", &stop);
    let done = theatre.wait_for(id, "the end", |mirror| mirror.status.is_over()).await;
    stop.cancel();
    second.await.expect("it stops");
    assert_eq!(done.status, OperationStatus::Succeeded, "{:?}", done.cause);
    assert_eq!(
        (done.digest.as_deref(), done.progress.bytes_done),
        (Some(theatre.digest.as_str()), done.progress.bytes)
    );
    assert!(done.progress.bytes_found > 0, "what had arrived was not sent again");
    theatre.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_blob_fails_plainly_and_a_retry_goes_on() {
    let Some(theatre) = Theatre::open("corrupt").await else { return };
    let file = theatre.source.file(&theatre.largest);
    let good = fs::read(&file).expect("the blob's file");
    corrupt(&file, &good);
    let stop = CancellationToken::new();
    let worker = theatre.worker("one", &stop);
    let id = theatre.request().await;
    let failed = theatre.wait_for(id, "the failure", |mirror| mirror.status.is_over()).await;
    match failed.cause {
        Some(MirrorCause::Corrupted { digest, found: Some(found), registry }) => {
            assert_eq!((&digest, registry), (&theatre.largest, theatre.source.host()));
            assert_eq!(found, sha256(&fs::read(&file).expect("the blob's file")));
        }
        other => panic!("{other:?}"),
    }
    let to = theatre.target.repository("handrail/canvas");
    assert_eq!(client().resolve(&to, TAG).await.expect("answers"), None, "nobody finds half an image");
    assert_eq!(client().blob_size(&to, &theatre.largest).await.expect("answers"), None);

    fs::write(&file, good).expect("repaired");
    theatre.services.images.mirror_retry(&theatre.world.admin, id).await.expect("queued again");
    let done = theatre.wait_for(id, "the end", |mirror| mirror.status == OperationStatus::Succeeded).await;
    assert!(done.progress.bytes_found > 0, "what had arrived was not sent again");
    theatre.assert_whole().await;
    stop.cancel();
    worker.await.expect("it stops");
}

/// One bit of a file is another.
fn corrupt(file: &Path, good: &[u8]) {
    let mut bad = good.to_vec();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(file, bad).expect("corrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_with_another_client_and_blobs_are_taken_over() {
    let Some(server) = Server::start("resume").await else { return };
    let (here, there) = (server.repository("a/one"), server.repository("a/two"));
    let bytes = noise("resume", 300_000);
    let digest = sha256(&bytes);
    let Begun::Upload(upload) = client().upload_begin(&here, &digest, None).await.expect("begins") else {
        panic!("mounted")
    };
    let upload = client().upload_write(&here, &upload, bytes[..200_000].to_vec()).await.expect("sent");
    let found = client().upload_find(&here, &upload).await.expect("answers").expect("it is known");
    assert_eq!(found.offset, 200_000);
    let upload = client().upload_write(&here, &found, bytes[200_000..].to_vec()).await.expect("sent");
    client().upload_end(&here, &upload, &digest).await.expect("the digest is right");
    assert_eq!(client().blob_size(&here, &digest).await.expect("answers"), Some(300_000));
    assert_eq!(client().blob_read(&here, &digest, 250_000, 10).await.expect("a part"), bytes[250_000..250_010]);

    assert_eq!(client().upload_begin(&there, &digest, Some("a/one")).await.expect("begins"), Begun::Mounted);
    client().blob_pass(&here, &server.repository("a/three"), &digest, 300_000).await.expect("sent whole");

    let Begun::Upload(upload) = client().upload_begin(&here, "", None).await.expect("begins") else {
        panic!("mounted")
    };
    let upload = client().upload_write(&here, &upload, bytes[1..].to_vec()).await.expect("sent");
    let wrong = client().upload_end(&here, &upload, &sha256(b"something else")).await.expect_err("another digest");
    assert_eq!(wrong.kind, RegistryProblemKind::Corrupted, "{wrong}");
    let tags = client().tags(&server.repository("a/nothing")).await.expect_err("no such repository");
    assert_eq!((tags.kind, tags.status), (RegistryProblemKind::NotFound, Some(404)));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_fetched_with_the_login_and_kept() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    let realm = format!("http://{host}/token");
    let tags = move |headers: HeaderMap| async move {
        if headers.get(header::AUTHORIZATION).is_some_and(|value| value == "Bearer good") {
            return axum::Json(json!({ "tags": ["1.0.0"] })).into_response();
        }
        let challenge = format!("Bearer realm=\"{realm}\",service=\"test\"");
        (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
    };
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = asked.clone();
    let token = move |Query(query): Query<HashMap<String, String>>, headers: HeaderMap| async move {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let basic = headers.get(header::AUTHORIZATION).is_some_and(|value| value == "Basic dXNlcjpwYXNz");
        let right = basic && query["scope"] == "repository:a/b:pull" && query["service"] == "test";
        axum::Json(json!({ "token": if right { "good" } else { "bad" } }))
    };
    let router = Router::new().route("/v2/a/b/tags/list", get(tags)).route("/token", get(token));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let name = ImageName { registry: host, path: "a/b".to_owned() };
    let client = client();
    let of = Repository { name: name.clone(), login: Some(Secret::new("dXNlcjpwYXNz")) };
    for _ in 0..3 {
        assert_eq!(client.tags(&of).await.expect("signed in"), ["1.0.0"]);
    }
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1, "one token serves");
    let nobody = client.tags(&Repository { name, login: None }).await.expect_err("not signed in");
    assert_eq!(nobody.kind, RegistryProblemKind::Denied, "{nobody}");
    server.abort();
}
