//! Undoing an update: asked for as often as one likes, and without harm where it comes too late.

use crate::{
    place::workplace,
    recorder::{Answer, Recorder, refuse, result},
};
use model::cause::CloudProblemKind;
use ports::{Cloud, CloudResult};

const CANCEL: &str = "cloudformation:CancelUpdateStack";
const CONTINUE: &str = "cloudformation:ContinueUpdateRollback";
const DESCRIBE: &str = "cloudformation:DescribeStacks";

fn stack(status: &str) -> Answer {
    let stack = format!(
        "<Stacks><member><StackName>handrail-1</StackName><StackStatus>{status}</StackStatus></member></Stacks>"
    );
    result("DescribeStacks", &stack)
}

async fn call(recorder: &Recorder, api: &str) -> CloudResult<()> {
    let mut place = workplace();
    place.account.stack_role_arn = Some("arn:aws:iam::111122223333:role/stacks".into());
    match api {
        CANCEL => recorder.cloud().update_cancel(&place, "handrail-1", "token-1").await,
        _ => recorder.cloud().rollback_continue(&place, "handrail-1", "token-1").await,
    }
}

#[tokio::test]
async fn both_carry_their_token_and_going_on_the_accounts_role() {
    for (api, role) in [(CANCEL, false), (CONTINUE, true)] {
        let recorder = Recorder::default();
        call(&recorder, api).await.expect("accepted");
        let body = &recorder.calls()[0].body;
        assert!(body.contains("ClientRequestToken=token-1"), "{body}");
        assert_eq!(body.contains("RoleARN=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fstacks"), role, "{body}");
        assert_eq!(recorder.apis(), [api]);
    }
}

#[tokio::test]
async fn a_stack_that_has_moved_on_is_no_error() {
    for (api, status) in [(CANCEL, "UPDATE_COMPLETE"), (CONTINUE, "UPDATE_ROLLBACK_IN_PROGRESS")] {
        let refused = refuse(api, 400, "ValidationError", "cannot be called from current stack status");
        let recorder = Recorder::scripted([(api, vec![refused]), (DESCRIBE, vec![stack(status)])]);
        call(&recorder, api).await.expect("it came too late, which is no error");
    }
}

#[tokio::test]
async fn a_refusal_in_the_right_status_is_told_in_aws_words() {
    for (api, status) in [(CANCEL, "UPDATE_IN_PROGRESS"), (CONTINUE, "UPDATE_ROLLBACK_FAILED")] {
        let refused = refuse(api, 400, "ValidationError", "Something is wrong with the request");
        let recorder = Recorder::scripted([(api, vec![refused]), (DESCRIBE, vec![stack(status)])]);
        let problem = call(&recorder, api).await.expect_err("refused");
        assert_eq!(problem.kind, CloudProblemKind::Invalid);
        assert_eq!(problem.message, "Something is wrong with the request");
    }
}

#[tokio::test]
async fn what_iam_denies_is_said_with_its_action() {
    for api in [CANCEL, CONTINUE] {
        let recorder = Recorder::refusing(403, "AccessDenied", "Access Denied");
        let problem = call(&recorder, api).await.expect_err("denied");
        assert_eq!((problem.kind, problem.action.as_deref()), (CloudProblemKind::Denied, Some(api)));
        assert_eq!(recorder.apis(), [api], "asked once");
    }
}
