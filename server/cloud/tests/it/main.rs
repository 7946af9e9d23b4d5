//! Tests of the cloud crate: against recorded answers of AWS for what only AWS says, and against an emulator for whole life cycles.

mod cbor;
mod change_sets;
mod credentials;
mod deleting;
mod emulator;
mod logs;
mod metrics;
mod patience;
mod permissions;
mod place;
mod problems;
mod reading;
mod recorder;
mod secrets;
mod sharing;
mod status;
mod updates;
