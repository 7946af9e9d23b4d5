//! ECS clusters: the one thing of ECS that can be asked of many environments at once.

use crate::{service::count, session::Session};
use aws_sdk_ecs::types::Cluster;
use futures::future::try_join_all;
use model::cause::CloudProblem;
use ports::{CloudResult, cloud::ClusterState};

/// `ecs:DescribeClusters` takes at most this many clusters.
const CLUSTERS_PER_CALL: usize = 100;

impl Session {
    /// The clusters of these names that are there. Those that ECS only remembers are `INACTIVE`.
    pub(crate) async fn clusters(&self, names: &[String]) -> CloudResult<Vec<ClusterState>> {
        let batches = names.chunks(CLUSTERS_PER_CALL).map(|batch| async move {
            let request = self.ecs.describe_clusters().set_clusters(Some(batch.to_vec()));
            let answer = self.ask("ecs:DescribeClusters", request.send()).await?;
            Ok::<_, CloudProblem>(answer.clusters.unwrap_or_default())
        });
        let found = try_join_all(batches).await?.into_iter().flatten();
        Ok(found.filter(|cluster| cluster.status() != Some("INACTIVE")).map(cluster).collect())
    }
}

fn cluster(cluster: Cluster) -> ClusterState {
    ClusterState {
        running: count(cluster.running_tasks_count),
        pending: count(cluster.pending_tasks_count),
        name: cluster.cluster_name.unwrap_or_default(),
    }
}
