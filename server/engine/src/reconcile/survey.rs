//! What one account and region is asked once for all of its environments that are due.

use crate::Outside;
use futures::try_join;
use model::environment::DatabaseState;
use ports::{
    CloudResult, Place,
    cloud::{ClusterState, Stack},
    store::EnvironmentRecord,
};
use std::collections::{BTreeSet, HashMap};
use template::output;

/// Stacks, databases and clusters by name. Services, tasks and target groups cannot be asked of several environments at once: ECS
/// lists them by cluster, and each environment has a cluster and a target group of its own.
pub(super) struct Survey {
    pub(super) place: Place,
    /// Whether this is all that there is, and not only what was asked for by name.
    listed: bool,
    stacks: HashMap<String, Stack>,
    databases: HashMap<String, DatabaseState>,
    clusters: HashMap<String, ClusterState>,
}

impl Survey {
    /// Asks about these environments of one place. A single one is asked by name: listings read whatever else the account has.
    pub(super) async fn make(outside: &Outside, place: Place, records: &[&EnvironmentRecord]) -> CloudResult<Self> {
        let listed = records.len() > 1;
        let outputs = |name: &str| -> BTreeSet<String> {
            records.iter().filter_map(|record| record.outputs.get(name).cloned()).collect()
        };
        let stacks = async {
            match records {
                [record] => Ok(outside.cloud.stack(&place, &record.stack_name).await?.into_iter().collect()),
                _ => outside.cloud.stacks(&place).await,
            }
        };
        let databases = async {
            let ids = outputs(output::DATABASE_ID);
            match (listed, ids.first()) {
                (_, None) => Ok(Vec::new()),
                (true, _) => outside.cloud.databases(&place).await,
                (false, Some(id)) => Ok(outside.cloud.database(&place, id).await?.into_iter().collect()),
            }
        };
        let clusters = async {
            let names: Vec<String> = outputs(output::CLUSTER_NAME).into_iter().collect();
            if names.is_empty() { Ok(Vec::new()) } else { outside.cloud.clusters(&place, &names).await }
        };
        let (stacks, databases, clusters): (Vec<Stack>, Vec<DatabaseState>, Vec<ClusterState>) =
            try_join!(stacks, databases, clusters)?;
        Ok(Self {
            listed,
            stacks: stacks.into_iter().map(|stack| (stack.name.clone(), stack)).collect(),
            databases: databases.into_iter().map(|database| (database.id.clone(), database)).collect(),
            clusters: clusters.into_iter().map(|cluster| (cluster.name.clone(), cluster)).collect(),
            place,
        })
    }

    /// The stack of this name. What a listing does not show is asked for by name before it counts as gone.
    pub(super) async fn stack(&self, outside: &Outside, name: &str) -> CloudResult<Option<Stack>> {
        match self.stacks.get(name) {
            None if self.listed => outside.cloud.stack(&self.place, name).await,
            known => Ok(known.cloned()),
        }
    }

    /// The database of this id, likewise.
    pub(super) async fn database(&self, outside: &Outside, id: &str) -> CloudResult<Option<DatabaseState>> {
        match self.databases.get(id) {
            None if self.listed => outside.cloud.database(&self.place, id).await,
            known => Ok(known.cloned()),
        }
    }

    /// The cluster of this name.
    pub(super) fn cluster(&self, name: &str) -> Option<&ClusterState> {
        self.clusters.get(name)
    }
}
