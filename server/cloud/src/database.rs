//! The RDS instance and its manual snapshots.

use crate::{
    arn::Arn,
    pages,
    problem::{or_none, plain},
    session::Session,
};
use aws_sdk_rds::types::{DbInstance, DbSnapshot};
use model::{cause::CloudProblemKind, environment::DatabaseState};
use ports::CloudResult;

const DELETE_SNAPSHOT: &str = "rds:DeleteDBSnapshot";

impl Session {
    /// The instance; `None` if there is none.
    pub(crate) async fn database(&self, instance_id: &str) -> CloudResult<Option<DatabaseState>> {
        let request = self.rds.describe_db_instances().db_instance_identifier(instance_id);
        let answer = or_none(self.ask("rds:DescribeDBInstances", request.send()).await)?;
        Ok(answer.and_then(|answer| answer.db_instances.unwrap_or_default().into_iter().next()).map(instance))
    }

    /// All instances of the account and region.
    pub(crate) async fn databases(&self) -> CloudResult<Vec<DatabaseState>> {
        pages::all(|marker| async move {
            let request = self.rds.describe_db_instances().set_marker(marker);
            let page = self.ask("rds:DescribeDBInstances", request.send()).await?;
            Ok((page.db_instances.unwrap_or_default().into_iter().map(instance).collect(), page.marker))
        })
        .await
    }

    /// ARN and size of the manual snapshots, among them the final ones that CloudFormation makes.
    pub(crate) async fn database_snapshots(&self, instance_id: &str) -> CloudResult<Vec<(String, u32)>> {
        pages::all(|marker| async move {
            let request = self.rds.describe_db_snapshots().db_instance_identifier(instance_id);
            let request = request.snapshot_type("manual").set_marker(marker);
            let page = or_none(self.ask("rds:DescribeDBSnapshots", request.send()).await)?;
            let (snapshots, next) = page.map(|page| (page.db_snapshots, page.marker)).unwrap_or_default();
            let found = snapshots.unwrap_or_default().into_iter();
            Ok((
                found
                    .filter_map(|snapshot| Some((snapshot.db_snapshot_arn?, gib(snapshot.allocated_storage))))
                    .collect(),
                next,
            ))
        })
        .await
    }

    /// Deletes a manual snapshot. RDS wants its name, not its ARN.
    pub(crate) async fn database_snapshot_delete(&self, snapshot_arn: &str) -> CloudResult<()> {
        let name = match Arn::parse(snapshot_arn).map(|arn| arn.kind_and_name()) {
            Some(("snapshot", name)) => name,
            _ => {
                let message = format!("{snapshot_arn} is not the ARN of a database snapshot");
                return Err(plain(DELETE_SNAPSHOT, CloudProblemKind::Invalid, &message));
            }
        };
        let request = self.rds.delete_db_snapshot().db_snapshot_identifier(name);
        let Err(problem) = or_none(self.ask(DELETE_SNAPSHOT, request.send()).await) else { return Ok(()) };
        if problem.kind == CloudProblemKind::Conflict {
            let found = self.database_snapshot(name).await?;
            if found.is_none_or(|snapshot| snapshot.status.as_deref() == Some("deleting")) {
                return Ok(());
            }
        }
        Err(problem)
    }

    /// One snapshot by its name.
    pub(crate) async fn database_snapshot(&self, name: &str) -> CloudResult<Option<DbSnapshot>> {
        let request = self.rds.describe_db_snapshots().db_snapshot_identifier(name);
        let answer = or_none(self.ask("rds:DescribeDBSnapshots", request.send()).await)?;
        Ok(answer.and_then(|answer| answer.db_snapshots.unwrap_or_default().into_iter().next()))
    }
}

fn gib(storage: Option<i32>) -> u32 {
    storage.and_then(|gib| u32::try_from(gib).ok()).unwrap_or_default()
}

fn instance(instance: DbInstance) -> DatabaseState {
    DatabaseState {
        id: instance.db_instance_identifier.unwrap_or_default(),
        status: instance.db_instance_status.unwrap_or_default(),
        class: instance.db_instance_class.unwrap_or_default(),
        engine_version: instance.engine_version.unwrap_or_default(),
        storage_gib: gib(instance.allocated_storage),
        multi_az: instance.multi_az.unwrap_or_default(),
    }
}
