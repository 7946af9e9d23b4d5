//! Every two values of the create form that go together, together in some template. `HANDRAIL_TEMPLATES` names a folder in which the
//! templates are left, for `cargo xtask templates` to have them judged.

use crate::variants;
use model::{
    draft::{DraftForm, Parsed, StoredArns, applies},
    matrix::{self, Verdict},
    plan::{ChangeKind, Severity},
    spec::{
        Architecture, ComputeKind, DatabaseClass, Edition, InstanceType, LOG_RETENTION_DAYS, LlmProvider, Nat, REGIONS,
        Scheme, SignInKind, Size,
    },
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::PathBuf};
use template::{Identity, Rendered};

/// How many ways to fill in the rest of the form are tried for a pair before it counts as one that does not go together.
const TRIES: usize = 60;
/// The least number of templates that are judged.
const ENOUGH: usize = 60;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:handrail/x/llm-key-AbCdEf";

/// A field of the form and the values that it is tried with.
struct Axis {
    field: &'static str,
    values: Vec<String>,
}

fn axis(field: &'static str, values: impl IntoIterator<Item = impl ToString>) -> Axis {
    Axis { field, values: values.into_iter().map(|value| value.to_string()).collect() }
}

fn axes() -> Vec<Axis> {
    vec![
        axis("edition", Edition::ALL.iter().map(|one| one.code())),
        axis("compute", ComputeKind::ALL.iter().map(|one| one.code())),
        axis("region", REGIONS.iter().map(|(code, _)| code)),
        axis("size", Size::ALL.iter().map(|one| one.code())),
        axis("architecture", Architecture::ALL.iter().map(|one| one.code())),
        axis("ephemeral_gib", [21, 200]),
        axis("instance_type", InstanceType::ALL.iter().map(|one| one.code())),
        axis("disk_gib", [40, 1000]),
        axis("cidr", ["10.64.0.0/16", "192.168.7.0/24"]),
        axis("zones", [2, 3]),
        axis("vpc_id", ["", "vpc-0123456789abcdef0"]),
        axis("nat", Nat::ALL.iter().map(|one| one.code())),
        axis("scheme", Scheme::ALL.iter().map(|one| one.code())),
        axis("allowed_cidrs", ["10.0.0.0/8", "203.0.113.7, 2001:db8::/32"]),
        axis(
            "certificate_arn",
            ["", "arn:aws:acm:{region}:111122223333:certificate/12345678-1234-1234-1234-123456789012"],
        ),
        axis("host_name", ["", "agents.example.org"]),
        axis("sign_in", SignInKind::ALL.iter().map(|one| one.code())),
        axis("database_class", DatabaseClass::ALL.iter().map(|one| one.code())),
        axis("database_storage_gib", [20, 1000]),
        axis("database_multi_az", ["", "on"]),
        axis("backup_days", [1, 35]),
        axis("llm_provider", LlmProvider::ALL.iter().map(|one| one.code())),
        axis("log_retention_days", LOG_RETENTION_DAYS),
    ]
}

/// Numbers that are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

/// The form with one value of each axis, and with what these values ask for.
fn filled(axes: &[Axis], row: &[usize]) -> DraftForm {
    let identity = variants::identity();
    let mut form = serde_json::to_value(DraftForm {
        name: identity.name,
        team: identity.team.to_string(),
        account: "018f0000-0000-7000-8000-000000000002".to_owned(),
        public_acknowledged: "on".to_owned(),
        llm_base_url: "https://llm.example.org/v1".to_owned(),
        ..DraftForm::default()
    })
    .expect("a form");
    let chosen = axes.iter().zip(row).find(|(axis, _)| axis.field == "compute");
    let kind = chosen.and_then(|(axis, value)| ComputeKind::from_code(&axis.values[*value]));
    for (axis, value) in axes.iter().zip(row) {
        // What the compute does not have stays empty: that pair is in the template of any.
        let has = kind.is_none_or(|kind| applies(kind, axis.field));
        form[axis.field] = if has { json!(axis.values[*value]) } else { json!("") };
    }
    let region = form["region"].as_str().unwrap_or_default().to_owned();
    let mut form: DraftForm = serde_json::from_value(form).expect("a form");
    form.certificate_arn = form.certificate_arn.replace("{region}", &region);
    if !form.vpc_id.is_empty() {
        form.private_subnets = "subnet-0123456789abcdef0, subnet-0123456789abcdef1".to_owned();
        form.public_subnets = "subnet-0123456789abcdef2, subnet-0123456789abcdef3".to_owned();
    }
    if !form.host_name.is_empty() {
        (form.zone_id, form.zone) = ("Z0123456789ABCDEFGHIJ".to_owned(), "example.org".to_owned());
    }
    match SignInKind::from_code(&form.sign_in) {
        Some(SignInKind::Oidc) => {
            form.oidc_issuer = "https://login.example.com".to_owned();
            form.oidc_authorization_endpoint = "https://login.example.com/authorize".to_owned();
            form.oidc_token_endpoint = "https://login.example.com/token".to_owned();
            form.oidc_user_info_endpoint = "https://login.example.com/userinfo".to_owned();
            form.oidc_client_id = "handrail".to_owned();
        }
        Some(SignInKind::Cognito) => {
            form.cognito_user_pool_arn =
                format!("arn:aws:cognito-idp:{region}:111122223333:userpool/{region}_AbCdEfGhI");
            form.cognito_client_id = "1example23456789".to_owned();
            form.cognito_domain = "agents".to_owned();
        }
        Some(SignInKind::None) | None => {}
    }
    if let Some(tag) = Edition::from_code(&form.edition).and_then(|edition| edition.tags().first()) {
        form.version = (*tag).to_owned();
    }
    form
}

