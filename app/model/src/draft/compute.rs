//! The compute part of the create form: which fields a compute has, and what is typed into them.

use super::{DraftForm, check_pair};
use crate::{
    FieldErrors, FieldProblem,
    fault::Misfit,
    field::{number, offered},
    spec::{Architecture, Compute, ComputeKind, DISK_GIB, Edition, Host, InstanceType, Nat, Size},
};

/// Fields of a task on Fargate, with what they begin with.
const OF_TASK: [(&str, &str); 3] = [("size", "medium"), ("architecture", "x86_64"), ("ephemeral_gib", "50")];
/// Fields of EC2 hosts, with what they begin with. The app's sandboxes are containers beside it, each of which takes about 4 GiB.
const OF_HOST: [(&str, &str); 2] = [("instance_type", "m6i.large"), ("disk_gib", "60")];
const APP_INSTANCE_TYPE: &str = "m6i.xlarge";

/// Whether a compute has a field. What belongs to no compute in particular, every one has.
pub fn applies(kind: ComputeKind, field: &str) -> bool {
    let among = |fields: &[(&str, &str)]| fields.iter().any(|(name, _)| *name == field);
    if kind.has_hosts() { !among(&OF_TASK) } else { !among(&OF_HOST) }
}

impl DraftForm {
    pub(super) fn parse_compute(&self, edition: Edition, errors: &mut FieldErrors) -> Option<Compute> {
        let kind = offered(ComputeKind::from_code(&self.compute), "compute", errors)?;
        if let Err(problem) = check_pair(edition, kind) {
            errors.add("compute", problem);
        }
        for (field, typed) in self.compute_fields() {
            if !applies(kind, field) && !typed.trim().is_empty() {
                errors.add(field, FieldProblem::DoesNotFit(Misfit::NotOfThisCompute));
            }
        }
        if kind.has_hosts() {
            if matches!(Nat::from_code(&self.nat), Some(Nat::None | Nat::Endpoints)) {
                errors.add("nat", FieldProblem::DoesNotFit(Misfit::HostsNeedNat));
            }
            return Some(Compute::hosts(kind, host(&self.instance_type, &self.disk_gib, errors)?));
        }
        let size = offered(Size::from_code(&self.size), "size", errors);
        let architecture = offered(Architecture::from_code(&self.architecture), "architecture", errors);
        let ephemeral_gib = number(&self.ephemeral_gib, "ephemeral_gib", 21, 200, errors);
        Some(Compute { kind, ..Compute::fargate(size?, architecture?, ephemeral_gib?) })
    }

