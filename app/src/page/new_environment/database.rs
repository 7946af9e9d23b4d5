//! The database.

use super::{check_field, plain, select_field, text_field};
use leptos::prelude::*;
use model::{FieldErrors, draft::DraftForm, spec::DatabaseClass};

pub(super) fn section(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let classes = plain(DatabaseClass::ALL.iter().map(|class| class.code()));
    view! {
        <section class="card" aria-labelledby="database"><h2 id="database">"Database"</h2>
            <div class="form-grid">
                {select_field("database_class", &form.database_class, classes, errors)}
                {text_field("database_storage_gib", &form.database_storage_gib, errors)}
                {text_field("backup_days", &form.backup_days, errors)}
                {check_field("database_multi_az", &form.database_multi_az, errors)}
            </div>
        </section>
    }
}
