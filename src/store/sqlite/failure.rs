//! Translates the errors of SQLite's driver into errors for callers.
//!
//! Invariant: the only driver text that passes is the kind of an input or output error; it contains no URL, statement or
//! value.

use std::fmt;

use sea_orm::sqlx;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use super::codes::{self, describe};
use crate::error::ApiKeyError;
use crate::store::failure::{InsertError, UniqueColumn};

impl From<DbErr> for InsertError {
    fn from(error: DbErr) -> Self {
        violation(&error).map_or_else(|| Self::Failed(of(error)), Self::Taken)
    }
}

/// Translates the failure of a statement.
#[expect(clippy::needless_pass_by_value, reason = "the driver's error is not used afterwards")]
pub(super) fn of(error: DbErr) -> ApiKeyError {
    if let DbErr::ConnectionAcquire(reason) = &error {
        return acquire(*reason);
    }
    if let DbErr::Type(_) = &error {
        return ApiKeyError::Unexpected(
            "A row of api_key holds a date that cannot be represented.",
        );
    }
    match driver(&error) {
        Some(sqlx::Error::Database(db_error)) => from_db_error(db_error.as_ref()),
        Some(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => {
            ApiKeyError::Unexpected("A row of api_key holds a value that cannot be read.")
        }
        Some(sqlx::Error::PoolTimedOut) => acquire(ConnAcquireErr::Timeout),
        Some(sqlx::Error::PoolClosed) => acquire(ConnAcquireErr::ConnectionClosed),
        Some(sqlx::Error::Io(_)) => {
            ApiKeyError::Unavailable("the connection to the database was lost".to_owned())
        }
        _ => ApiKeyError::Database { sqlstate: None },
    }
}

/// Returns whether another connection holds a lock.
pub(super) fn is_busy(error: &DbErr) -> bool {
    matches!(driver(error), Some(sqlx::Error::Database(db_error)) if codes::is_busy(db_error.as_ref()))
}

/// Returns the error for a write that did not get the lock.
pub(super) fn locked() -> ApiKeyError {
    ApiKeyError::Refused(codes::LOCKED)
}

/// Returns the unique column whose constraint an insert violated.
fn violation(error: &DbErr) -> Option<UniqueColumn> {
    let Some(sqlx::Error::Database(db_error)) = driver(error) else { return None };
    if !db_error.is_unique_violation() {
        return None;
    }
    // SQLite reports the column only in its message.
    let names_token = db_error.message().contains("api_key.token");
    Some(if names_token { UniqueColumn::Token } else { UniqueColumn::Id })
}

/// Returns the error for a failed connection.
pub(super) fn unavailable(url: &impl fmt::Display, error: &sqlx::Error) -> ApiKeyError {
    let reason = match error {
        sqlx::Error::Io(io) => io.kind().to_string(),
        sqlx::Error::Database(db_error) => {
            describe(db_error.as_ref()).unwrap_or("rejected").to_owned()
        }
        sqlx::Error::PoolTimedOut => "timed out".to_owned(),
        _ => "the driver cannot open the file".to_owned(),
    };
    ApiKeyError::Unavailable(format!("cannot connect to {url}: {reason}"))
}

fn from_db_error(db_error: &dyn DatabaseError) -> ApiKeyError {
    let Some(description) = describe(db_error) else {
        return ApiKeyError::Database { sqlstate: None };
    };
    let missing = ["no such table", "no such column", "has no column"];
    if missing.iter().any(|text| db_error.message().contains(text)) {
        ApiKeyError::TableMissing
    } else {
        ApiKeyError::Refused(description)
    }
}

fn acquire(reason: ConnAcquireErr) -> ApiKeyError {
    match reason {
        ConnAcquireErr::Timeout => ApiKeyError::Unavailable(
            "no connection became available within pool.acquireTimeoutMs".to_owned(),
        ),
        ConnAcquireErr::ConnectionClosed => ApiKeyError::Closed,
    }
}

fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
