//! An HTTP client that answers like AWS in each of its protocols, and remembers what it was asked.

use crate::{
    cbor,
    place::{REGION, quick},
};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use cloud::{AwsCloud, CloudSettings};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

pub const REQUEST_ID: &str = "8f6a3a4e-5f0e-4f43-9a2d-c1a4b9d3e001";

/// One request as it went over the wire.
#[derive(Clone, Debug)]
pub struct Call {
    /// `service:Operation`, the service as IAM names it.
    pub api: String,
    pub uri: String,
    pub body: String,
    /// The body, where it is no text.
    pub bytes: Vec<u8>,
    pub access_key: String,
}

/// What to answer.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
    delay: Duration,
}

impl Answer {
    /// Gives the answer only after this time.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// A successful answer with this body.
pub fn ok(body: impl Into<String>) -> Answer {
    Answer { status: 200, body: body.into().into_bytes(), headers: Vec::new(), delay: Duration::ZERO }
}

/// An answer in the XML of the query protocol: the content of the result element.
pub fn result(operation: &str, content: &str) -> Answer {
    ok(format!("<{operation}Response><{operation}Result>{content}</{operation}Result></{operation}Response>"))
}

/// A refusal in the protocol of the API.
pub fn refuse(api: &str, status: u16, code: &str, message: &str) -> Answer {
    let (service, operation) = api.split_once(':').expect("service:Operation");
    let id = REQUEST_ID.to_owned();
    let (body, headers) = match service {
        "s3" if operation.starts_with("Head") => (Vec::new(), vec![("x-amz-request-id", id)]),
        "s3" => (
            format!("<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId></Error>").into(),
            vec![("x-amz-request-id", id)],
        ),
        "elasticfilesystem" => (
            json!({ "ErrorCode": code, "message": message }).to_string().into(),
            vec![("x-amzn-requestid", id), ("x-amzn-errortype", code.to_owned())],
        ),
        "ecr" | "ecs" | "logs" | "secretsmanager" | "tag" => (
            json!({ "__type": format!("com.amazonaws.{service}#{code}"), "message": message }).to_string().into(),
            vec![("x-amzn-requestid", id)],
        ),
        "cloudwatch" => (
            cbor::map([("__type", cbor::text(code)), ("message", cbor::text(message))]),
            vec![("x-amzn-requestid", id), ("smithy-protocol", "rpc-v2-cbor".into())],
        ),
        _ => (
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            )
            .into(),
            vec![("x-amzn-requestid", id)],
        ),
    };
    Answer { status, body, headers, delay: Duration::ZERO }
}

/// What AWS says when nothing is there, in the protocol of the API.
fn nothing(api: &str) -> Answer {
    let (service, operation) = api.split_once(':').expect("service:Operation");
    match service {
        "ecr" | "ecs" | "logs" | "secretsmanager" | "tag" | "elasticfilesystem" => ok("{}"),
        "cloudwatch" => cbor_answer(cbor::map([])),
        "s3" => ok(match operation {
            "ListObjectVersions" => "<ListVersionsResult/>",
            "DeleteObjects" => "<DeleteResult/>",
            _ => "",
        }),
        "cloudformation" if operation == "DescribeChangeSet" => {
            refuse(api, 404, "ChangeSetNotFound", "ChangeSet [create-1] does not exist")
        }
        _ => result(operation, ""),
    }
}

/// A successful answer of CloudWatch.
pub fn cbor_answer(body: Vec<u8>) -> Answer {
    Answer { body, headers: vec![("smithy-protocol", "rpc-v2-cbor".into())], ..ok("") }
}

/// An alarm, as CloudWatch answers.
pub fn one_alarm() -> Answer {
    cbor_answer(cbor::map([("MetricAlarms", cbor::array([cbor::map([])]))]))
}

/// One answer to all.
#[derive(Clone, Debug)]
enum Everything {
    Refused { status: u16, code: &'static str, message: &'static str },
    Answered(Answer),
}

