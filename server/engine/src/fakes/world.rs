//! One of everything: a store with people, a team and an account in it, a cloud, a probe and a clock.

use super::{FakeClock, FakeCloud, FakeProbe, FakeRegistry, Gate, MemStore};
use crate::{Outside, token};
use chrono::{DateTime, TimeDelta, Utc};
use model::{
    AccountId, PersonId, Principal, Secret, SessionId, TeamId, VersionId,
    account::CloudAccount,
    image::{ImageVersion, Support},
    person::ClientInfo,
    principal::{Membership, PlatformRole},
    spec::Edition,
    team::{Role, Team},
};
use ports::{
    Clock,
    store::{NewPerson, NewSessionRecord},
};
use std::sync::Arc;
use uuid::Uuid;

/// How long the sessions of the people in [`world`] live.
const SESSION: TimeDelta = TimeDelta::days(14);

/// A world and one process in it, which dies when [`World::gate`] says so.
#[derive(Clone)]
pub struct World {
    pub gate: Gate,
    pub clock: FakeClock,
    pub store: MemStore,
    pub cloud: FakeCloud,
    pub registry: FakeRegistry,
    pub probe: FakeProbe,
    pub team: Team,
    /// A team that only platform roles and [`World::outsider`] belong to.
    pub other_team: Team,
    pub account: CloudAccount,
    pub admin: Principal,
    pub auditor: Principal,
    pub owner: Principal,
    pub operator: Principal,
    pub viewer: Principal,
    /// Owner of [`World::other_team`], a stranger to [`World::team`].
    pub outsider: Principal,
}

impl World {
    /// The engine's doors to this world.
    pub fn outside(&self) -> Outside {
        Outside {
            store: Arc::new(self.store.clone()),
            cloud: Arc::new(self.cloud.clone()),
            registry: Arc::new(self.registry.clone()),
            probe: Arc::new(self.probe.clone()),
            clock: Arc::new(self.clock.clone()),
        }
    }

    /// The token that belongs into the session cookie of a person of this world.
    pub fn session_token(who: &Principal) -> Secret {
        token_of(&who.email)
    }

    /// Another process in the same world, behind a gate of its own.
    pub fn process(&self, gate: &Gate) -> Self {
        Self {
            gate: gate.clone(),
            store: self.store.behind(gate),
            cloud: self.cloud.behind(gate),
            registry: self.registry.behind(gate),
            probe: self.probe.behind(gate),
            ..self.clone()
        }
    }
}

fn token_of(email: &str) -> Secret {
    Secret::new(format!("session of {email}").replace(['@', ' '], "-"))
}

/// A world with a team, an account and people of every kind, each with a session. Nobody has a password.
pub fn world() -> World {
    let (gate, clock) = (Gate::open(), FakeClock::default());
    let store = MemStore::new(&gate);
    let now = clock.now();
    let team = Team { id: TeamId(Uuid::from_u128(0x11)), name: "Core".to_owned(), created: now };
    let other_team = Team { id: TeamId(Uuid::from_u128(0x12)), name: "Other".to_owned(), created: now };
    let account = CloudAccount {
        id: AccountId(Uuid::from_u128(0x21)),
        name: "Sandbox".to_owned(),
        aws_account: "111122223333".to_owned(),
        role_arn: None,
        external_id: None,
        stack_role_arn: None,
        regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()],
        disabled: false,
        created: now,
    };
    store.seed_team(&team);
    store.seed_team(&other_team);
    store.seed_account(&account);
    let known = Edition::ALL.iter().flat_map(|edition| edition.tags().iter().map(move |tag| (*edition, *tag)));
    for (number, (edition, tag)) in (1..).zip(known) {
        store.seed_image(&version(0x300 + number, edition, edition.repository().unwrap_or_default(), tag));
    }
    let person = |number, name, platform_role, membership: Option<(&Team, Role)>| {
        settle(&store, now, number, name, platform_role, membership)
    };
    World {
        admin: person(1, "Ada Admin", Some(PlatformRole::Admin), None),
        auditor: person(2, "Aud Auditor", Some(PlatformRole::Auditor), None),
        owner: person(3, "Olga Owner", None, Some((&team, Role::Owner))),
        operator: person(4, "Otto Operator", None, Some((&team, Role::Operator))),
        viewer: person(5, "Vera Viewer", None, Some((&team, Role::Viewer))),
        outsider: person(6, "Oskar Outsider", None, Some((&other_team, Role::Owner))),
        cloud: FakeCloud::new(&gate, &clock),
        registry: FakeRegistry::new(&gate),
        probe: FakeProbe::new(&gate),
        gate,
        clock,
        store,
        team,
        other_team,
        account,
    }
}

/// A version of the catalogue of which nothing more is known.
pub fn version(number: u128, edition: Edition, repository: &str, tag: &str) -> ImageVersion {
    ImageVersion {
        id: VersionId(Uuid::from_u128(number)),
        edition,
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: None,
        released: None,
        support: Support::Supported,
        notes: String::new(),
        checked: None,
        missing: false,
    }
}

/// Makes a person with a session, and a member of a team where one is given.
fn settle(
    store: &MemStore,
    now: DateTime<Utc>,
    number: u8,
    name: &str,
    platform_role: Option<PlatformRole>,
    membership: Option<(&Team, Role)>,
) -> Principal {
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    let person = NewPerson {
        id: PersonId(Uuid::from_u128(0x100 + u128::from(number))),
        name: name.to_owned(),
        email: format!("{first}@example.org"),
        password_hash: String::new(),
        platform_role,
        created: now,
    };
    let session = NewSessionRecord {
        id: SessionId(Uuid::from_u128(0x200 + u128::from(number))),
        person: person.id,
        token_hash: token::hash(token_of(&person.email).expose()),
        created: now,
        expires: now + SESSION,
        client: ClientInfo::default(),
    };
    store.seed_person(&person);
    store.seed_session(&session);
    if let Some((team, role)) = membership {
        store.seed_member(team.id, person.id, role, now);
    }
    let membership = membership.map(|(team, role)| Membership { team: team.id, team_name: team.name.clone(), role });
    Principal {
        person: person.id,
        name: person.name,
        email: person.email,
        platform_role,
        memberships: membership.into_iter().collect(),
        session: session.id,
        client: ClientInfo::default(),
    }
}
