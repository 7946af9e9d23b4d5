//! How many tasks an environment runs.

use crate::{FieldProblem, fault::Misfit, spec::Edition};

/// The counts that an edition can run with, smallest first.
///
/// Agent Canvas keeps its conversations in files that it writes alone: two tasks on one store damage it, so that it runs once or not
/// at all (the template's rule HR015 says the same of deployments).
pub fn counts(edition: Edition) -> &'static [u32] {
    match edition {
        // The app keeps its sandboxes on its host; Enterprise is scaled by its vendor's chart.
        Edition::Canvas | Edition::App | Edition::Enterprise => &[0, 1],
    }
}

/// The count that was typed or chosen, if the edition can run with it.
pub fn check_count(text: &str, edition: Edition) -> Result<u32, FieldProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldProblem::Required);
    }
    let count: u32 = text.parse().map_err(|_| FieldProblem::NotANumber)?;
    if counts(edition).contains(&count) { Ok(count) } else { Err(FieldProblem::DoesNotFit(Misfit::OneWriter)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canvas_runs_once_or_not_at_all() {
        for (text, expected) in [
            ("0", Ok(0)),
            (" 1 ", Ok(1)),
            ("2", Err(FieldProblem::DoesNotFit(Misfit::OneWriter))),
            ("4294967295", Err(FieldProblem::DoesNotFit(Misfit::OneWriter))),
            ("-1", Err(FieldProblem::NotANumber)),
            ("one", Err(FieldProblem::NotANumber)),
            ("", Err(FieldProblem::Required)),
        ] {
            assert_eq!(check_count(text, Edition::Canvas), expected, "{text:?}");
        }
    }
}
