//! Tests of whole templates, in one binary.

mod change;
mod difference;
mod golden;
mod pairwise;
mod property;
mod rule;
mod setting;
mod variable;
mod variants;
