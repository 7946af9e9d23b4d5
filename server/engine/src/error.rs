//! How the errors of the ports become faults that a page can show.

use model::{
    Fault, FieldErrors, FieldProblem, Outcome,
    cause::{CloudProblem, CloudProblemKind},
};
use ports::StoreError;

/// Turns a port's error into a fault; one of ours is logged with an incident id, which is all that the page shows of it.
pub(crate) trait OrFault<T> {
    fn or_fault(self) -> Outcome<T>;
}

impl<T> OrFault<T> for Result<T, StoreError> {
    fn or_fault(self) -> Outcome<T> {
        self.map_err(store_fault)
    }
}

impl<T> OrFault<T> for Result<T, CloudProblem> {
    fn or_fault(self) -> Outcome<T> {
        self.map_err(|problem| Fault::Cloud(Box::new(problem)))
    }
}

fn store_fault(error: StoreError) -> Fault {
    match error {
        StoreError::NotFound => Fault::NotFound,
        StoreError::Taken { field } => Fault::Invalid(FieldErrors::one(field, FieldProblem::Taken)),
        StoreError::Conflict(conflict) => Fault::Conflict(conflict),
        StoreError::Unavailable(source) => {
            tracing::warn!(error = %source, "the database does not answer");
            Fault::Unavailable
        }
        StoreError::Internal(source) => Fault::Internal { incident: incident(source.as_ref()) },
    }
}

/// Logs a fault of ours and returns the id under which it stands in the log.
pub fn incident(error: &(dyn std::error::Error + 'static)) -> String {
    let incident = format!("{:012x}", rand::random::<u64>() >> 16);
    let mut story = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        story.push_str(": ");
        story.push_str(&inner.to_string());
        source = inner.source();
    }
    tracing::error!(incident, story, "internal fault");
    incident
}

/// A problem that Handrail found by itself in AWS's answers, such as credentials of another account than the registered one.
pub(crate) fn found_problem(kind: CloudProblemKind, service: &str, operation: &str, message: String) -> CloudProblem {
    CloudProblem {
        kind,
        service: service.to_owned(),
        operation: operation.to_owned(),
        code: None,
        message,
        action: None,
        resource: None,
        request_id: None,
    }
}
