//! Letting CloudFormation compare a stack with its template.

use crate::{pages, problem::plain, session::Session};
use aws_sdk_cloudformation::types::{
    PropertyDifference, StackDriftDetectionStatus, StackResourceDrift, StackResourceDriftStatus,
};
use model::cause::CloudProblemKind;
use ports::{
    CloudResult,
    cloud::{PropertyDrift, ResourceDrift, StackDrift},
};
use tokio::time::{Instant, sleep};

const PROGRESS: &str = "cloudformation:DescribeStackDriftDetectionStatus";

impl Session {
    /// Starts a comparison, waits for its end, and reads what it found. A stack has one comparison at a time; AWS refuses a second.
    pub(crate) async fn stack_drift(&self, stack_name: &str) -> CloudResult<StackDrift> {
        let request = self.cloudformation.detect_stack_drift().stack_name(stack_name);
        let begun = self.ask("cloudformation:DetectStackDrift", request.send()).await?;
        let incomplete = self.drift_detected(&begun.stack_drift_detection_id.unwrap_or_default()).await?;
        let all = self.resource_drifts(stack_name).await?;
        Ok(StackDrift {
            compared: u32::try_from(all.len()).unwrap_or(u32::MAX),
            resources: all.into_iter().filter_map(resource).collect(),
            incomplete,
        })
    }

    /// Waits for the end. Returns why some resources could not be compared, if some could not: the others were.
    async fn drift_detected(&self, detection: &str) -> CloudResult<Option<String>> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            let request =
                self.cloudformation.describe_stack_drift_detection_status().stack_drift_detection_id(detection);
            let progress = self.ask(PROGRESS, request.send()).await?;
            match progress.detection_status {
                Some(StackDriftDetectionStatus::DetectionComplete) => return Ok(None),
                Some(StackDriftDetectionStatus::DetectionFailed) => {
                    return Ok(Some(progress.detection_status_reason.unwrap_or_default()));
                }
                _ => {}
            }
            if Instant::now() >= deadline {
                let waited = self.settings.patience.as_secs();
                let message = format!("the stack was still being compared after {waited} seconds");
                return Err(plain(PROGRESS, CloudProblemKind::Unreachable, &message));
            }
            sleep(self.settings.poll).await;
        }
    }

    /// Every resource that was compared.
    async fn resource_drifts(&self, stack_name: &str) -> CloudResult<Vec<StackResourceDrift>> {
        pages::all(|token| async move {
            let request = self
                .cloudformation
                .describe_stack_resource_drifts()
                .stack_name(stack_name)
                .stack_resource_drift_status_filters(StackResourceDriftStatus::InSync)
                .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
                .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted)
                .set_next_token(token);
            let page = self.ask("cloudformation:DescribeStackResourceDrifts", request.send()).await?;
            Ok((page.stack_resource_drifts.unwrap_or_default(), page.next_token))
        })
        .await
    }
}

/// `None` for one that is as it should be.
fn resource(drift: StackResourceDrift) -> Option<ResourceDrift> {
    let deleted = match drift.stack_resource_drift_status? {
        StackResourceDriftStatus::Deleted => true,
        StackResourceDriftStatus::Modified => false,
        _ => return None,
    };
    Some(ResourceDrift {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        resource_type: drift.resource_type.unwrap_or_default(),
        physical_id: drift.physical_resource_id.filter(|id| !id.is_empty()),
        deleted,
        expected: drift.expected_properties.unwrap_or_default(),
        actual: drift.actual_properties.unwrap_or_default(),
        differences: drift.property_differences.unwrap_or_default().into_iter().map(property).collect(),
    })
}

fn property(difference: PropertyDifference) -> PropertyDrift {
    PropertyDrift {
        path: difference.property_path.unwrap_or_default(),
        expected: difference.expected_value.unwrap_or_default(),
        actual: difference.actual_value.unwrap_or_default(),
        kind: difference.difference_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
    }
}
