//! The variables' part of the create form.

use super::{DraftForm, StoredArns};
use crate::{
    FieldErrors, FieldProblem,
    spec::{SecretVariable, Variable},
    variable::{self, SECRETS_MAX},
};

impl DraftForm {
    pub(super) fn parse_variables(
        &self,
        arns: &StoredArns,
        errors: &mut FieldErrors,
    ) -> (Vec<Variable>, Vec<SecretVariable>) {
        let variables = variable::parse(&self.variables, "variables", errors);
        let names: Vec<&str> = variable::names(&self.secrets).collect();
        if names.len() > SECRETS_MAX {
            errors
                .add(&variable::name_field(SECRETS_MAX), FieldProblem::OutOfRange { min: 0, max: SECRETS_MAX as i64 });
        }
        for (row, problem) in variable::check_secrets(&names, &variables) {
            errors.add(&variable::name_field(row), variable::secret_problem(row, names[row], problem));
        }
        for (row, name) in names.iter().enumerate() {
            if !arns.secrets.contains_key(*name) {
                errors.add(&variable::value_field(row), FieldProblem::Required);
            }
        }
        (variables, variable::stored(&names, &arns.secrets))
    }
}
