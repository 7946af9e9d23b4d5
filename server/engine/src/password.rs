//! Password hashing with argon2id, off the async threads and a few at a time, since each takes 19 MiB.

use crate::error::incident;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use model::{
    Fault, FieldProblem, Outcome, Secret,
    person::{PASSWORD_MAX, PASSWORD_MIN},
};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Hashes and verifies.
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
    /// Verified against when there is no such person, so that the answer takes as long either way.
    decoy: OnceLock<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { slots: Arc::new(Semaphore::new(2)), decoy: OnceLock::new() }
    }

    /// The PHC text of a password's hash, with a random salt.
    pub(crate) async fn hash(&self, password: &Secret) -> Outcome<String> {
        let password = password.clone();
        self.off_thread(move || hash(&password)).await?
    }

    /// Whether the password is the one that was hashed. Without a hash it takes its time and says no.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<&str>) -> Outcome<bool> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash.to_owned(),
            None => self.decoy().await?,
        };
        let password = password.clone();
        let fits = self
            .off_thread(move || {
                PasswordHash::new(&hash).is_ok_and(|parsed| {
                    Argon2::default().verify_password(password.expose().as_bytes(), &parsed).is_ok()
                })
            })
            .await?;
        Ok(known && fits)
    }

    async fn decoy(&self) -> Outcome<String> {
        if let Some(decoy) = self.decoy.get() {
            return Ok(decoy.clone());
        }
        let made = self.hash(&Secret::new("a password that nobody has")).await?;
        Ok(self.decoy.get_or_init(|| made).clone())
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
        let permit = self.slots.clone().acquire_owned().await.map_err(|closed| internal(&closed))?;
        tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            work()
        })
        .await
        .map_err(|joined| internal(&joined))
    }
}

fn hash(password: &Secret) -> Outcome<String> {
    Argon2::default()
        .hash_password(password.expose().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| internal(&std::io::Error::other(error.to_string())))
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Fault {
    Fault::Internal { incident: incident(error) }
}

/// Whether a new password is long enough, and not so long that hashing it is an attack.
pub(crate) fn check(password: &Secret) -> Result<(), FieldProblem> {
    match password.expose().chars().count() {
        0 => Err(FieldProblem::Required),
        n if n < PASSWORD_MIN => Err(FieldProblem::TooShort { min: PASSWORD_MIN }),
        n if n > PASSWORD_MAX => Err(FieldProblem::TooLong { max: PASSWORD_MAX }),
        _ => Ok(()),
    }
}
