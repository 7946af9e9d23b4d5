//! Places and settings for tests.

use chrono::DateTime;
use cloud::CloudSettings;
use model::{AccountId, OperationId, account::CloudAccount};
use ports::Place;
use std::time::Duration;

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "eu-central-1";
const SOME_ID: &str = "0199a1b2-0000-7000-8000-000000000001";

/// An account without a role, asked for by a viewer.
pub fn place() -> Place {
    Place {
        account: CloudAccount {
            id: SOME_ID.parse::<AccountId>().expect("a UUID"),
            name: "test".into(),
            aws_account: ACCOUNT.into(),
            role_arn: None,
            external_id: None,
            stack_role_arn: None,
            regions: vec![REGION.into()],
            disabled: false,
            created: DateTime::UNIX_EPOCH,
        },
        region: REGION.into(),
        operation: None,
    }
}

/// The same account, asked for by a worker.
pub fn workplace() -> Place {
    Place { operation: Some(operation()), ..place() }
}

pub fn operation() -> OperationId {
    SOME_ID.parse().expect("a UUID")
}

/// One attempt and no waiting.
pub fn quick() -> CloudSettings {
    CloudSettings {
        attempts: 1,
        poll: Duration::from_millis(5),
        patience: Duration::from_secs(5),
        ..CloudSettings::default()
    }
}
