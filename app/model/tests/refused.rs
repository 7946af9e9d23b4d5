//! Forms that must be refused: `refused_forms.json` is one table for the form by itself (here), the engine, the sentences and the page.

use model::{FieldProblem, draft::DraftForm};
use serde_json::Value;

/// A form that is valid, with the values of a row.
fn form(row: &Value) -> DraftForm {
    let mut form = serde_json::to_value(DraftForm {
        name: "payments-agents".into(),
        team: "018f0000-0000-7000-8000-000000000001".into(),
        account: "018f0000-0000-7000-8000-000000000002".into(),
        region: "eu-central-1".into(),
        ..DraftForm::default()
    })
    .expect("JSON");
    for (field, value) in row["set"].as_object().expect("fields") {
        form[field] = value.as_str().expect("text").replace("REGION", "eu-central-1").into();
    }
    serde_json::from_value(form).expect("a form")
}

#[test]
fn each_is_refused_beside_its_field() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("refused_forms.json")).expect("a table");
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let key = || Some("arn:aws:secretsmanager:eu-central-1:111122223333:secret:handrail/x".to_owned());
    for row in rows.iter().filter(|row| row.get("knows").is_none()) {
        let errors = form(row).parse(key()).err().unwrap_or_else(|| panic!("{} is taken", row["what"]));
        let problem: FieldProblem = serde_json::from_value(row["problem"].clone()).expect("a problem");
        assert_eq!(errors.of(row["field"].as_str().expect("a field")), Some(&problem), "{}", row["what"]);
    }
}
