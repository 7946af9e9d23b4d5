//! Revisions side by side.

use crate::{
    Outside,
    error::{OrFault, incident},
};
use model::{
    EnvironmentId, Fault, Outcome,
    difference::PropertyDifference,
    environment::{Revision, RevisionComparison},
    export::Export,
    spec::Spec,
};
use ports::store::EnvironmentRecord;
use serde_json::{Value, json};

/// A file of a revision.
pub(crate) async fn export(
    outside: &Outside,
    environment: &EnvironmentRecord,
    revision: u32,
    file: Export,
) -> Outcome<String> {
    if file == Export::Spec {
        let revisions = outside.store.revision_list(environment.summary.id).await.or_fault()?;
        let revision = revisions.iter().find(|one| one.number == revision).ok_or(Fault::NotFound)?;
        return serde_json::to_string_pretty(&revision.spec.clone().to_export())
            .map_err(|error| Fault::Internal { incident: incident(&error) });
    }
    let body =
        outside.store.revision_template(environment.summary.id, revision).await.or_fault()?.ok_or(Fault::NotFound)?;
    let text = match file {
        Export::Spec | Export::TemplateJson => template::pretty(&body),
        Export::TemplateYaml => template::yaml(&body),
        Export::Terraform => template::terraform_takeover(&body, &environment.stack_name, &environment.summary.region),
    };
    text.ok_or(Fault::NotFound)
}

/// What is not the same in two revisions of an environment.
pub(crate) async fn compare(
    outside: &Outside,
    environment: EnvironmentId,
    from: u32,
    to: u32,
) -> Outcome<RevisionComparison> {
    let revisions = outside.store.revision_list(environment).await.or_fault()?;
    let pick = |number: u32| revisions.iter().find(|one| one.number == number).cloned().ok_or(Fault::NotFound);
    let (from, to) = (pick(from)?, pick(to)?);
    let before = outside.store.revision_template(environment, from.number).await.or_fault()?;
    let after = outside.store.revision_template(environment, to.number).await.or_fault()?;
    let (before, after) = before.zip(after).ok_or(Fault::NotFound)?;
    Ok(side_by_side(from, to, &before, &after))
}

fn side_by_side(from: Revision, to: Revision, before: &str, after: &str) -> RevisionComparison {
    let (old, new) = (value(&from.spec), value(&to.spec));
    let spec = template::values(&old, &new);
    let resources = template::difference(before, after);
    // Those of the new template that are neither changed nor added.
    let touched = resources.iter().filter(|one| one.change != model::plan::ChangeKind::Remove).count();
    let same_resources = template::resource_count(after).saturating_sub(touched);
    RevisionComparison {
        same: unchanged(&new, &spec),
        same_resources: u32::try_from(same_resources).unwrap_or(u32::MAX),
        from,
        to,
        spec,
        resources,
    }
}

fn value(spec: &Spec) -> Value {
    serde_json::to_value(spec).unwrap_or_default()
}

/// Every field of a spec that no difference speaks of: what an empty document lacks, less what has changed.
fn unchanged(spec: &Value, changed: &[PropertyDifference]) -> Vec<PropertyDifference> {
    template::values(&json!({}), spec)
        .into_iter()
        .filter(|field| field.after.as_deref() != Some("null"))
        .filter(|field| !changed.iter().any(|one| one.path.starts_with(&field.path)))
        .map(|field| PropertyDifference { before: field.after.clone(), ..field })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use model::{draft::DraftForm, plan::ChangeKind, spec::Size};

    fn spec() -> Spec {
        let id = "01980000-0000-7000-8000-000000000001";
        let form = DraftForm {
            name: "alpha".to_owned(),
            team: id.to_owned(),
            account: id.to_owned(),
            region: "eu-west-1".to_owned(),
            ..DraftForm::default()
        };
        form.parse(Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf".to_owned()))
            .expect("valid")
            .spec
    }

    fn revision(number: u32, spec: Spec) -> Revision {
        let created = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
        Revision { number, spec, created, created_by: "Otto".to_owned(), template_hash: String::new() }
    }

    #[test]
    fn changed_fields_and_resources_are_told_and_the_rest_is_counted() {
        let mut large = spec();
        large.compute.size = Some(Size::Large);
        large.access.allowed_cidrs.push("192.168.0.0/16".parse().expect("a range"));
        let before = r#"{"Resources":{"A":{"Type":"x"},"B":{"Type":"x"},"C":{"Type":"x"}}}"#;
        let after = r#"{"Resources":{"A":{"Type":"x"},"B":{"Type":"x","Properties":{"P":1}},"D":{"Type":"x"}}}"#;
        let found = side_by_side(revision(1, spec()), revision(2, large), before, after);
        let paths: Vec<String> = found.spec.iter().map(|field| field.path.join(".")).collect();
        assert_eq!(paths, ["access.allowed_cidrs", "compute.size"]);
        let changes: Vec<_> = found.resources.iter().map(|one| (one.logical_id.as_str(), one.change)).collect();
        assert_eq!(changes, [("B", ChangeKind::Modify), ("C", ChangeKind::Remove), ("D", ChangeKind::Add)]);
        assert_eq!(found.same_resources, 1);
        assert!(found.same.iter().all(|field| field.before == field.after));
        assert!(found.same.iter().any(|field| field.path == ["log_retention_days"]));
        assert!(!found.same.iter().any(|field| paths.contains(&field.path.join("."))));
    }

    #[test]
    fn a_revision_is_the_same_as_itself() {
        let template = r#"{"Resources":{"A":{"Type":"x"}}}"#;
        let found = side_by_side(revision(1, spec()), revision(1, spec()), template, template);
        assert!(found.spec.is_empty() && found.resources.is_empty());
        assert_eq!(found.same_resources, 1);
    }
}
