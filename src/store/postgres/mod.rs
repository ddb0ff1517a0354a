//! PostgreSQL: URLs, the driver, sessions, pool and transactions, SQL conditions, and joins.

pub(super) mod change_listener;
pub(super) mod conditions;
mod drive;
mod executor;
mod failure;
mod hosts;
pub(super) mod joins;
mod model;
mod parameters;
mod parts;
mod passfile;
mod percent;
mod pool;
mod process;
pub(super) mod read_batcher;
mod server;
mod session;
mod session_settings;
mod sslmode;
mod startup;
#[cfg(test)]
mod tests;
mod tls;
mod transaction;
mod transaction_id;
mod url;
mod values;
mod verifier;
mod waker;

use crate::error::ApiKeyError;

pub(super) use executor::{PgExecutor, parts};
pub(super) use failure::PgFailure;
pub(super) use model::{at, model};
pub(super) use pool::PgPool;
pub use read_batcher::ReadBatcherStatus;
pub(super) use server::PostgresServer;
pub(super) use session::Session;
pub(super) use transaction::PgTransaction;
pub(super) use url::PostgresUrl;
pub(super) use values::Param;

/// Returns the error for an invalid `databaseUrl`.
///
/// SECURITY: `problem` contains no part of the URL except names that this crate knows: any other part may belong to the
/// password.
fn invalid_url(problem: impl Into<String>) -> ApiKeyError {
    ApiKeyError::Option { option: "databaseUrl".to_owned(), problem: problem.into() }
}
