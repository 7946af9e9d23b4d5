//! Deleting EFS file systems with what hangs on them.

use crate::{
    pages,
    problem::{or_none, plain},
    session::Session,
};
use aws_sdk_efs::types::{FileSystemDescription, LifeCycleState, MountTargetDescription};
use model::cause::CloudProblemKind;
use ports::CloudResult;
use tokio::time::{Instant, sleep};

const DELETE: &str = "elasticfilesystem:DeleteFileSystem";

impl Session {
    /// Mount targets first: AWS refuses to delete a file system while one is left, and takes about a minute for each.
    pub(crate) async fn file_system_delete(&self, file_system_id: &str) -> CloudResult<()> {
        let deadline = Instant::now() + self.settings.patience;
        loop {
            let Some(targets) = or_none(self.mount_targets(file_system_id).await)? else { return Ok(()) };
            for target in targets.iter().filter(|target| target.life_cycle_state != LifeCycleState::Deleting) {
                self.mount_target_delete(&target.mount_target_id).await?;
            }
            if targets.is_empty() && self.file_system_delete_bare(file_system_id).await? {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let waited = self.settings.patience.as_secs();
                let message = format!("{file_system_id} was still in use after {waited} seconds");
                return Err(plain(DELETE, CloudProblemKind::Conflict, &message));
            }
            sleep(self.settings.poll).await;
        }
    }

    /// Deletes a file system without mount targets; `false` if AWS still sees it in use.
    async fn file_system_delete_bare(&self, file_system_id: &str) -> CloudResult<bool> {
        for access_point in or_none(self.access_points(file_system_id).await)?.unwrap_or_default() {
            self.access_point_delete(&access_point).await?;
        }
        let request = self.efs.delete_file_system().file_system_id(file_system_id);
        match or_none(self.ask(DELETE, request.send()).await) {
            Ok(_) => Ok(true),
            Err(problem) if problem.kind == CloudProblemKind::Conflict => {
                let found = self.file_system(file_system_id).await?;
                Ok(found.is_none_or(|found| is_going(&found.life_cycle_state)))
            }
            Err(problem) => Err(problem),
        }
    }

    /// One file system by its id.
    pub(crate) async fn file_system(&self, file_system_id: &str) -> CloudResult<Option<FileSystemDescription>> {
        let request = self.efs.describe_file_systems().file_system_id(file_system_id);
        let answer = or_none(self.ask("elasticfilesystem:DescribeFileSystems", request.send()).await)?;
        Ok(answer.and_then(|answer| answer.file_systems.unwrap_or_default().into_iter().next()))
    }

    async fn mount_targets(&self, file_system_id: &str) -> CloudResult<Vec<MountTargetDescription>> {
        pages::all(|marker| async move {
            let request = self.efs.describe_mount_targets().file_system_id(file_system_id).set_marker(marker);
            let page = self.ask("elasticfilesystem:DescribeMountTargets", request.send()).await?;
            Ok((page.mount_targets.unwrap_or_default(), page.next_marker))
        })
        .await
    }

    async fn mount_target_delete(&self, mount_target_id: &str) -> CloudResult<()> {
        let request = self.efs.delete_mount_target().mount_target_id(mount_target_id);
        or_none(self.ask("elasticfilesystem:DeleteMountTarget", request.send()).await).map(drop)
    }

    async fn access_points(&self, file_system_id: &str) -> CloudResult<Vec<String>> {
        pages::all(|token| async move {
            let request = self.efs.describe_access_points().file_system_id(file_system_id).set_next_token(token);
            let page = self.ask("elasticfilesystem:DescribeAccessPoints", request.send()).await?;
            let points = page.access_points.unwrap_or_default().into_iter();
            Ok((points.filter_map(|point| point.access_point_id).collect(), page.next_token))
        })
        .await
    }

    async fn access_point_delete(&self, access_point_id: &str) -> CloudResult<()> {
        let request = self.efs.delete_access_point().access_point_id(access_point_id);
        or_none(self.ask("elasticfilesystem:DeleteAccessPoint", request.send()).await).map(drop)
    }
}

/// Whether the file system is on its way out.
pub(crate) fn is_going(state: &LifeCycleState) -> bool {
    matches!(state, LifeCycleState::Deleting | LifeCycleState::Deleted)
}
