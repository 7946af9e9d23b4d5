//! A team with its owner and a cloud account, and makers of everything else that a test needs.

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    AccountId, AuditId, DraftId, EnvironmentId, InvitationId, OperationId, PersonId, SessionId, TeamId,
    account::CloudAccount,
    audit::{Action, Actor, AuditEvent, FieldChange},
    draft::DraftForm,
    environment::{EnvironmentStatus, Health},
    fault::{Conflict, FieldErrors},
    history::HistoryFilter,
    operation::{OperationKind, OperationStatus},
    person::ClientInfo,
    principal::PlatformRole,
    spec::Spec,
    team::{Role, Team},
};
use ports::{
    Store, StoreError,
    store::{
        DraftRecord, NewAudit, NewEnvironment, NewInvitation, NewOperation, NewPerson, NewSessionRecord, OperationEnd,
        OperationRecord, StoredSecret,
    },
};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeMap;
use store::PgStore;
use uuid::Uuid;

pub const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";
pub const REGION: &str = "eu-west-1";

pub struct World {
    pub pool: PgPool,
    pub store: PgStore,
    pub team: TeamId,
    pub owner: PersonId,
    pub owner_session: SessionId,
    pub account: AccountId,
}

impl World {
    pub async fn new(pool: PgPool) -> Self {
        let store = PgStore::from_pool(pool.clone());
        let (owner, session) = (person("Olive Owner", Some(PlatformRole::Admin)), SessionId(Uuid::now_v7()));
        store.setup_link_set(&token(1), at(0)).await.expect("the link is kept");
        let session_record = NewSessionRecord { id: session, ..session_of(owner.id, 2) };
        store.setup_finish(&token(1), &owner, &session_record, &audit(Action::PlatformSetUp)).await.expect("set up");
        let world = Self {
            pool,
            store,
            team: TeamId(Uuid::now_v7()),
            owner: owner.id,
            owner_session: session,
            account: AccountId(Uuid::now_v7()),
        };
        world.add_team(world.team, "Platform").await;
        let account = cloud_account(world.account, "Main", "111122223333");
        world.store.account_create(&account, &audit(Action::AccountRegistered)).await.expect("the account is kept");
        world
    }

    pub async fn add_team(&self, id: TeamId, name: &str) {
        let team = Team { id, name: name.to_owned(), created: at(0) };
        self.store.team_create(&team, self.owner, &audit(Action::TeamCreated)).await.expect("the team is made");
    }

    /// Invites somebody and accepts for them.
    pub async fn add_member(&self, name: &str, role: Role) -> PersonId {
        let new = person(name, None);
        let seed = Uuid::now_v7().as_bytes()[15];
        let invitation = NewInvitation { email: new.email.clone(), role, ..invitation(self, seed) };
        self.store.invitation_create(&invitation, &audit(Action::MemberInvited)).await.expect("invited");
        let who = ports::store::Accepting::New(Box::new(new.clone()), Box::new(random_session(new.id)));
        let accepted =
            self.store.invitation_accept(&token(seed), &who, at(1), &audit(Action::InvitationAccepted)).await;
        assert_eq!(accepted.expect("accepted"), self.team);
        new.id
    }

    pub async fn draft(&self) -> DraftRecord {
        let draft = draft_of(self);
        self.store.draft_put(&draft, None).await.expect("the draft is kept");
        draft
    }

    /// An environment whose create operation is queued.
    pub async fn creating(&self, name: &str) -> NewEnvironment {
        let new = environment(self, &self.draft().await, name);
        let entry = audit(Action::EnvironmentCreateRequested);
        self.store.environment_create(&new, &entry).await.expect("the environment is made");
        new
    }

    /// An environment that came up.
    pub async fn ready(&self, name: &str) -> NewEnvironment {
        let new = self.creating(name).await;
        self.claim("maker").await.expect("there is an operation");
        self.finish(new.operation, "maker", OperationStatus::Succeeded, EnvironmentStatus::Ready).await;
        new
    }