/// Answers by script, and records.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    script: Arc<HashMap<String, Vec<Answer>>>,
    everything: Option<Everything>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Recorder {
    /// Answers the calls of each API in this order, the last answer again and again; other APIs say that nothing is there.
    pub fn scripted(script: impl IntoIterator<Item = (&'static str, Vec<Answer>)>) -> Self {
        let script = script.into_iter().map(|(api, answers)| (api.to_owned(), answers)).collect();
        Self { script: Arc::new(script), ..Self::default() }
    }

    /// Refuses everything with this status, code and message.
    pub fn refusing(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { everything: Some(Everything::Refused { status, code, message }), ..Self::default() }
    }

    /// Gives this answer to everything.
    pub fn answering(answer: Answer) -> Self {
        Self { everything: Some(Everything::Answered(answer)), ..Self::default() }
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panicked while recording").clone()
    }

    /// The APIs that were asked so far, in order.
    pub fn apis(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.api).collect()
    }

    /// A configuration with this client and keys that are not real; nothing in it comes from the environment of the test.
    pub fn config(&self) -> SdkConfig {
        let keys = Credentials::new("AKIDTEST", "not-a-secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .http_client(self.clone())
            .build()
    }

    /// The cloud on top, with one attempt and no waiting.
    pub fn cloud(&self) -> AwsCloud {
        self.cloud_with(quick())
    }

    pub fn cloud_with(&self, settings: CloudSettings) -> AwsCloud {
        AwsCloud::with_config(settings, self.config())
    }

    fn answer(&self, call: Call) -> Answer {
        let mut calls = self.calls.lock().expect("no test panicked while recording");
        let before = calls.iter().filter(|earlier| earlier.api == call.api).count();
        let api = call.api.clone();
        calls.push(call);
        match &self.everything {
            Some(Everything::Refused { status, code, message }) => return refuse(&api, *status, code, message),
            Some(Everything::Answered(answer)) => return answer.clone(),
            None => {}
        }
        match self.script.get(&api) {
            Some(answers) => answers[before.min(answers.len() - 1)].clone(),
            None => nothing(&api),
        }
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.answer(read(&request));
        HttpConnectorFuture::new(async move {
            if !answer.delay.is_zero() {
                tokio::time::sleep(answer.delay).await;
            }
            let status = StatusCode::try_from(answer.status).expect("a valid status");
            let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
            for (name, value) in answer.headers {
                response.headers_mut().insert(name, value);
            }
            Ok(response)
        })
    }
}

impl HttpClient for Recorder {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Which API a request is for, told from the wire alone.
fn read(request: &HttpRequest) -> Call {
    let authorization = request.headers().get("authorization").unwrap_or_default();
    let scope: Vec<&str> =
        authorization.split_once("Credential=").map(|(_, rest)| rest.split('/').collect()).unwrap_or_default();
    let service = match scope.get(3).copied().unwrap_or("sts") {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        other => other,
    };
    let bytes = request.body().bytes().unwrap_or_default().to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let path_and_query = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
    let operation = match (service, request.headers().get("x-amz-target")) {
        (_, Some(target)) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        ("cloudwatch", _) => path_and_query.rsplit('/').next().unwrap_or_default().to_owned(),
        ("s3", _) => bucket_operation(request.method(), path_and_query).to_owned(),
        ("elasticfilesystem", _) => file_system_operation(request.method(), path_and_query),
        _ => body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned(),
    };
    Call {
        api: format!("{service}:{operation}"),
        uri: request.uri().to_owned(),
        body,
        bytes,
        access_key: scope.first().copied().unwrap_or_default().to_owned(),
    }
}

fn bucket_operation(method: &str, path_and_query: &str) -> &'static str {
    match method {
        "GET" if path_and_query.contains("versions") => "ListObjectVersions",
        "HEAD" => "HeadBucket",
        "POST" if path_and_query.contains("delete") => "DeleteObjects",
        "DELETE" => "DeleteBucket",
        _ => "Unknown",
    }
}

/// `2015-02-01/file-systems/…` and the like.
fn file_system_operation(method: &str, path_and_query: &str) -> String {
    let noun = match path_and_query.split(['/', '?']).nth(1) {
        Some("file-systems") => "FileSystem",
        Some("mount-targets") => "MountTarget",
        Some("access-points") => "AccessPoint",
        _ => "Unknown",
    };
    if method == "DELETE" { format!("Delete{noun}") } else { format!("Describe{noun}s") }
}
