//! Secrets are written and deleted whatever state they are in, and never repeated.

use crate::{
    place::workplace,
    recorder::{Recorder, ok, refuse},
};
use model::Secret;
use ports::Cloud;
use std::collections::BTreeMap;

const CREATE: &str = "secretsmanager:CreateSecret";
const PUT: &str = "secretsmanager:PutSecretValue";
const RESTORE: &str = "secretsmanager:RestoreSecret";
const DELETE: &str = "secretsmanager:DeleteSecret";
const ARN: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf";
const MADE: &str = r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/key-AbCdEf"}"#;

async fn put(recorder: &Recorder) -> ports::CloudResult<String> {
    let tags = BTreeMap::from([("handrail:environment".to_owned(), "1".to_owned())]);
    recorder.cloud().secret_put(&workplace(), "handrail/key", "LLM key", &Secret::new("sk-private-1"), &tags).await
}

#[tokio::test]
async fn a_new_secret_carries_value_description_and_tags() {
    let recorder = Recorder::scripted([(CREATE, vec![ok(MADE)])]);
    assert_eq!(put(&recorder).await.expect("made"), ARN);
    let body = &recorder.calls()[0].body;
    for part in ["\"SecretString\":\"sk-private-1\"", "\"Description\":\"LLM key\"", "handrail:environment"] {
        assert!(body.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_name_that_is_taken_gets_a_new_value() {
    let exists =
        refuse(CREATE, 400, "ResourceExistsException", "The operation failed because the secret already exists.");
    let recorder = Recorder::scripted([(CREATE, vec![exists]), (PUT, vec![ok(MADE)])]);
    assert_eq!(put(&recorder).await.expect("put"), ARN);
    assert_eq!(recorder.apis(), [CREATE, PUT]);
}

#[tokio::test]
async fn a_secret_that_waits_for_its_deletion_is_brought_back() {
    let taken = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    let marked = "You can't perform this operation on the secret because it was marked for deletion.";
    let recorder = Recorder::scripted([
        (CREATE, vec![refuse(CREATE, 400, "InvalidRequestException", taken)]),
        (PUT, vec![ok(MADE)]),
    ]);
    assert_eq!(put(&recorder).await.expect("put"), ARN);
    assert_eq!(recorder.apis(), [CREATE, RESTORE, PUT]);

    let recorder = Recorder::scripted([
        (CREATE, vec![refuse(CREATE, 400, "ResourceExistsException", "The secret already exists.")]),
        (PUT, vec![refuse(PUT, 400, "InvalidRequestException", marked), ok(MADE)]),
    ]);
    assert_eq!(put(&recorder).await.expect("put"), ARN);
    assert_eq!(recorder.apis(), [CREATE, PUT, RESTORE, PUT]);
}

#[tokio::test]
async fn a_value_that_aws_quotes_is_not_repeated() {
    let quoted = "1 validation error detected: Value 'sk-private-1' at 'secretString' failed to satisfy constraint";
    let recorder = Recorder::scripted([(CREATE, vec![refuse(CREATE, 400, "ValidationException", quoted)])]);
    let problem = put(&recorder).await.expect_err("refused");
    assert!(!format!("{problem:?} {problem}").contains("sk-private-1"), "{problem}");
    assert!(problem.message.contains("'[secret]' at 'secretString'"), "{}", problem.message);
}

#[tokio::test]
async fn deleting_is_for_good_and_may_be_repeated() {
    let gone = refuse(DELETE, 400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    let recorder = Recorder::scripted([(DELETE, vec![ok("{}"), gone])]);
    let cloud = recorder.cloud();
    for _ in 0..2 {
        cloud.secret_delete(&workplace(), ARN).await.expect("gone");
    }
    assert!(recorder.calls()[0].body.contains("\"ForceDeleteWithoutRecovery\":true"));
}
