//! Presets in words.

use crate::format;
use model::preset::{Preset, PresetPrice};

/// What a preset is called.
pub fn name(preset: Preset) -> &'static str {
    match preset {
        Preset::TryIt => "Try it",
        Preset::Team => "Team",
        Preset::Production => "Production",
    }
}

/// What it is for, in one line.
pub fn purpose(preset: Preset) -> &'static str {
    match preset {
        Preset::TryIt => "The cheapest that works: no NAT, small task, backups for a day.",
        Preset::Team => "For a team's daily work: private subnets, backups for a week.",
        Preset::Production => "Survives the loss of a zone: three zones, standby database, backups for a month.",
    }
}

/// What it costs.
pub fn price(price: &PresetPrice) -> String {
    let amount = format::dollars(price.monthly.whole());
    let least = if price.is_least { "at least " } else { "about " };
    format!("{least}{amount} a month (estimate)")
}

/// What choosing one does.
pub const CHOOSING: &str =
    "Sets size, network, database and how long things are kept. Everything else that you typed stays.";
/// What an imported spec does.
pub const IMPORTING: &str = "Paste a spec that was exported on an environment's Configuration page. It fills in the form; nothing is created yet.";
/// Of the page of saved presets.
pub const SAVED: &str = "People begin environments with these. Where a preset is locked, its teams create environments from locked presets only, and \
    change nothing but the fields left open, then and later.";
/// How one comes to be.
pub const HOW_TO_SAVE: &str = "To save one, fill in the form at New environment and press Save as a preset at its end.";
/// Where there is none.
pub const NONE: &str = "No preset is saved. Everybody has Try it, Team and Production.";
/// What locking does, beside its box.
pub const LOCKING: &str = "Its teams may create from locked presets only, and change only the fields ticked below.";
/// Above the boxes of fields.
pub const OPEN: &str = "Fields that stay open";
/// Whom a preset is for.
pub const ALL_TEAMS: &str = "All teams";
/// In the place of a field that a locked preset does not leave open.
pub const FIXED: &str = "Set by the preset.";

/// A box that a preset does not leave open.
pub fn ticked(ticked: bool) -> &'static str {
    if ticked { "Yes" } else { "No" }
}

/// What became of the fields of a locked preset.
pub fn lock(locked: bool, open: &[String]) -> String {
    match (locked, open.is_empty()) {
        (false, _) => "Not locked".to_owned(),
        (true, true) => "Locked, nothing open".to_owned(),
        (true, false) => {
            let names: Vec<&str> = open.iter().map(|field| super::form::create(field).0).collect();
            format!("Locked, open: {}", names.join(", "))
        }
    }
}
