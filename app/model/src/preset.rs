//! Sets of values to begin an environment with.

use crate::{
    draft::DraftForm,
    money::Usd,
    spec::{Architecture, DatabaseClass, Nat, Size},
};
use serde::{Deserialize, Serialize};

/// The presets that every installation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The cheapest that works: to see OpenHands, not to keep anything.
    TryIt,
    /// A team's daily work.
    Team,
    /// Survives the loss of a zone, and keeps backups for a month.
    Production,
}

impl Preset {
    /// All, the cheapest first.
    pub const ALL: [Self; 3] = [Self::TryIt, Self::Team, Self::Production];

    /// The word used in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::TryIt => "try_it",
            Self::Team => "team",
            Self::Production => "production",
        }
    }

    /// The preset of a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Puts the preset's values into a form. Name, place, edition, ranges, model and whatever else is the person's own stay.
    pub fn apply(self, form: &mut DraftForm) {
        let set = |field: &mut String, value: &str| value.clone_into(field);
        let values = match self {
            Self::TryIt => Values {
                size: Size::Small,
                architecture: Architecture::Arm64,
                ephemeral_gib: "21",
                zones: "2",
                nat: Nat::None,
                class: DatabaseClass::T4gMicro,
                storage_gib: "20",
                multi_az: "",
                backup_days: "1",
                log_retention_days: "7",
            },
            Self::Team => Values {
                size: Size::Medium,
                architecture: Architecture::X86_64,
                ephemeral_gib: "50",
                zones: "2",
                nat: Nat::One,
                class: DatabaseClass::T4gMicro,
                storage_gib: "20",
                multi_az: "",
                backup_days: "7",
                log_retention_days: "30",
            },
            Self::Production => Values {
                size: Size::Large,
                architecture: Architecture::X86_64,
                ephemeral_gib: "100",
                zones: "3",
                nat: Nat::PerZone,
                class: DatabaseClass::M7gLarge,
                storage_gib: "100",
                multi_az: "on",
                backup_days: "30",
                log_retention_days: "365",
            },
        };
        set(&mut form.size, values.size.code());
        set(&mut form.architecture, values.architecture.code());
        set(&mut form.ephemeral_gib, values.ephemeral_gib);
        set(&mut form.zones, values.zones);
        set(&mut form.nat, values.nat.code());
        set(&mut form.database_class, values.class.code());
        set(&mut form.database_storage_gib, values.storage_gib);
        set(&mut form.database_multi_az, values.multi_az);
        set(&mut form.backup_days, values.backup_days);
        set(&mut form.log_retention_days, values.log_retention_days);
    }
}

/// What a preset sets.
struct Values {
    size: Size,
    architecture: Architecture,
    ephemeral_gib: &'static str,
    zones: &'static str,
    nat: Nat,
    class: DatabaseClass,
    storage_gib: &'static str,
    multi_az: &'static str,
    backup_days: &'static str,
    log_retention_days: &'static str,
}

/// A preset with what it costs in the form's region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetPrice {
    pub preset: Preset,
    pub monthly: Usd,
    /// Whether some item has no known price, so that the sum is the least it costs.
    pub is_least: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_leaves_alone_what_is_the_persons_own() {
        for preset in Preset::ALL {
            let mut form = DraftForm {
                name: "mine".into(),
                team: "018f0000-0000-7000-8000-000000000001".into(),
                account: "018f0000-0000-7000-8000-000000000002".into(),
                region: "eu-central-1".into(),
                allowed_cidrs: "10.9.0.0/16".into(),
                llm_model: "anthropic/other".into(),
                ..DraftForm::default()
            };
            preset.apply(&mut form);
            let spec = form.parse(Some("arn:aws:secretsmanager:x".into())).expect("valid").spec;
            assert_eq!(
                (spec.llm.model.as_str(), spec.access.allowed_cidrs[0].to_string().as_str()),
                ("anthropic/other", "10.9.0.0/16")
            );
            assert_eq!(Preset::from_code(preset.code()), Some(preset));
        }
    }
}
