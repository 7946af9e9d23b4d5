//! Tests of whole templates, in one binary.

mod golden;
mod property;
mod rule;
mod variants;
