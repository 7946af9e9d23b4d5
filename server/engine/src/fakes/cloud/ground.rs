//! What exists in the fake AWS, in a stack or outside of any, with the switches by which a test makes things go wrong.

use super::name::{Home, last_part};
use chrono::{DateTime, Utc};
use model::{
    Secret,
    environment::{DatabaseState, ServiceState, TargetState, TaskState},
};
use ports::cloud::ClusterState;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const CLUSTER: &str = "AWS::ECS::Cluster";
pub(super) const DATABASE: &str = "AWS::RDS::DBInstance";
pub(super) const FILE_SYSTEM: &str = "AWS::EFS::FileSystem";
pub(super) const SECRET: &str = "AWS::SecretsManager::Secret";
pub(super) const SERVICE: &str = "AWS::ECS::Service";
pub(super) const SNAPSHOT: &str = "AWS::RDS::DBSnapshot";
pub(super) const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

/// After so many looks at a service whose tasks do not start, the circuit breaker gives up.
const BREAKER_LOOKS: u32 = 3;

/// What has really been done, each thing once, however often it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    pub change_sets_made: usize,
    pub change_sets_executed: usize,
    /// Stacks that came into being, counted with their first change set.
    pub stacks_made: usize,
    /// Deletions of a stack that began.
    pub deletions_started: usize,
    /// Stacks that are gone.
    pub stacks_deleted: usize,
    /// Updates that CloudFormation was asked to undo while they ran, and stuck ones that it was asked to go on undoing.
    pub updates_cancelled: usize,
    pub rollbacks_continued: usize,
    /// Changes of a service's desired count.
    pub services_scaled: usize,
    pub secrets_made: usize,
    pub secrets_deleted: usize,
    pub buckets_deleted: usize,
    pub file_systems_deleted: usize,
    pub snapshots_made: usize,
    pub snapshots_deleted: usize,
}

/// One thing that exists.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) home: Home,
    pub(super) kind: String,
    pub(super) physical_id: String,
    /// The stack that it belongs to; `None` for what a stack has left behind and for what was made outside.
    pub(super) stack_id: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) properties: Value,
}

impl Resource {
    pub(super) fn arn(&self) -> Option<String> {
        self.home.arn_of(&self.kind, &self.physical_id)
    }

    /// Its ARN, or its type and physical id.
    fn title(&self) -> String {
        self.arn().unwrap_or_else(|| format!("{} {}", self.kind, self.physical_id))
    }

    fn number(&self, property: &str) -> Option<u32> {
        let value = &self.properties[property];
        value.as_u64().or_else(|| value.as_str()?.parse().ok()).and_then(|number| number.try_into().ok())
    }

    fn text(&self, property: &str) -> String {
        self.properties[property].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn allocated_gib(&self) -> u32 {
        self.number("AllocatedStorage").unwrap_or_default()
    }
}

/// A service's tasks, moving on by one look.
#[derive(Clone, Debug)]
struct Tasks {
    desired: u32,
    running: u32,
    looks: u32,
}

/// Everything but the stacks themselves.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) now: DateTime<Utc>,
    pub(super) effects: Effects,
    pub(super) resources: Vec<Resource>,
    pub(super) secret_values: BTreeMap<String, Secret>,
    /// Deleted things that the tagging API still lists.
    pub(super) ghosts: Vec<Resource>,
    tasks: BTreeMap<String, Tasks>,
    /// Looks at each target group since its targets last came or went.
    target_looks: BTreeMap<String, u32>,
    serial: u64,
    pub(super) failing: BTreeMap<String, String>,
    pub(super) stuck: Vec<String>,
    pub(super) failing_deletions: BTreeMap<String, String>,
    /// Resources that cannot be sent back when an update is undone, with the reason.
    pub(super) failing_undos: BTreeMap<String, String>,
    pub(super) polls: Option<usize>,
    pub(super) tagging_lags: bool,
    pub(super) task_failure: Option<String>,
    pub(super) targets_unhealthy: bool,
    /// Looks at a target group until its targets are healthy.
    pub(super) target_delay: u32,
    pub(super) database_status: String,
}

impl Default for Ground {
    fn default() -> Self {
        Self {
            now: DateTime::UNIX_EPOCH,
            effects: Effects::default(),
            resources: Vec::new(),
            secret_values: BTreeMap::new(),
            ghosts: Vec::new(),
            tasks: BTreeMap::new(),
            target_looks: BTreeMap::new(),
            serial: 0,
            failing: BTreeMap::new(),
            stuck: Vec::new(),
            failing_deletions: BTreeMap::new(),
            failing_undos: BTreeMap::new(),
            polls: None,
            tagging_lags: false,
            task_failure: None,
            targets_unhealthy: false,
            target_delay: 2,
            database_status: "available".to_owned(),
        }
    }
}

