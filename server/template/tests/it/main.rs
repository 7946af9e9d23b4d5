//! Tests of whole templates, in one binary.

mod change;
mod difference;
mod golden;
mod property;
mod rule;
mod variable;
mod variants;
