//! Sets of values to begin an environment with.

use crate::{
    PresetId, TeamId,
    draft::DraftForm,
    money::Usd,
    spec::{Architecture, ComputeKind, DatabaseClass, InstanceType, Nat, Size},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields that belong to whoever creates, so that no preset sets them.
const OWN: [&str; 8] = ["name", "team", "account", "region", "cidr", "host_name", "public_acknowledged", "preset"];

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
                instance_type: InstanceType::T4gLarge,
                disk_gib: "40",
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
                instance_type: InstanceType::M6iLarge,
                disk_gib: "60",
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
                instance_type: InstanceType::M6iXlarge,
                disk_gib: "100",
                zones: "3",
                nat: Nat::PerZone,
                class: DatabaseClass::M7gLarge,
                storage_gib: "100",
                multi_az: "on",
                backup_days: "30",
                log_retention_days: "365",
            },
        };
        if ComputeKind::from_code(&form.compute).is_some_and(ComputeKind::has_hosts) {
            set(&mut form.instance_type, values.instance_type.code());
            set(&mut form.disk_gib, values.disk_gib);
        } else {
            set(&mut form.size, values.size.code());
            set(&mut form.architecture, values.architecture.code());
            set(&mut form.ephemeral_gib, values.ephemeral_gib);
        }
        set(&mut form.zones, values.zones);
        set(&mut form.nat, values.nat.code());
        set(&mut form.database_class, values.class.code());
        set(&mut form.database_storage_gib, values.storage_gib);
        set(&mut form.database_multi_az, values.multi_az);
        set(&mut form.backup_days, values.backup_days);
        set(&mut form.log_retention_days, values.log_retention_days);
        form.fit_compute();
    }
}

/// What a preset sets.
struct Values {
    size: Size,
    architecture: Architecture,
    ephemeral_gib: &'static str,
    instance_type: InstanceType,
    disk_gib: &'static str,
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

/// A preset that an admin saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct SavedPreset {
    pub id: PresetId,
    pub name: String,
    /// What it is for, in the admin's words.
    pub note: String,
    /// The team that it is for; every team where there is none.
    pub team: Option<TeamId>,
    pub team_name: Option<String>,
    /// Whether its teams may create environments only from locked presets, changing nothing but the open fields.
    pub locked: bool,
    /// Names of the fields that stay open where it is locked.
    pub open: Vec<String>,
    pub form: DraftForm,
    pub saved: DateTime<Utc>,
    pub saved_by: String,
}

impl SavedPreset {
    /// Whether the preset is on offer to a team.
    pub fn is_for(&self, team: TeamId) -> bool {
        self.team.is_none_or(|of| of == team)
    }

    /// Puts the preset's values into a form, and its name.
    pub fn apply(&self, form: &mut DraftForm) {
        let mut values = values(form);
        values.extend(carried(&self.form));
        if let Ok(applied) = serde_json::from_value(Value::Object(values)) {
            *form = applied;
        }
        form.preset = self.id.to_string();
        if let Some(team) = self.team {
            form.team = team.to_string();
        }
    }

    /// Names of the fields that whoever begins with it may not change; none where it is not locked.
    pub fn fixed(&self) -> impl Iterator<Item = String> {
        let fields = if self.locked { carried(&self.form) } else { Map::new() };
        fields.into_iter().map(|(field, _)| field).filter(|field| !self.open.contains(field))
    }

    /// The fixed fields in which a form differs from it.
    pub fn broken_by(&self, form: &DraftForm) -> Vec<String> {
        let (ours, theirs) = (values(&self.form), values(form));
        self.fixed().filter(|field| ours.get(field) != theirs.get(field)).collect()
    }

    /// The fixed fields that a change moves away from it. What differed before, since the preset was another one then, may stay.
    pub fn broken_by_change(&self, before: &DraftForm, after: &DraftForm) -> Vec<String> {
        let (before, after_values) = (values(before), values(after));
        let mut broken = self.broken_by(after);
        broken.retain(|field| before.get(field) != after_values.get(field));
        broken
    }
}

