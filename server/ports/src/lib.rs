//! What the engine needs from outside, as traits: a [`Store`], a [`Cloud`], a [`Registry`], a [`Probe`] and a [`Clock`].
//!
//! Ports speak model types only. A method of the store is a whole unit of work (one transaction); no transaction crosses a port.

pub mod clock;
pub mod cloud;
pub mod probe;
pub mod registry;
pub mod store;

pub use clock::Clock;
pub use cloud::{Cloud, CloudResult, Place};
pub use probe::Probe;
pub use registry::{Registry, RegistryResult};
pub use store::{Store, StoreError, StoreResult};
