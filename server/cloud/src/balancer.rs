//! Target groups of the load balancer.

use crate::{problem::or_none, session::Session};
use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use model::environment::TargetState;
use ports::CloudResult;

impl Session {
    /// Health of the targets; empty if the group is not there.
    pub(crate) async fn targets(&self, target_group_arn: &str) -> CloudResult<Vec<TargetState>> {
        let request = self.elb.describe_target_health().target_group_arn(target_group_arn);
        let answer = or_none(self.ask("elasticloadbalancing:DescribeTargetHealth", request.send()).await)?;
        let targets = answer.and_then(|answer| answer.target_health_descriptions).unwrap_or_default();
        Ok(targets.into_iter().map(target).collect())
    }
}

fn target(description: TargetHealthDescription) -> TargetState {
    let (id, port) = description.target.map(|target| (target.id, target.port)).unwrap_or_default();
    let (state, reason, text) =
        description.target_health.map(|health| (health.state, health.reason, health.description)).unwrap_or_default();
    TargetState {
        id: id.unwrap_or_default(),
        port: port.and_then(|port| u16::try_from(port).ok()),
        state: state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        reason: reason.map(|reason| reason.as_str().to_owned()),
        description: text,
    }
}