impl Ground {
    /// A number that was not given before.
    pub(super) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(super) fn titles(&self) -> impl Iterator<Item = String> {
        self.resources.iter().map(Resource::title)
    }

    pub(super) fn find(&self, home: &Home, kind: &str, id: &str) -> Option<&Resource> {
        self.resources.iter().find(|one| {
            // Bucket names are global; everything else lies in one region.
            (one.home == *home || kind == BUCKET) && one.kind == kind && one.physical_id == id
        })
    }

    /// Whether a thing of the same name exists already.
    pub(super) fn is_taken(&self, new: &Resource) -> bool {
        let title = new.title();
        self.titles().any(|known| known == title)
    }

    pub(super) fn add(&mut self, new: Resource) {
        if new.kind == SERVICE {
            let desired = new.number("DesiredCount").unwrap_or(1);
            self.tasks.insert(new.physical_id.clone(), Tasks { desired, running: 0, looks: 0 });
        }
        self.resources.push(new);
    }

    /// Gives a thing other properties, and another physical id where it was made anew. A service starts its tasks again, as after any
    /// deployment.
    pub(super) fn change(&mut self, home: &Home, kind: &str, id: &str, new_id: String, properties: Value) {
        let found =
            self.resources.iter_mut().find(|one| one.home == *home && one.kind == kind && one.physical_id == id);
        if let Some(thing) = found {
            thing.properties = properties;
            thing.physical_id = new_id;
        }
        if let Some(tasks) = self.tasks.get_mut(id) {
            tasks.running = 0;
        }
    }

    /// Takes a thing away; returns whether it was there.
    pub(super) fn remove(&mut self, home: &Home, kind: &str, id: &str) -> bool {
        let Some(found) = self.find(home, kind, id).cloned() else { return false };
        self.resources.retain(|one| one.title() != found.title());
        self.tasks.remove(id);
        self.target_looks.remove(id);
        self.secret_values.remove(id);
        if self.tagging_lags {
            self.ghosts.push(found);
        }
        true
    }

    /// Makes a manual snapshot of a database.
    pub(super) fn snapshot(&mut self, database: &Resource, name: &str) {
        self.effects.snapshots_made += 1;
        let copies_tags = database.properties["CopyTagsToSnapshot"].as_bool().unwrap_or_default();
        let properties = serde_json::json!({
            "DBInstanceIdentifier": database.physical_id,
            "AllocatedStorage": database.allocated_gib(),
        });
        self.resources.push(Resource {
            home: database.home.clone(),
            kind: SNAPSHOT.to_owned(),
            physical_id: name.to_owned(),
            stack_id: None,
            tags: if copies_tags { database.tags.clone() } else { BTreeMap::new() },
            properties,
        });
    }

    fn service_arn(&self, home: &Home, cluster: &str, service: &str) -> Option<String> {
        let wanted = format!("/{}/{}", last_part(cluster), last_part(service));
        let fits = |one: &&Resource| one.home == *home && one.kind == SERVICE && one.physical_id.ends_with(&wanted);
        self.resources.iter().find(fits).map(|one| one.physical_id.clone())
    }

    /// Describes a service, then lets its tasks move on.
    pub(super) fn service(&mut self, home: &Home, cluster: &str, service: &str) -> Option<ServiceState> {
        let arn = self.service_arn(home, cluster, service)?;
        let failure = self.task_failure.clone();
        let now = self.now;
        let tasks = self.tasks.get_mut(&arn)?;
        if failure.is_some() {
            tasks.running = 0;
            tasks.looks += 1;
        } else {
            tasks.looks = 0;
        }
        let given_up = tasks.looks > BREAKER_LOOKS && tasks.desired > 0;
        let steady = tasks.running == tasks.desired;
        let count = if failure.is_some() { tasks.desired } else { tasks.running };
        let state = ServiceState {
            status: "ACTIVE".to_owned(),
            desired: tasks.desired,
            running: tasks.running,
            pending: tasks.desired.saturating_sub(tasks.running),
            rollout: Some(
                if given_up {
                    "FAILED"
                } else if steady {
                    "COMPLETED"
                } else {
                    "IN_PROGRESS"
                }
                .to_owned(),
            ),
            rollout_reason: given_up.then(|| "ECS deployment circuit breaker: tasks failed to start.".to_owned()),
            tasks: (0..count)
                .map(|number| TaskState {
                    id: format!("{number:032x}"),
                    last_status: if failure.is_some() { "STOPPED" } else { "RUNNING" }.to_owned(),
                    health: if failure.is_some() { "UNKNOWN" } else { "HEALTHY" }.to_owned(),
                    started: failure.is_none().then_some(now),
                    stopped_reason: failure.clone(),
                    zone: Some(format!("{}a", home.region)),
                    private_ip: Some(format!("10.64.0.{}", 10 + number)),
                })
                .collect(),
        };
        if failure.is_none() {
            match tasks.running.cmp(&tasks.desired) {
                std::cmp::Ordering::Less => tasks.running += 1,
                std::cmp::Ordering::Greater => tasks.running -= 1,
                std::cmp::Ordering::Equal => {}
            }
        }
        Some(state)
    }

