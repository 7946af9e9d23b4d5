//! What must be on the machine before anything can be built or run, installed where it is missing.

pub mod debian;
pub mod node;
pub mod python;
pub mod rust;
