//! Presets that admins saved.

use crate::{
    audit,
    error::{Answer, found},
    row::{Columns, Read},
    sql::statements,
};
use model::{PersonId, PresetId, TeamId, preset::SavedPreset};
use ports::store::NewAudit;
use sqlx::{PgPool, Row, postgres::PgRow, types::Json};

statements! {
    LIST = "
        SELECT p.id, p.name, p.note, p.team, t.name AS team_name, p.locked, p.open, p.form, p.saved, s.name AS saved_by
        FROM preset p JOIN person s ON s.id = p.saved_by LEFT JOIN team t ON t.id = p.team
        WHERE $1::uuid IS NULL OR p.team IS NULL OR p.team = $1
        ORDER BY lower(p.name), p.id";
    INSERT = "
        INSERT INTO preset (id, name, note, team, locked, open, form, saved, saved_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    DELETE = "DELETE FROM preset WHERE id = $1";
}

fn preset(row: &PgRow) -> Read<SavedPreset> {
    Ok(SavedPreset {
        id: row.id("id")?,
        name: row.try_get("name")?,
        note: row.try_get("note")?,
        team: row.id_opt("team")?,
        team_name: row.try_get("team_name")?,
        locked: row.try_get("locked")?,
        open: row.try_get("open")?,
        form: row.json("form")?,
        saved: row.try_get("saved")?,
        saved_by: row.try_get("saved_by")?,
    })
}

pub(crate) async fn list(pool: &PgPool, team: Option<TeamId>) -> Answer<Vec<SavedPreset>> {
    Ok(LIST.query().bind(team.map(|team| team.0)).try_map(|row| preset(&row)).fetch_all(pool).await?)
}

pub(crate) async fn create(pool: &PgPool, preset: &SavedPreset, by: PersonId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    INSERT
        .query()
        .bind(preset.id.0)
        .bind(&preset.name)
        .bind(&preset.note)
        .bind(preset.team.map(|team| team.0))
        .bind(preset.locked)
        .bind(&preset.open)
        .bind(Json(&preset.form))
        .bind(preset.saved)
        .bind(by.0)
        .execute(&mut *tx)
        .await?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn delete(pool: &PgPool, id: PresetId, audit: &NewAudit) -> Answer<()> {
    let mut tx = pool.begin().await?;
    found(&DELETE.query().bind(id.0).execute(&mut *tx).await?)?;
    audit::write(&mut tx, audit).await?;
    tx.commit().await?;
    Ok(())
}
