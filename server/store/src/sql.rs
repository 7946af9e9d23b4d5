//! Statements: every SQL text of this crate is declared here or with [`statements!`], so that one test can prepare them all.
//!
//! `clippy.toml` forbids making a query in any other way, and a file's list that is missing in [`every_statement`] is dead
//! code, which the build refuses.

use crate::{
    account, audit, draft, drift, environment, history, image, installation, invitation, mirror, notice, operation,
    person, preset, session, team, worker,
};
use sqlx::{
    Postgres,
    postgres::PgArguments,
    query::{Query, QueryScalar},
};

/// One SQL statement with its name.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// Module and constant, for example `store::team::LIST`.
    pub name: &'static str,
    /// The text, with parameters `$1`, `$2` …
    pub sql: &'static str,
}

impl Statement {
    /// The statement, ready for its parameters.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes queries")]
    pub(crate) fn query<'q>(self) -> Query<'q, Postgres, PgArguments> {
        sqlx::query(self.sql)
    }

    /// The statement, ready for its parameters, of which only the first column is read.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes queries")]
    pub(crate) fn scalar<'q, T>(self) -> QueryScalar<'q, Postgres, T, PgArguments>
    where
        (T,): for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        sqlx::query_scalar(self.sql)
    }
}

/// Declares the statements of a file: a constant for each, and the list `STATEMENTS` of all. A text may be put together
/// from several literals, or from macros that give literals.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $($part:expr),+;)+) => {
        $(
            $(#[$doc])*
            const $name: $crate::sql::Statement = $crate::sql::Statement {
                name: concat!(module_path!(), "::", stringify!($name)),
                sql: concat!($($part),+),
            };
        )+
        /// Every statement of this file.
        pub(crate) const STATEMENTS: &[$crate::sql::Statement] = &[$($name),+];
    };
}
pub(crate) use statements;

/// Every statement of this crate.
pub fn every_statement() -> impl Iterator<Item = Statement> {
    [
        account::STATEMENTS,
        audit::STATEMENTS,
        draft::STATEMENTS,
        drift::STATEMENTS,
        environment::STATEMENTS,
        environment::list::STATEMENTS,
        environment::resource::STATEMENTS,
        environment::revision::STATEMENTS,
        environment::secret::STATEMENTS,
        history::STATEMENTS,
        image::STATEMENTS,
        installation::STATEMENTS,
        invitation::STATEMENTS,
        mirror::STATEMENTS,
        notice::STATEMENTS,
        operation::STATEMENTS,
        operation::event::STATEMENTS,
        operation::lease::STATEMENTS,
        operation::platform::STATEMENTS,
        operation::step::STATEMENTS,
        person::STATEMENTS,
        preset::STATEMENTS,
        session::STATEMENTS,
        team::STATEMENTS,
        worker::STATEMENTS,
        #[cfg(feature = "seed")]
        crate::seed::STATEMENTS,
        #[cfg(feature = "seed")]
        crate::seed::audit::STATEMENTS,
        #[cfg(feature = "seed")]
        crate::seed::environment::STATEMENTS,
        #[cfg(feature = "seed")]
        crate::seed::operation::STATEMENTS,
        #[cfg(feature = "seed")]
        crate::seed::team::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
