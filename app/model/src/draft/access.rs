//! The access part of the create form.

use super::{DraftForm, is_ticked};
use crate::{
    FieldErrors, FieldProblem,
    field::{offered, plain, ranges},
    spec::{Access, Scheme},
};

impl DraftForm {
    pub(super) fn parse_access(&self, region: &str, errors: &mut FieldErrors) -> Option<Access> {
        let scheme = offered(Scheme::from_code(&self.scheme), "scheme", errors);
        let allowed_cidrs = ranges(&self.allowed_cidrs, "allowed_cidrs", errors);
        let certificate_arn = self.parse_certificate(region, errors);
        let public_acknowledged = is_ticked(&self.public_acknowledged);
        if scheme == Some(Scheme::InternetFacing) && !public_acknowledged {
            errors.add("public_acknowledged", FieldProblem::NotAcknowledged);
        }
        Some(Access { scheme: scheme?, allowed_cidrs, certificate_arn, public_acknowledged })
    }

    fn parse_certificate(&self, region: &str, errors: &mut FieldErrors) -> Option<String> {
        let arn = self.certificate_arn.trim();
        if arn.is_empty() {
            return None;
        }
        plain(arn, "certificate_arn", errors);
        let parts: Vec<&str> = arn.split(':').collect();
        let well_formed = parts.len() == 6
            && parts[0] == "arn"
            && parts[2] == "acm"
            && parts[4].len() == 12
            && parts[4].chars().all(|c| c.is_ascii_digit())
            && parts[5].starts_with("certificate/");
        if !well_formed {
            errors.add("certificate_arn", FieldProblem::NotAnArn { service: "acm".into() });
        } else if parts[3] != region {
            errors.add("certificate_arn", FieldProblem::ArnElsewhere { region: parts[3].into() });
        }
        Some(arn.to_owned())
    }
}
