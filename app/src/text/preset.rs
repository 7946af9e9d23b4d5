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
    let amount = format::whole_money(price.monthly);
    let least = if price.is_least { "at least " } else { "about " };
    format!("{least}{amount} a month (estimate)")
}

/// What choosing one does.
pub const CHOOSING: &str =
    "Sets size, network, database and how long things are kept. Everything else that you typed stays.";
/// What an imported spec does.
pub const IMPORTING: &str = "Paste a spec that was exported on an environment's Configuration page. It fills in the form; nothing is created yet.";
