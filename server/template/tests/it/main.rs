//! Tests of whole templates, in one binary.

mod change;
mod golden;
mod property;
mod rule;
mod variants;
