//! The compute part of the create form.

use super::{DraftForm, check_pair};
use crate::{
    FieldErrors,
    field::{number, offered},
    spec::{Architecture, Compute, ComputeKind, Edition, Size},
};

impl DraftForm {
    pub(super) fn parse_compute(&self, edition: Edition, errors: &mut FieldErrors) -> Option<Compute> {
        let kind = offered(ComputeKind::from_code(&self.compute), "compute", errors);
        if let Some(kind) = kind
            && let Err(problem) = check_pair(edition, kind)
        {
            errors.add("compute", problem);
        }
        let size = offered(Size::from_code(&self.size), "size", errors);
        let architecture = offered(Architecture::from_code(&self.architecture), "architecture", errors);
        let ephemeral_gib = number(&self.ephemeral_gib, "ephemeral_gib", 21, 200, errors);
        Some(Compute { kind: kind?, size: size?, architecture: architecture?, ephemeral_gib: ephemeral_gib? })
    }
}
