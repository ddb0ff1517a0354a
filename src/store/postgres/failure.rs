//! Errors of statements on PostgreSQL.
//!
//! Invariant: the only driver text that passes is a plain reason, and it contains no URL, statement or value.

use std::error::Error as StdError;
use std::io;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::error::ApiKeyError;
use crate::store::failure::{InsertError, UniqueColumn};

/// Why a statement failed.
#[derive(Debug)]
pub(in crate::store) enum PgFailure {
    /// The server rejected the statement, which had no effect.
    Rejected(Box<DbError>),
    /// The session was lost. If the statement was sent, its outcome is unknown.
    Broken,
    /// The server did not respond in time. The outcome of the statement is unknown.
    TimedOut,
    /// A row contains a value that cannot be decoded.
    Unreadable(&'static str),
    /// No session was available; nothing was sent.
    NoSession(ApiKeyError),
}

impl PgFailure {
    /// Returns whether the statement may have taken effect.
    pub(super) fn outcome_is_unknown(&self) -> bool {
        match self {
            Self::Broken | Self::TimedOut => true,
            // The server terminates the session, possibly while running the statement.
            Self::Rejected(db_error) => ends_session(db_error),
            Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// Returns whether the session was lost, so that a retry on another one may succeed.
    pub(super) fn is_lost_session(&self) -> bool {
        match self {
            Self::Broken => true,
            Self::Rejected(db_error) => ends_session(db_error),
            Self::TimedOut | Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// Returns whether the session is unusable afterwards.
    pub(super) fn ends_session(&self) -> bool {
        match self {
            Self::Broken | Self::TimedOut => true,
            Self::Rejected(db_error) => {
                let code = db_error.code();
                // A new session may be one that may write: the server or its settings may have changed.
                let is_read_only = *code == SqlState::READ_ONLY_SQL_TRANSACTION;
                ends_session(db_error) || loses_prepared_statements(code) || is_read_only
            }
            Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// Adds the privilege that the role lacks for the statement.
    pub(super) fn with_required_privilege(self, sql: &str) -> Self {
        let Self::Rejected(db_error) = &self else { return self };
        if *db_error.code() != SqlState::INSUFFICIENT_PRIVILEGE {
            return self;
        }
        let privilege = match sql {
            // The creator is locked.
            _ if sql.starts_with("INSERT") && sql.contains("UPDATE") => "INSERT or UPDATE",
            _ if sql.starts_with("INSERT") => "INSERT",
            _ if sql.contains("UPDATE") => "UPDATE",
            _ if sql.starts_with("DELETE") => "DELETE",
            _ => "SELECT",
        };
        Self::NoSession(ApiKeyError::Forbidden(privilege))
    }

    /// Returns the unique column whose constraint an insert violated.
    pub(super) fn violation(&self) -> Option<UniqueColumn> {
        let Self::Rejected(db_error) = self else { return None };
        if *db_error.code() != SqlState::UNIQUE_VIOLATION {
            return None;
        }
        let token = db_error.constraint() == Some("IDX_api_key_token_unique");
        Some(if token { UniqueColumn::Token } else { UniqueColumn::Id })
    }
}

/// Returns whether an error ends the session: class 57P (server shutdown), class 08 (connection lost), or a fatal
/// severity.
fn ends_session(db_error: &DbError) -> bool {
    let code = db_error.code().code();
    let fatal = matches!(db_error.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    fatal || code.starts_with("57P") || code.starts_with("08")
}

/// Returns whether the session lost its named statements, or sees those of another client, as behind an undetected
/// pooler.
fn loses_prepared_statements(code: &SqlState) -> bool {
    [
        SqlState::INVALID_SQL_STATEMENT_NAME,
        SqlState::DUPLICATE_PSTATEMENT,
        SqlState::FEATURE_NOT_SUPPORTED,
    ]
    .contains(code)
}

impl From<tokio_postgres::Error> for PgFailure {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(db_error) = error.as_db_error() {
            return Self::Rejected(Box::new(db_error.clone()));
        }
        let source = error.source();
        if error.is_closed() || source.is_some_and(|source| source.is::<io::Error>()) {
            return Self::Broken;
        }
        match source.and_then(|source| source.downcast_ref::<Unrepresentable>()) {
            Some(Unrepresentable) => Self::Unreadable(DATE),
            // A decoding error has a source; a protocol error that the driver detects has none.
            None if source.is_some() => Self::Unreadable(VALUE),
            None => Self::Broken,
        }
    }
}

const DATE: &str = "A row of api_key holds a date that cannot be represented.";
const VALUE: &str = "A row of api_key holds a value that cannot be read.";

/// A timestamp that chrono cannot represent, such as `infinity`.
#[derive(Debug, thiserror::Error)]
#[error("a timestamp that cannot be represented")]
pub(super) struct Unrepresentable;

impl From<PgFailure> for ApiKeyError {
    fn from(failure: PgFailure) -> Self {
        match failure {
            PgFailure::Rejected(db_error) => from_db_error(&db_error),
            PgFailure::Broken => {
                Self::Unavailable("the connection to the database was lost".to_owned())
            }
            PgFailure::TimedOut => Self::TimedOut,
            PgFailure::Unreadable(what) => Self::Unexpected(what),
            PgFailure::NoSession(error) => error,
        }
    }
}

impl From<PgFailure> for InsertError {
    fn from(failure: PgFailure) -> Self {
        failure.violation().map_or_else(|| Self::Failed(failure.into()), Self::Taken)
    }
}

fn from_db_error(db_error: &DbError) -> ApiKeyError {
    match db_error.code().code() {
        "3F000" => ApiKeyError::SchemaMissing,
        "42P01" | "42703" => ApiKeyError::TableMissing,
        "2201B" => ApiKeyError::invalid("A $re filter is not a valid regular expression"),
        "26000" | "42P05" => ApiKeyError::Unavailable(
            "a pooler in transaction mode lost a prepared statement; set the option `pooler` to \"transaction\"".to_owned(),
        ),
        "25006" => ApiKeyError::ReadOnly,
        // The server's statement timeout, which equals the call's time limit.
        "57014" => ApiKeyError::TimedOut,
        code if code.starts_with("57P") || code.starts_with("08") => {
            ApiKeyError::Unavailable("the connection to the database was lost".to_owned())
        }
        code if code.starts_with("22") => ApiKeyError::invalid(format!(
            "The database cannot represent a value of this call (SQLSTATE {code})"
        )),
        code => ApiKeyError::Database { sqlstate: Some(code.to_owned()) },
    }
}

/// Returns the reason why no session could be opened.
pub(super) fn connect_failure(error: &tokio_postgres::Error) -> String {
    if let Some(db_error) = error.as_db_error() {
        return rejection_reason(db_error);
    }
    let Some(source) = error.source() else {
        return "the server's response is not valid PostgreSQL protocol".to_owned();
    };
    match source.downcast_ref::<io::Error>() {
        Some(io) => io_reason(io),
        None if error.to_string().starts_with("error performing TLS handshake") => {
            format!("encryption failed: {source}")
        }
        None => "the URL or the option ssl cannot be used".to_owned(),
    }
}

fn io_reason(error: &io::Error) -> String {
    if let Some(tls) = error.get_ref().filter(|inner| inner.is::<rustls::Error>()) {
        return format!("encryption failed: {tls}");
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "the connection was refused: no server listens at this address".to_owned()
        }
        io::ErrorKind::TimedOut => "timed out".to_owned(),
        io::ErrorKind::PermissionDenied if error.get_ref().is_some() => {
            "no host provides the session that target_session_attrs requires (read-write or read-only)"
                .to_owned()
        }
        io::ErrorKind::NotFound => "the socket does not exist".to_owned(),
        // The resolver's errors have no specific kind.
        _ if error.to_string().contains("failed to lookup address") => {
            "the host name cannot be resolved".to_owned()
        }
        kind => kind.to_string(),
    }
}

fn rejection_reason(db_error: &DbError) -> String {
    match db_error.code().code() {
        "28P01" | "28000" => "the server rejected the user name or the password".to_owned(),
        "3D000" => "the database does not exist".to_owned(),
        "53300" => "the server has no connection slots left".to_owned(),
        "57P03" => "the server is starting up or shutting down".to_owned(),
        code => format!("rejected with SQLSTATE {code}"),
    }
}
