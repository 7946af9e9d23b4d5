//! In-memory stand-ins for everything outside of the engine, for tests of the engine and of the HTTP server.
//!
//! They keep the contracts of [`ports`] (unique names, leases, idempotency, CloudFormation's order of events) and add what only a
//! test needs: faults on demand, counters of real effects, and a [`Gate`] at which a process can be killed.

mod clock;
mod cloud;
mod gate;
mod probe;
mod registry;
mod store;
mod world;

pub use clock::FakeClock;
pub use cloud::{Effects, FakeCloud, MetricCall, problem};
pub use gate::Gate;
pub use probe::FakeProbe;
pub use registry::FakeRegistry;
pub use store::MemStore;
pub use world::{World, version, world};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a test has panicked with the lock in its hand: the panic itself is the finding then.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
