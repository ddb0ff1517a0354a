//! Translates the driver's errors into errors for callers.
//!
//! Invariant: the only driver text that passes is the reason why a connection failed, and it contains no URL, statement
//! or value.

use std::error::Error as StdError;
use std::fmt;

use sea_orm::sqlx;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use super::sqlite;
use crate::error::ApiKeyError;

/// Why an insert of new keys failed.
#[derive(Debug, PartialEq, Eq)]
pub enum InsertError {
    /// An existing key has the same value in this column.
    Taken(UniqueColumn),
    /// The database failed.
    Failed(ApiKeyError),
}

/// A column with a unique constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueColumn {
    /// `id`
    Id,
    /// `token`
    Token,
}

impl From<ApiKeyError> for InsertError {
    fn from(error: ApiKeyError) -> Self {
        Self::Failed(error)
    }
}

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
        Some(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => {
            ApiKeyError::Unavailable("the connection to the database was lost".to_owned())
        }
        _ => ApiKeyError::Database { sqlstate: None },
    }
}

/// Returns the unique column whose constraint an insert violated.
fn violation(error: &DbErr) -> Option<UniqueColumn> {
    let Some(sqlx::Error::Database(db_error)) = driver(error) else { return None };
    if !db_error.is_unique_violation() {
        return None;
    }
    // PostgreSQL reports the constraint; SQLite reports the column in its message.
    let names_token = db_error.constraint() == Some("IDX_api_key_token_unique")
        || db_error.constraint().is_none() && db_error.message().contains("api_key.token");
    Some(if names_token { UniqueColumn::Token } else { UniqueColumn::Id })
}

/// Returns the error for a failed connection.
pub(super) fn unavailable(
    url: &impl fmt::Display,
    error: &(dyn StdError + 'static),
) -> ApiKeyError {
    let reason = match find(error) {
        Some(sqlx::Error::Io(io)) => io.kind().to_string(),
        Some(sqlx::Error::Database(db_error)) => rejection_reason(db_error.as_ref()),
        Some(sqlx::Error::Tls(tls)) => format!("encryption failed: {tls}"),
        Some(sqlx::Error::PoolTimedOut) => "timed out".to_owned(),
        Some(sqlx::Error::Configuration(_)) => {
            "the URL or the option ssl cannot be used".to_owned()
        }
        Some(_) => "the server's response is not valid PostgreSQL protocol".to_owned(),
        None => "timed out".to_owned(),
    };
    ApiKeyError::Unavailable(format!("cannot connect to {url}: {reason}"))
}

fn rejection_reason(db_error: &dyn sqlx::error::DatabaseError) -> String {
    if let Some(description) = sqlite::describe(db_error) {
        return description.to_owned();
    }
    match db_error.code().as_deref() {
        Some("28P01" | "28000") => "the server rejected the user name or the password".to_owned(),
        Some("3D000") => "the database does not exist".to_owned(),
        Some("53300") => "the server has no connection slots left".to_owned(),
        Some("57P03") => "the server is starting up or shutting down".to_owned(),
        Some(code) => format!("rejected with code {code}"),
        None => "rejected".to_owned(),
    }
}

fn from_db_error(db_error: &dyn sqlx::error::DatabaseError) -> ApiKeyError {
    if let Some(description) = sqlite::describe(db_error) {
        let mentions = |text| db_error.message().contains(text);
        return if mentions("no such table")
            || mentions("no such column")
            || mentions("has no column")
        {
            ApiKeyError::TableMissing
        } else {
            ApiKeyError::Refused(description)
        };
    }
    let code = db_error.code();
    match code.as_deref() {
        Some("3F000") => ApiKeyError::SchemaMissing,
        Some("42P01" | "42703") => ApiKeyError::TableMissing,
        Some("2201B") => ApiKeyError::invalid("A $re filter is not a valid regular expression"),
        Some(code) if code.starts_with("22") => ApiKeyError::invalid(format!(
            "The database cannot represent a value of this call (SQLSTATE {code})"
        )),
        code => ApiKeyError::Database { sqlstate: code.map(str::to_owned) },
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

fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a sqlx::Error> {
    match error.downcast_ref::<DbErr>() {
        Some(error) => driver(error),
        None => error.downcast_ref::<sqlx::Error>(),
    }
}
