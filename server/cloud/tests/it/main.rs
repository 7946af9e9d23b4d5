//! Tests of the cloud crate: against recorded answers of AWS for what only AWS says, and against an emulator for whole life cycles.

mod change_sets;
mod credentials;
mod deleting;
mod emulator;
mod logs;
mod patience;
mod permissions;
mod place;
mod problems;
mod reading;
mod recorder;
mod secrets;
mod sharing;
mod status;
