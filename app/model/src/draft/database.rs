//! The database part of the create form.

use super::{DraftForm, is_ticked};
use crate::{
    FieldErrors,
    field::{number, offered},
    spec::{Database, DatabaseClass},
};

impl DraftForm {
    pub(super) fn parse_database(&self, errors: &mut FieldErrors) -> Option<Database> {
        let class = offered(DatabaseClass::from_code(&self.database_class), "database_class", errors);
        let storage_gib = number(&self.database_storage_gib, "database_storage_gib", 20, 1000, errors);
        let backup_days = number(&self.backup_days, "backup_days", 1, 35, errors);
        Some(Database {
            class: class?,
            storage_gib: storage_gib?,
            multi_az: is_ticked(&self.database_multi_az),
            backup_days: u8::try_from(backup_days?).ok()?,
        })
    }
}