/// Fields by name.
fn values(form: &DraftForm) -> Map<String, Value> {
    match serde_json::to_value(form) {
        Ok(Value::Object(values)) => values,
        _ => Map::new(),
    }
}

/// The fields that a preset sets.
fn carried(form: &DraftForm) -> Map<String, Value> {
    values(form).into_iter().filter(|(field, _)| !OWN.contains(&field.as_str())).collect()
}

/// Names of all fields that a preset sets, in the order of the alphabet.
pub fn fields() -> Vec<String> {
    carried(&DraftForm::default()).into_iter().map(|(field, _)| field).collect()
}

/// What an admin types to save a draft as a preset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresetForm {
    pub name: String,
    pub note: String,
    /// Id of the team; empty for all.
    pub team: String,
    /// `on` when ticked.
    pub locked: String,
    /// Names of the fields that stay open.
    pub open: Vec<String>,
}

crate::read_through_value!(SavedPreset);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Edition;

    #[test]
    fn every_preset_is_valid_and_leaves_alone_what_is_the_persons_own() {
        let computes = [ComputeKind::Fargate, ComputeKind::EcsEc2];
        for (preset, compute) in Preset::ALL.into_iter().flat_map(|one| computes.map(|compute| (one, compute))) {
            let mut form = DraftForm {
                name: "mine".into(),
                team: "018f0000-0000-7000-8000-000000000001".into(),
                account: "018f0000-0000-7000-8000-000000000002".into(),
                region: "eu-central-1".into(),
                allowed_cidrs: "10.9.0.0/16".into(),
                llm_model: "anthropic/other".into(),
                ..DraftForm::default()
            };
            form.choose(Edition::Canvas, compute).expect("offered");
            preset.apply(&mut form);
            let spec = form.parse(Some("arn:aws:secretsmanager:x".into())).expect("valid").spec;
            assert_eq!(
                (spec.llm.model.as_str(), spec.access.allowed_cidrs[0].to_string().as_str()),
                ("anthropic/other", "10.9.0.0/16")
            );
            assert_eq!(Preset::from_code(preset.code()), Some(preset));
        }
    }

    fn saved(open: &[&str]) -> SavedPreset {
        SavedPreset {
            id: PresetId(uuid::Uuid::from_u128(7)),
            name: "House rules".into(),
            note: String::new(),
            team: Some(TeamId(uuid::Uuid::from_u128(9))),
            team_name: None,
            locked: true,
            open: open.iter().map(|field| (*field).to_owned()).collect(),
            form: DraftForm {
                name: "theirs".into(),
                size: "small".into(),
                backup_days: "14".into(),
                ..DraftForm::default()
            },
            saved: DateTime::UNIX_EPOCH,
            saved_by: "Ada".into(),
        }
    }

    #[test]
    fn a_saved_preset_sets_everything_but_what_is_the_persons_own() {
        let preset = saved(&[]);
        let mut form = DraftForm { name: "mine".into(), cidr: "10.9.0.0/20".into(), ..DraftForm::default() };
        preset.apply(&mut form);
        assert_eq!((form.name.as_str(), form.cidr.as_str(), form.size.as_str()), ("mine", "10.9.0.0/20", "small"));
        assert_eq!((form.preset, form.team), (preset.id.to_string(), TeamId(uuid::Uuid::from_u128(9)).to_string()));
    }

    #[test]
    fn only_open_fields_may_differ_from_a_locked_preset() {
        let preset = saved(&["size"]);
        let mut form = DraftForm::default();
        preset.apply(&mut form);
        assert_eq!(preset.broken_by(&form), Vec::<String>::new());
        form.size = "large".into();
        form.backup_days = "1".into();
        assert_eq!(preset.broken_by(&form), ["backup_days"]);
        let before = form.clone();
        form.log_retention_days = "7".into();
        assert_eq!(preset.broken_by_change(&before, &form), ["log_retention_days"], "the rest differed before");
        assert_eq!(SavedPreset { locked: false, ..preset }.broken_by(&form), Vec::<String>::new());
        assert!(fields().contains(&"size".to_owned()) && !fields().contains(&"name".to_owned()));
    }
}