    fn compute_fields(&self) -> [(&'static str, &str); 5] {
        [
            ("size", &self.size),
            ("architecture", &self.architecture),
            ("ephemeral_gib", &self.ephemeral_gib),
            ("instance_type", &self.instance_type),
            ("disk_gib", &self.disk_gib),
        ]
    }

    /// Empties the fields that the form's compute does not have, and begins those that it has and that are empty.
    pub(crate) fn fit_compute(&mut self) {
        let Some(kind) = ComputeKind::from_code(&self.compute) else { return };
        let instance_type = if self.edition == Edition::App.code() { APP_INSTANCE_TYPE } else { OF_HOST[0].1 };
        for (field, begin) in OF_TASK.into_iter().chain([("instance_type", instance_type), OF_HOST[1]]) {
            let value = match field {
                "size" => &mut self.size,
                "architecture" => &mut self.architecture,
                "ephemeral_gib" => &mut self.ephemeral_gib,
                "instance_type" => &mut self.instance_type,
                _ => &mut self.disk_gib,
            };
            if !applies(kind, field) {
                value.clear();
            } else if value.trim().is_empty() {
                begin.clone_into(value);
            }
        }
        if kind.has_hosts() && matches!(Nat::from_code(&self.nat), Some(Nat::None | Nat::Endpoints)) {
            Nat::One.code().clone_into(&mut self.nat);
        }
    }
}

/// The host that was typed.
pub(crate) fn host(instance_type: &str, disk_gib: &str, errors: &mut FieldErrors) -> Option<Host> {
    let instance_type = offered(InstanceType::from_code(instance_type.trim()), "instance_type", errors);
    let disk_gib = number(disk_gib, "disk_gib", DISK_GIB.0, DISK_GIB.1, errors);
    Some(Host { instance_type: instance_type?, disk_gib: disk_gib? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_hosts() -> DraftForm {
        let mut form = DraftForm {
            name: "payments-agents".into(),
            team: "018f0000-0000-7000-8000-000000000001".into(),
            account: "018f0000-0000-7000-8000-000000000002".into(),
            region: "eu-central-1".into(),
            ..DraftForm::default()
        };
        form.choose(Edition::Canvas, ComputeKind::EcsEc2).expect("offered");
        form
    }

    fn parse(form: &DraftForm) -> Result<Compute, FieldErrors> {
        form.parse(Some("arn:aws:secretsmanager:x".into())).map(|parsed| parsed.spec.compute)
    }

    #[test]
    fn hosts_have_an_instance_type_in_place_of_a_size() {
        let form = on_hosts();
        assert_eq!((form.size.as_str(), form.ephemeral_gib.as_str()), ("", ""));
        let compute = parse(&form).expect("valid");
        let host = Host { instance_type: InstanceType::M6iLarge, disk_gib: 60 };
        assert_eq!(compute, Compute::hosts(ComputeKind::EcsEc2, host));
        assert_eq!((compute.cpu_units(), compute.memory_mib(), compute.code()), (2048, 8192, "m6i.large"));
    }

    #[test]
    fn the_app_has_hosts_only_and_begins_with_room_for_its_sandboxes() {
        let mut form = on_hosts();
        form.choose(Edition::Canvas, ComputeKind::Fargate).expect("offered");
        form.choose(Edition::App, ComputeKind::EcsEc2).expect("offered");
        let spec = form.parse(Some("arn:aws:secretsmanager:x".into())).expect("valid").spec;
        assert_eq!(
            (spec.compute.code(), spec.image.repository.as_str()),
            ("m6i.xlarge", "ghcr.io/openhands/openhands")
        );
        assert!(form.choose(Edition::App, ComputeKind::Fargate).is_err());
    }

    #[test]
    fn fields_of_another_compute_are_refused_beside_them() {
        let form = DraftForm { size: "small".into(), ephemeral_gib: "50".into(), ..on_hosts() };
        let errors = parse(&form).expect_err("invalid");
        for field in ["size", "ephemeral_gib"] {
            let problem = FieldProblem::DoesNotFit(Misfit::NotOfThisCompute);
            assert_eq!(errors.of(field), Some(&problem), "{field}");
        }
        let fargate = DraftForm { compute: "fargate".into(), ..on_hosts() };
        let errors = parse(&fargate).expect_err("invalid");
        assert!(errors.of("instance_type").is_some() && errors.of("size").is_some(), "{errors:?}");
    }

    #[test]
    fn what_hosts_cannot_be_is_told_at_once() {
        let form =
            DraftForm { instance_type: "m1.tiny".into(), disk_gib: "8".into(), nat: "none".into(), ..on_hosts() };
        let errors = parse(&form).expect_err("invalid");
        assert_eq!(errors.of("instance_type"), Some(&FieldProblem::NotOffered));
        assert_eq!(errors.of("disk_gib"), Some(&FieldProblem::OutOfRange { min: 40, max: 1000 }));
        assert_eq!(errors.of("nat"), Some(&FieldProblem::DoesNotFit(Misfit::HostsNeedNat)));
    }

    #[test]
    fn going_over_and_back_begins_anew_what_the_compute_has() {
        let mut form = on_hosts();
        form.choose(Edition::Canvas, ComputeKind::Fargate).expect("offered");
        assert_eq!((form.size.as_str(), form.instance_type.as_str()), ("medium", ""));
        assert_eq!(parse(&form).expect("valid"), Compute::fargate(Size::Medium, Architecture::X86_64, 50));
    }

    #[test]
    fn specs_of_before_there_were_hosts_are_read() {
        let old = r#"{"size":"large","architecture":"arm64","ephemeral_gib":80}"#;
        let compute: Compute = serde_json::from_str(old).expect("read");
        assert_eq!(compute, Compute::fargate(Size::Large, Architecture::Arm64, 80));
    }
}
