//! The Postgres of an environment.

use serde::{Deserialize, Serialize};

codes! {
    /// RDS instance class of the automation database.
    DatabaseClass {
        T4gMicro = "db.t4g.micro",
        T4gSmall = "db.t4g.small",
        T4gMedium = "db.t4g.medium",
        M7gLarge = "db.m7g.large",
    }
}

/// The automation service's Postgres.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    pub class: DatabaseClass,
    /// Allocated gp3 storage in GiB, 20 to 1000.
    pub storage_gib: u32,
    pub multi_az: bool,
    /// Days that automatic backups are kept, 1 to 35.
    pub backup_days: u8,
}