    pub async fn claim(&self, worker: &str) -> Option<OperationRecord> {
        self.store.operation_claim(worker, at(10), at(40)).await.expect("claiming works")
    }

    pub async fn finish(
        &self,
        operation: OperationId,
        worker: &str,
        status: OperationStatus,
        environment_status: EnvironmentStatus,
    ) {
        let end = end(operation, worker, status, environment_status);
        self.store.operation_finish(&end, &audit(Action::OperationSucceeded)).await.expect("finished");
    }

    pub async fn operation(&self, id: OperationId) -> OperationRecord {
        self.store.operation_get(id).await.expect("it can be read").expect("it is there")
    }

    pub async fn status(&self, id: EnvironmentId) -> EnvironmentStatus {
        self.store.environment_get(id).await.expect("it can be read").expect("it is there").summary.status
    }

    /// The newest event of the history.
    pub async fn newest(&self) -> AuditEvent {
        let page = self.store.history_list(None, &HistoryFilter::default(), None, 1).await;
        page.expect("the history can be read").items.remove(0).event
    }

    /// How many audit events of an action there are.
    pub async fn audits(&self, action: Action) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM audit_event WHERE action = $1").bind(action.code());
        count.fetch_one(&self.pool).await.expect("the history can be counted")
    }
}

/// Every row of every table of a database, as text.
pub async fn rows(pool: &PgPool) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        .fetch_all(pool)
        .await
        .expect("tables can be listed");
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = AssertSqlSafe(format!("SELECT row::text FROM {table} AS row ORDER BY 1"));
        all.insert(table, sqlx::query_scalar(sql).fetch_all(pool).await.expect("a table can be read"));
    }
    all
}

/// A moment so many seconds after the tests' beginning of time.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).expect("a time of 2026") + TimeDelta::seconds(seconds)
}

/// The hash of the token with this number.
pub fn token(seed: u8) -> Vec<u8> {
    vec![seed; 32]
}

pub fn audit(action: Action) -> NewAudit {
    NewAudit {
        id: AuditId(Uuid::now_v7()),
        at: at(0),
        actor: Actor::Handrail,
        action,
        team: None,
        environment: None,
        operation: None,
        subject: "test".to_owned(),
        changes: vec![FieldChange { field: "size".to_owned(), before: None, after: Some("small".to_owned()) }],
        ip: Some("192.0.2.1".to_owned()),
        request_id: Some("request".to_owned()),
    }
}

pub fn person(name: &str, platform_role: Option<PlatformRole>) -> NewPerson {
    NewPerson {
        id: PersonId(Uuid::now_v7()),
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
        password_hash: HASH.to_owned(),
        platform_role,
        created: at(0),
    }
}

pub fn session_of(person: PersonId, seed: u8) -> NewSessionRecord {
    NewSessionRecord {
        id: SessionId(Uuid::now_v7()),
        person,
        token_hash: token(seed),
        created: at(0),
        expires: at(3600),
        client: ClientInfo { ip: Some("192.0.2.1".into()), user_agent: Some("a browser".into()), request_id: None },
    }
}

/// A session whose token no other has.
pub fn random_session(person: PersonId) -> NewSessionRecord {
    let token_hash = [Uuid::now_v7().into_bytes(), Uuid::now_v7().into_bytes()].concat();
    NewSessionRecord { token_hash, ..session_of(person, 0) }
}

pub fn invitation(world: &World, seed: u8) -> NewInvitation {
    NewInvitation {
        id: InvitationId(Uuid::now_v7()),
        team: world.team,
        email: "new@example.com".to_owned(),
        role: Role::Viewer,
        token_hash: token(seed),
        invited_by: world.owner,
        created: at(0),
        expires: at(3600),
    }
}

pub fn cloud_account(id: AccountId, name: &str, number: &str) -> CloudAccount {
    CloudAccount {
        id,
        name: name.to_owned(),
        aws_account: number.to_owned(),
        role_arn: Some(format!("arn:aws:iam::{number}:role/handrail")),
        external_id: Some("external".to_owned()),
        stack_role_arn: None,
        regions: vec![REGION.to_owned(), "us-east-1".to_owned()],
        disabled: false,
        created: at(0),
    }
}

