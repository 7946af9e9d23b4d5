//! Presets, as the store keeps them.

use super::Tables;
use model::{PresetId, TeamId, preset::SavedPreset};
use ports::{StoreError, StoreResult, store::NewAudit};

impl Tables {
    pub(super) fn preset_list(&self, team: Option<TeamId>) -> Vec<SavedPreset> {
        let on_offer = |preset: &&SavedPreset| team.is_none_or(|team| preset.is_for(team));
        let mut presets: Vec<SavedPreset> = self.presets.values().filter(on_offer).cloned().collect();
        presets.sort_by_key(|preset| (preset.name.to_lowercase(), preset.id));
        presets
    }

    pub(super) fn preset_create(&mut self, preset: &SavedPreset, audit: &NewAudit) -> StoreResult<()> {
        let name = preset.name.to_lowercase();
        if self.presets.values().any(|known| known.name.to_lowercase() == name) {
            return Err(StoreError::Taken { field: "name" });
        }
        let team_name = preset.team.and_then(|team| self.teams.get(&team)).map(|team| team.name.clone());
        self.presets.insert(preset.id, SavedPreset { team_name, ..preset.clone() });
        self.log(audit);
        Ok(())
    }

    pub(super) fn preset_delete(&mut self, preset: PresetId, audit: &NewAudit) -> StoreResult<()> {
        self.presets.remove(&preset).ok_or(StoreError::NotFound)?;
        self.log(audit);
        Ok(())
    }
}
