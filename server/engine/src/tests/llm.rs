//! The language model: who serves it, and what it takes.

use super::stage::{form, key, stage};
use model::{FieldProblem, draft::DraftForm, fault::Misfit};
use std::collections::BTreeSet;

#[tokio::test]
async fn bedrock_is_called_through_the_task_role_and_no_key_is_asked_for_or_kept() {
    let stage = stage();
    let who = &stage.world.operator;
    let typed = DraftForm {
        llm_provider: "bedrock".to_owned(),
        llm_model: "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0".to_owned(),
        ..form(&stage.world, "alpha")
    };
    let with_key = stage.services.environments.save_draft(who, None, typed.clone(), key().into()).await.expect("kept");
    let refused = FieldProblem::DoesNotFit(Misfit::BedrockNeedsNoKey);
    assert_eq!((with_key.errors.of("llm_key"), with_key.has_llm_key), (Some(&refused), false));

    let saved = stage.services.environments.save_draft(who, None, typed, None.into()).await.expect("kept");
    assert!(saved.errors.is_empty(), "{:?}", saved.errors);
    let plan = stage.services.environments.plan(who, saved.id).await.expect("planned");
    let role = plan.roles.iter().find(|role| role.logical_id == "TaskRole").expect("the plan shows it");
    let policies = role.policies.join("\n");
    let actions: Vec<&str> = policies.split('"').filter(|word| word.starts_with("bedrock:Invoke")).collect();
    let both = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];
    assert_eq!(actions, [both, both].concat());
    let resources: BTreeSet<&str> = policies.split('"').filter(|word| word.contains(":bedrock:")).collect();
    let expected = [
        "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/\
         eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:${AWS::Partition}:bedrock:*::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
    ];
    assert_eq!(resources, BTreeSet::from(expected), "through the profile alone");
    assert!(policies.contains("bedrock:InferenceProfileArn"));
    stage.services.environments.create(who, saved.id, &plan.hash).await.expect("created");
    assert_eq!(stage.world.cloud.calls_of("secret_put"), 0, "nothing is stored");
}

#[tokio::test]
async fn a_key_typed_for_another_provider_goes_with_it() {
    let stage = stage();
    let who = &stage.world.operator;
    let saved = stage.services.environments.save_draft(who, None, form(&stage.world, "alpha"), key().into()).await;
    let saved = saved.expect("kept");
    let bedrock = DraftForm {
        llm_provider: "bedrock".to_owned(),
        llm_model: "bedrock/mistral.mistral-7b-instruct-v0:2".to_owned(),
        ..saved.form
    };
    let saved = stage.services.environments.save_draft(who, Some(saved.id), bedrock, None.into()).await.expect("kept");
    assert!(saved.errors.is_empty(), "{:?}", saved.errors);
    let operation = {
        let plan = stage.services.environments.plan(who, saved.id).await.expect("planned");
        stage.services.environments.create(who, saved.id, &plan.hash).await.expect("created")
    };
    let environment = stage.operation(operation).await.summary.environment;
    assert_eq!(stage.detail(environment).await.summary.spec.llm.key_secret_arn, None);
    let template = stage.services.environments.template(who, environment, 1).await.expect("a template");
    assert!(!template.contains("LLM_API_KEY") && !template.contains("llm-key"), "no task reads it");
}