pub fn llm_key(world: &World) -> StoredSecret {
    let arn = format!("arn:aws:secretsmanager:{REGION}:111122223333:secret:handrail/llm-AbCdEf");
    StoredSecret { account: world.account, region: REGION.to_owned(), arn }
}

pub fn draft_of(world: &World) -> DraftRecord {
    DraftRecord {
        id: DraftId(Uuid::now_v7()),
        owner: world.owner,
        form: DraftForm { name: "agents".to_owned(), ..DraftForm::default() },
        errors: FieldErrors::default(),
        llm_key: Some(llm_key(world)),
        sign_in_secret: None,
        secrets: Vec::new(),
        updated: at(0),
    }
}

pub fn spec(world: &World) -> Spec {
    let form = DraftForm {
        name: "agents".to_owned(),
        team: world.team.to_string(),
        account: world.account.to_string(),
        region: REGION.to_owned(),
        ..DraftForm::default()
    };
    form.parse(Some(llm_key(world).arn)).expect("the default form is valid").spec
}

pub fn environment(world: &World, draft: &DraftRecord, name: &str) -> NewEnvironment {
    NewEnvironment {
        id: draft.id.into(),
        draft: draft.id,
        name: name.to_owned(),
        team: world.team,
        account: world.account,
        region: REGION.to_owned(),
        spec: spec(world),
        stack_name: format!("handrail-{name}"),
        template_body: r#"{"Resources":{}}"#.to_owned(),
        template_hash: "abc123".to_owned(),
        created_by: world.owner,
        created: at(5),
        llm_key: draft.llm_key.clone(),
        sign_in_secret: draft.sign_in_secret.clone(),
        secrets: draft.secrets.clone(),
        operation: OperationId(Uuid::now_v7()),
    }
}

/// A deletion of an environment that is ready.
pub fn deletion(world: &World, environment: EnvironmentId) -> NewOperation {
    NewOperation {
        id: OperationId(Uuid::now_v7()),
        environment,
        kind: OperationKind::Delete,
        requested_by: world.owner,
        requested: at(100),
        delete_options: Some(model::environment::DeleteOptions::default()),
        retry_of: None,
        desired: None,
        revision: None,
        new_revision: None,
        done: Vec::new(),
        environment_status: EnvironmentStatus::Deleting,
        allowed_from: vec![EnvironmentStatus::Ready],
    }
}

pub fn end(
    operation: OperationId,
    worker: &str,
    status: OperationStatus,
    environment_status: EnvironmentStatus,
) -> OperationEnd {
    OperationEnd {
        operation,
        worker: worker.to_owned(),
        status,
        cause: None,
        at: at(30),
        environment_status,
        desired: None,
        revision: None,
        health: (environment_status == EnvironmentStatus::Ready).then_some(Health::Healthy),
        reported_version: None,
        receipt: None,
    }
}

/// Asserts that something was refused with this conflict.
#[track_caller]
pub fn assert_conflict<T>(outcome: Result<T, StoreError>, expected: Conflict) {
    match outcome {
        Err(StoreError::Conflict(conflict)) => assert_eq!(conflict, expected),
        Err(other) => panic!("expected {expected:?}, got {other:?}"),
        Ok(_) => panic!("expected {expected:?}, but it was done"),
    }
}

/// Asserts that something was refused because a name is in use.
#[track_caller]
pub fn assert_taken<T>(outcome: Result<T, StoreError>, expected: &str) {
    match outcome {
        Err(StoreError::Taken { field }) => assert_eq!(field, expected),
        Err(other) => panic!("expected {expected} to be taken, got {other:?}"),
        Ok(_) => panic!("expected {expected} to be taken, but it was done"),
    }
}

/// Asserts that there is no such row.
#[track_caller]
pub fn assert_not_found<T>(outcome: Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::NotFound)));
}