    /// Describes a cluster by the sums of its services, whose tasks then move on.
    pub(super) fn cluster(&mut self, home: &Home, name: &str) -> Option<ClusterState> {
        self.find(home, CLUSTER, name)?;
        let within = format!("/{}/", last_part(name));
        let services: Vec<String> = self
            .resources
            .iter()
            .filter(|one| one.home == *home && one.kind == SERVICE && one.physical_id.contains(&within))
            .map(|one| one.physical_id.clone())
            .collect();
        let mut state = ClusterState { name: last_part(name).to_owned(), running: 0, pending: 0 };
        for service in services.iter().filter_map(|service| self.service(home, name, service)) {
            state.running += service.running;
            state.pending += service.pending;
        }
        Some(state)
    }

    /// Sets the desired count; `false` if there is no such service.
    pub(super) fn scale(&mut self, home: &Home, cluster: &str, service: &str, desired: u32) -> bool {
        let arn = self.service_arn(home, cluster, service);
        let Some(tasks) = arn.and_then(|arn| self.tasks.get_mut(&arn)) else { return false };
        if tasks.desired != desired {
            tasks.desired = desired;
            self.effects.services_scaled += 1;
        }
        true
    }

    /// Sets the desired count of every service, as nobody of ours would.
    pub(super) fn scale_all(&mut self, desired: u32) {
        self.tasks.values_mut().for_each(|tasks| tasks.desired = desired);
    }

    /// Describes a target group's targets, one for each running task of its stack, then lets their health checks move on.
    pub(super) fn targets(&mut self, home: &Home, group: &str) -> Vec<TargetState> {
        let Some(stack) = self.find(home, TARGET_GROUP, group).map(|one| one.stack_id.clone()) else {
            return Vec::new();
        };
        let services = self.resources.iter().filter(|one| one.kind == SERVICE && one.stack_id == stack);
        let running: u32 = services.filter_map(|one| self.tasks.get(&one.physical_id)).map(|tasks| tasks.running).sum();
        let looks = self.target_looks.entry(group.to_owned()).or_default();
        if running == 0 {
            *looks = 0;
            return Vec::new();
        }
        let (state, reason, description) = if *looks < self.target_delay {
            ("initial", Some("Elb.RegistrationInProgress"), Some("Target registration is in progress"))
        } else if self.targets_unhealthy {
            ("unhealthy", Some("Target.FailedHealthChecks"), Some("Health checks failed"))
        } else {
            ("healthy", None, None)
        };
        *looks += 1;
        (0..running)
            .map(|number| TargetState {
                id: format!("10.64.0.{}", 10 + number),
                port: Some(8000),
                state: state.to_owned(),
                reason: reason.map(str::to_owned),
                description: description.map(str::to_owned),
            })
            .collect()
    }

    pub(super) fn database(&self, home: &Home, id: &str) -> Option<DatabaseState> {
        self.find(home, DATABASE, id).map(|found| self.database_state(found))
    }

    pub(super) fn databases(&self, home: &Home) -> Vec<DatabaseState> {
        let there = self.resources.iter().filter(|one| one.home == *home && one.kind == DATABASE);
        there.map(|found| self.database_state(found)).collect()
    }

    fn database_state(&self, found: &Resource) -> DatabaseState {
        DatabaseState {
            id: found.physical_id.clone(),
            status: self.database_status.clone(),
            class: found.text("DBInstanceClass"),
            engine_version: found.text("EngineVersion"),
            storage_gib: found.allocated_gib(),
            multi_az: found.properties["MultiAZ"].as_bool().unwrap_or_default(),
        }
    }
}
