//! IAM roles: one with which ECS starts the task, one that the task itself has.

use super::{Resource, Stack, attribute, reference, secret, substitute};
use model::{
    plan::Section::Permissions,
    spec::{BedrockModel, LlmProvider},
};
use serde_json::{Value, json};

fn assumed_by_tasks(stack: &Stack) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" }, "Action": "sts:AssumeRole",
        // Nobody else's tasks (confused deputy).
        "Condition": { "StringEquals": { "aws:SourceAccount": stack.identity.account } }
    }]})
}

/// What it takes to pull an image from a repository of ECR; nothing for one from elsewhere.
fn pulls(repository: &str) -> Option<[Value; 2]> {
    let (registry, path) = repository.split_once('/')?;
    let (account, rest) = registry.split_once(".dkr.ecr.")?;
    let region = rest.strip_suffix(".amazonaws.com")?;
    Some([
        // AWS allows this on nothing narrower (ECR, actions defined by the service).
        json!({ "Sid": "ImageLogin", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }),
        json!({
            "Sid": "Image", "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": format!("arn:aws:ecr:{region}:{account}:repository/{path}")
        }),
    ])
}

pub(super) fn add(stack: &mut Stack) {
    let trust = assumed_by_tasks(stack);
    let images = pulls(&stack.spec.image.repository);
    let mut secrets: Vec<Value> = secret::all(stack.spec.edition).into_iter().map(reference).collect();
    secrets.push(attribute("Database", "MasterUserSecret.SecretArn"));
    secrets.extend(stack.spec.llm.key_secret_arn.as_ref().map(|arn| json!(arn)));
    secrets.extend(stack.spec.secrets.iter().map(|one| json!(one.secret_arn)));
    let mut starts = vec![
        json!({
            "Sid": "Logs", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": attribute("LogGroup", "Arn")
        }),
        json!({ "Sid": "Secrets", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secrets }),
    ];
    starts.extend(images.into_iter().flatten());
    stack.add(Resource::new(
        "ExecutionRole",
        "AWS::IAM::Role",
        Permissions,
        "Lets ECS write the logs and read this environment's secrets",
        json!({
            "AssumeRolePolicyDocument": trust, "Tags": stack.tags("execution"),
            "Policies": [{ "PolicyName": "start-task", "PolicyDocument": { "Version": "2012-10-17", "Statement": starts }}]
        }),
    ));
    stack.add(Resource::new(
        "TaskRole",
        "AWS::IAM::Role",
        Permissions,
        "What the agents may do in AWS",
        json!({ "AssumeRolePolicyDocument": trust, "Tags": stack.tags("task") }),
    ));
    let files = (!stack.is_app()).then(|| {
        json!({
            "Sid": "Files", "Effect": "Allow",
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            "Resource": attribute("FileSystem", "Arn"),
            "Condition": { "ArnEquals": { "elasticfilesystem:AccessPointArn": [
                attribute("StateAccessPoint", "Arn"), attribute("WorkspaceAccessPoint", "Arn")
            ]}}
        })
    });
    let mut statements: Vec<Value> = files.into_iter().collect();
    statements.extend([
        json!({
            "Sid": "BucketObjects", "Effect": "Allow", "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            "Resource": substitute("${Bucket.Arn}/*")
        }),
        json!({ "Sid": "BucketList", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": attribute("Bucket", "Arn") }),
    ]);
    if stack.spec.llm.provider == LlmProvider::Bedrock {
        statements.extend(bedrock(&stack.spec.llm.model));
    }
    let purpose = if stack.is_app() {
        "Own bucket, and the chosen model where Bedrock serves it"
    } else {
        "Own files, own bucket, and the chosen model where Bedrock serves it"
    };
    stack.add(Resource::new(
        "TaskPolicy",
        "AWS::IAM::Policy",
        Permissions,
        purpose,
        json!({
            "PolicyName": "task", "Roles": [reference("TaskRole")],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": statements }
        }),
    ));
}

/// Exactly the chosen model: the foundation model in the environment's region; or the inference profile, and the foundation model in
/// whichever region the profile sends a call on to, through that profile alone (Amazon Bedrock User Guide, "Prerequisites for inference
/// profiles").
fn bedrock(model: &str) -> Vec<Value> {
    let statement = |sid: &str, resource: String| {
        json!({
            "Sid": sid, "Effect": "Allow",
            "Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
            "Resource": substitute(&format!("arn:${{AWS::Partition}}:bedrock:{resource}"))
        })
    };
    let here = |id: &str| statement("Model", format!("${{AWS::Region}}::foundation-model/{id}"));
    let Ok(named) = model.parse::<BedrockModel>() else {
        // A spec of before names were checked: nothing is allowed but what bears exactly this name.
        return vec![here(model.strip_prefix("bedrock/").unwrap_or(model))];
    };
    let Some(profile) = named.profile() else { return vec![here(&named.foundation)] };
    let profile = statement("Profile", format!("${{AWS::Region}}:${{AWS::AccountId}}:inference-profile/{profile}"));
    let mut models = statement("Model", format!("*::foundation-model/{}", named.foundation));
    models["Condition"] = json!({ "ArnEquals": { "bedrock:InferenceProfileArn": profile["Resource"] } });
    vec![profile, models]
}