fn parse(axes: &[Axis], row: &[usize]) -> Option<Parsed> {
    let secret = Some(SECRET.to_owned());
    let stored = StoredArns { llm_key: secret.clone(), sign_in: secret, ..StoredArns::default() };
    filled(axes, row).parse(stored).ok()
}

/// Two axes with a value each.
type Pair = ((usize, usize), (usize, usize));

fn pairs(row: &[usize]) -> impl Iterator<Item = Pair> + '_ {
    (0..row.len())
        .flat_map(move |left| (left + 1..row.len()).map(move |right| ((left, row[left]), (right, row[right]))))
}

/// Forms in which every pair occurs that occurs in any, and the pairs that occur in none.
fn covered(axes: &[Axis]) -> (Vec<(String, Parsed)>, BTreeSet<Pair>) {
    let mut open: BTreeSet<Pair> = BTreeSet::new();
    for left in 0..axes.len() {
        for right in left + 1..axes.len() {
            for a in 0..axes[left].values.len() {
                open.extend((0..axes[right].values.len()).map(|b| ((left, a), (right, b))));
            }
        }
    }
    let (mut forms, mut apart, mut dice) = (Vec::new(), BTreeSet::new(), Dice(1));
    while let Some(pair) = open.iter().next().copied() {
        let mut best: Option<(usize, Vec<usize>, Parsed)> = None;
        for _ in 0..TRIES {
            let mut row: Vec<usize> = axes.iter().map(|axis| dice.below(axis.values.len())).collect();
            for (axis, value) in [pair.0, pair.1] {
                row[axis] = value;
            }
            let Some(parsed) = parse(axes, &row) else { continue };
            let gain = pairs(&row).filter(|pair| open.contains(pair)).count();
            if best.as_ref().is_none_or(|(most, ..)| gain > *most) {
                best = Some((gain, row, parsed));
            }
        }
        match best {
            Some((_, row, parsed)) => {
                for pair in pairs(&row) {
                    open.remove(&pair);
                }
                forms.push((format!("pair-{:03}", forms.len()), parsed));
            }
            None => {
                open.remove(&pair);
                apart.insert(pair);
            }
        }
    }
    (forms, apart)
}

fn render(parsed: &Parsed, revision: u32) -> Rendered {
    template::render(&parsed.spec, &Identity { region: parsed.region.clone(), revision, ..variants::identity() })
}

#[test]
fn every_two_values_that_go_together_make_a_sound_template() {
    let axes = axes();
    let (forms, apart) = covered(&axes);
    assert!(forms.len() >= ENOUGH, "only {} templates", forms.len());
    let folder = std::env::var_os("HANDRAIL_TEMPLATES").map(PathBuf::from);
    for (name, parsed) in &forms {
        let rendered = render(parsed, 1);
        assert_eq!(rendered.body, render(parsed, 1).body, "{name} is rendered the same twice");
        assert!(rendered.body.len() <= template::BODY_LIMIT, "{name} has {} bytes", rendered.body.len());
        let body: Value = serde_json::from_str(&rendered.body).expect("JSON");
        let blocking = template::findings(&parsed.spec, &body).into_iter().find(|one| one.severity == Severity::Blocks);
        assert!(blocking.is_none(), "{name}: {blocking:?}");
        let cost = template::estimate(&parsed.spec, &parsed.region);
        assert!(!cost.items.is_empty(), "{name} has a price");
        if let Some(folder) = &folder {
            let text = template::pretty(&rendered.body).expect("JSON");
            fs::write(folder.join(format!("{name}.json")), text).expect("written");
        }
    }

    let place = |field: &str| axes.iter().position(|axis| axis.field == field).expect("an axis");
    let (edition, compute) = (place("edition"), place("compute"));
    for (a, one) in Edition::ALL.iter().enumerate() {
        for (b, kind) in ComputeKind::ALL.iter().enumerate() {
            let offered = matrix::compute(*one, *kind) == Verdict::Offered;
            assert_eq!(!apart.contains(&((edition, a), (compute, b))), offered, "{one:?} on {kind:?}");
        }
    }
}

#[test]
fn an_update_from_any_to_any_names_what_differs() {
    let (forms, _) = covered(&axes());
    for ((name, before), (_, after)) in forms.iter().zip(&forms[1..]) {
        let (old, new) = (render(before, 1), render(after, 2));
        let changes = template::changes(&old.body, &new.body, &new.resources);
        let of = |rendered: &Rendered| -> Value { serde_json::from_str(&rendered.body).expect("JSON") };
        let (old, new) = (of(&old), of(&new));
        let ids = |body: &Value| -> BTreeSet<String> {
            body["Resources"].as_object().expect("resources").keys().cloned().collect()
        };
        let told = |kind: ChangeKind| -> BTreeSet<String> {
            changes.iter().filter(|one| one.change.change == kind).map(|one| one.change.logical_id.clone()).collect()
        };
        assert_eq!(told(ChangeKind::Add), &ids(&new) - &ids(&old), "{name}: what is new");
        assert_eq!(told(ChangeKind::Remove), &ids(&old) - &ids(&new), "{name}: what goes");
        let touched = &told(ChangeKind::Modify) | &told(ChangeKind::Replace);
        for id in ids(&old).intersection(&ids(&new)) {
            let properties = |body: &Value| body["Resources"][id]["Properties"].clone();
            if properties(&old) != properties(&new) {
                assert!(touched.contains(id), "{name}: {id} differs and is not told");
            }
        }
    }
}
