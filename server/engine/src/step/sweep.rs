//! After a deletion: asks every service touched whether something is left, and writes the receipt.

use super::{
    arn,
    delete::{made, options},
};
use crate::{
    executor::{Run, StepResult, Stop},
    tag,
};
use model::{
    cause::Cause,
    environment::{DeleteOptions, Leftover, Receipt},
    operation::EventKind,
};
use ports::store::KnownResource;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Between two looks, while AWS's tagging API still lists what is gone.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// Asks, writes the receipt, and fails if something is left that nobody chose to keep.
pub(super) async fn sweep(run: &mut Run) -> StepResult {
    let limit = run.now() + run.pace.sweep_limit;
    // The stack is gone: what it has made, and what of that it has deleted, does not change between looks.
    let (recorded, deleted) = (recorded(run).await?, deleted_by_stack(run).await?);
    let (checked, leftovers) = loop {
        let (checked, leftovers) = look(run, &recorded, &deleted).await?;
        if leftovers.iter().all(|left| left.kept_on_purpose) || run.now() >= limit {
            break (checked, leftovers);
        }
        run.outside.clock.sleep(BETWEEN_LOOKS).await;
    };
    let left = u32::try_from(leftovers.len()).unwrap_or(u32::MAX);
    run.tell(EventKind::Swept { checked, left }).await?;
    let stuck: Vec<String> =
        leftovers.iter().filter(|left| !left.kept_on_purpose).map(|left| left.arn.clone()).collect();
    run.receipt = Some(Receipt { at: run.now(), checked, leftovers });
    if stuck.is_empty() {
        Ok(())
    } else {
        Err(Stop::Failed(Cause::StackDeleteFailed { resources: stuck, reason: None }))
    }
}

/// One look: how many resources were asked after, and which are still there.
async fn look(run: &Run, recorded: &BTreeSet<String>, deleted: &[String]) -> StepResult<(u32, Vec<Leftover>)> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let mut arns = recorded.clone();
    let environment = run.environment.summary.id.to_string();
    arns.extend(run.ask(|| cloud.tagged(&place, tag::ENVIRONMENT, &environment)).await?);
    let options = options(run);
    let mut leftovers = BTreeMap::new();
    for arn in &arns {
        let there = match run.ask(|| cloud.exists(&place, arn)).await? {
            Some(there) => there,
            // The tagging API goes on listing what is gone; CloudFormation has confirmed the deletion of its own resources.
            None => !deleted
                .iter()
                .any(|id| id == arn || arn.ends_with(&format!("/{id}")) || arn.ends_with(&format!(":{id}"))),
        };
        if there {
            leftovers.insert(arn.clone(), leftover(run, arn, None, &options));
        }
    }
    let mut checked = arns.len();
    for instance in made(run, arn::DATABASE).await? {
        for (arn, gib) in run.ask(|| cloud.database_snapshots(&place, &instance)).await? {
            checked += usize::from(!arns.contains(&arn));
            let left = leftover(run, &arn, Some(gib), &options);
            leftovers.insert(arn, left);
        }
    }
    Ok((u32::try_from(checked).unwrap_or(u32::MAX), leftovers.into_values().collect()))
}

/// ARNs of what the stack has made.
async fn recorded(run: &Run) -> StepResult<BTreeSet<String>> {
    let (store, id) = (run.outside.store.clone(), run.environment.summary.id);
    let resources = run.store(|| store.environment_resources(id)).await?;
    let arn_of = |one: &KnownResource| arn::of(&run.place, &one.resource_type, &one.physical_id);
    let mut arns: BTreeSet<String> = resources.iter().filter_map(arn_of).collect();
    arns.extend(run.environment.stack_id.clone());
    Ok(arns)
}

/// Physical ids that CloudFormation says it has deleted: in its list of the stack's resources, or in the stack's events, which also tell
/// of those that an update had replaced.
async fn deleted_by_stack(run: &Run) -> StepResult<Vec<String>> {
    let (cloud, place) = (run.outside.cloud.clone(), run.place.clone());
    let Some(stack) = run.environment.stack_id.clone() else { return Ok(Vec::new()) };
    let resources = run.ask(|| cloud.stack_resources(&place, &stack)).await?;
    let events = run.ask(|| cloud.stack_events(&place, &stack, None)).await?;
    let listed = resources.into_iter().map(|resource| (resource.status, resource.physical_id));
    let told = events.into_iter().map(|event| (event.status, event.physical_id));
    let gone = listed.chain(told).filter(|(status, _)| status == "DELETE_COMPLETE");
    Ok(gone.filter_map(|(_, id)| id).filter(|id| !id.is_empty()).collect())
}

fn leftover(run: &Run, arn: &str, gib: Option<u32>, options: &DeleteOptions) -> Leftover {
    let resource_type = resource_type(arn);
    let kept_on_purpose = match resource_type.as_str() {
        "AWS::RDS::DBSnapshot" => options.keep_database_snapshot,
        "AWS::EFS::FileSystem" => options.keep_files,
        "AWS::S3::Bucket" => options.keep_bucket,
        _ => false,
    };
    let monthly = template::leftover_price(&resource_type, gib, &run.place.region);
    Leftover { arn: arn.to_owned(), resource_type, kept_on_purpose, monthly }
}

/// The CloudFormation type of an ARN, for the kinds that an environment is made of; `service:resource` for others.
fn resource_type(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (service, resource) = (parts.get(2).copied().unwrap_or_default(), parts.get(5).copied().unwrap_or_default());
    let kind = resource.split([':', '/']).next().unwrap_or_default();
    match (service, kind) {
        ("rds", "snapshot") => "AWS::RDS::DBSnapshot",
        ("rds", "db") => "AWS::RDS::DBInstance",
        ("elasticfilesystem", "file-system") => "AWS::EFS::FileSystem",
        ("s3", _) => "AWS::S3::Bucket",
        ("secretsmanager", _) => "AWS::SecretsManager::Secret",
        ("cloudformation", "stack") => "AWS::CloudFormation::Stack",
        ("autoscaling", _) => "AWS::AutoScaling::AutoScalingGroup",
        ("ec2", "instance") => "AWS::EC2::Instance",
        ("ec2", "volume") => "AWS::EC2::Volume",
        ("ecs", "capacity-provider") => "AWS::ECS::CapacityProvider",
        ("ecs", "cluster") => "AWS::ECS::Cluster",
        ("ecs", "service") => "AWS::ECS::Service",
        ("logs", _) => "AWS::Logs::LogGroup",
        ("ec2", "natgateway") => "AWS::EC2::NatGateway",
        ("ec2", "elastic-ip") => "AWS::EC2::EIP",
        ("elasticloadbalancing", "loadbalancer") => "AWS::ElasticLoadBalancingV2::LoadBalancer",
        ("elasticloadbalancing", "targetgroup") => "AWS::ElasticLoadBalancingV2::TargetGroup",
        _ => return format!("{service}:{kind}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_told_apart() {
        for (arn, expected) in [
            ("arn:aws:rds:eu-west-1:111122223333:snapshot:x-final", "AWS::RDS::DBSnapshot"),
            ("arn:aws:s3:::handrail-x-bucket", "AWS::S3::Bucket"),
            ("arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1", "AWS::EFS::FileSystem"),
            ("arn:aws:sns:eu-west-1:111122223333:topic", "sns:topic"),
        ] {
            assert_eq!(resource_type(arn), expected);
        }
    }
}
