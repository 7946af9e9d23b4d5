//! The pages.

mod environments;
mod home;
mod not_found;
mod param;
mod sign_in;

pub use environments::Environments;
pub use home::Home;
pub use not_found::NotFound;
pub use sign_in::SignInPage;
