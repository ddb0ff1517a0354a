//! What can go wrong with a statement on PostgreSQL.
//!
//! Invariant: of the driver's text nothing passes but a plain reason, and of that no URL, statement or value.

use std::error::Error as StdError;
use std::io;

use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::error::ApiKeyError;
use crate::store::failure::{InsertError, UniqueColumn};

/// Why a statement has no answer.
#[derive(Debug)]
pub(in crate::store) enum PgFailure {
    /// The server refused it, and it took no effect.
    Refused(Box<DbError>),
    /// The session broke. Whether the statement took effect is unknown if it was sent.
    Broken,
    /// The server did not answer in time. Whether the statement took effect is unknown.
    TimedOut,
    /// A row holds a value that cannot be read.
    Unreadable(&'static str),
    /// There is no session; nothing was sent.
    NoSession(ApiKeyError),
}

impl PgFailure {
    /// Whether the statement may have taken effect all the same.
    pub(in crate::store) fn outcome_is_unknown(&self) -> bool {
        match self {
            Self::Broken | Self::TimedOut => true,
            // The server says goodbye, perhaps while it worked on the statement.
            Self::Refused(refusal) => ends_session(refusal),
            Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// Whether the session was gone, so that another one may do better.
    pub(super) fn is_lost_session(&self) -> bool {
        match self {
            Self::Broken => true,
            Self::Refused(refusal) => ends_session(refusal),
            Self::TimedOut | Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// Whether the session is of no use afterwards.
    pub(in crate::store) fn ends_session(&self) -> bool {
        match self {
            Self::Broken | Self::TimedOut => true,
            Self::Refused(refusal) => {
                ends_session(refusal) || loses_prepared_statements(refusal.code())
            }
            Self::Unreadable(_) | Self::NoSession(_) => false,
        }
    }

    /// The same, with the right that the statement needs and its role lacks.
    pub(super) fn with_required_privilege(self, sql: &str) -> Self {
        let Self::Refused(refusal) = &self else { return self };
        if *refusal.code() != SqlState::INSUFFICIENT_PRIVILEGE {
            return self;
        }
        let verbs = ["INSERT", "UPDATE", "DELETE"];
        let verb = verbs
            .into_iter()
            .find(|verb| sql.starts_with(verb) || sql.contains(" FOR UPDATE") && *verb == "UPDATE");
        Self::NoSession(ApiKeyError::Forbidden(verb.unwrap_or("SELECT")))
    }

    /// The unique column that an insert collided with.
    pub(super) fn violation(&self) -> Option<UniqueColumn> {
        let Self::Refused(refusal) = self else { return None };
        if *refusal.code() != SqlState::UNIQUE_VIOLATION {
            return None;
        }
        let token = refusal.constraint() == Some("IDX_api_key_token_unique");
        Some(if token { UniqueColumn::Token } else { UniqueColumn::Id })
    }
}

/// Class 57P is the server's shutdown, 08 a broken connection; what is fatal ends the session in any case.
fn ends_session(refusal: &DbError) -> bool {
    let code = refusal.code().code();
    let fatal = matches!(refusal.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    fatal || code.starts_with("57P") || code.starts_with("08")
}

/// Named statements are gone or somebody else's, as happens behind a pooler that was not recognised.
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
        if let Some(refusal) = error.as_db_error() {
            return Self::Refused(Box::new(refusal.clone()));
        }
        let source = error.source();
        if error.is_closed() || source.is_some_and(|source| source.is::<io::Error>()) {
            return Self::Broken;
        }
        match source.and_then(|source| source.downcast_ref::<Unrepresentable>()) {
            Some(Unrepresentable) => Self::Unreadable(DATE),
            // A decoder's complaint has a source; what the driver itself found wrong with the protocol has none.
            None if source.is_some() => Self::Unreadable(VALUE),
            None => Self::Broken,
        }
    }
}

const DATE: &str = "A row of api_key holds a date that cannot be represented.";
const VALUE: &str = "A row of api_key holds a value that cannot be read.";

/// A moment that chrono cannot represent, such as `infinity`.
#[derive(Debug, thiserror::Error)]
#[error("a moment that cannot be represented")]
pub(in crate::store) struct Unrepresentable;

impl From<PgFailure> for ApiKeyError {
    fn from(failure: PgFailure) -> Self {
        match failure {
            PgFailure::Refused(refusal) => from_db_error(&refusal),
            PgFailure::Broken => {
                Self::Unavailable("the connection to the database broke".to_owned())
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

fn from_db_error(refusal: &DbError) -> ApiKeyError {
    match refusal.code().code() {
        "3F000" => ApiKeyError::SchemaMissing,
        "42P01" | "42703" => ApiKeyError::TableMissing,
        "2201B" => ApiKeyError::invalid("A $re filter is not a valid regular expression"),
        "26000" | "42P05" => ApiKeyError::Unavailable(
            "a pooler in transaction mode stands between and loses prepared statements; set the option `pooler` to \"transaction\"".to_owned(),
        ),
        "25006" => ApiKeyError::ReadOnly,
        // The server gave up on its own limit, which is the call's.
        "57014" => ApiKeyError::TimedOut,
        code if code.starts_with("57P") || code.starts_with("08") => {
            ApiKeyError::Unavailable("the connection to the database broke".to_owned())
        }
        code if code.starts_with("22") => ApiKeyError::invalid(format!(
            "The database cannot represent a value of this call (SQLSTATE {code})"
        )),
        code => ApiKeyError::Database { sqlstate: Some(code.to_owned()) },
    }
}

/// Why no session could be made, in words.
pub(super) fn connect_failure(error: &tokio_postgres::Error) -> String {
    if let Some(refusal) = error.as_db_error() {
        return refusal_reason(refusal);
    }
    let Some(source) = error.source() else {
        return "the server did not answer as PostgreSQL does".to_owned();
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
            "no host has a session as target_session_attrs asks for it (read-write or read-only)"
                .to_owned()
        }
        io::ErrorKind::NotFound => "the socket does not exist".to_owned(),
        // The resolver's errors have no kind of their own.
        _ if error.to_string().contains("failed to lookup address") => {
            "the host name cannot be resolved".to_owned()
        }
        kind => kind.to_string(),
    }
}

fn refusal_reason(refusal: &DbError) -> String {
    match refusal.code().code() {
        "28P01" | "28000" => "the server refused the user or the password".to_owned(),
        "3D000" => "the database does not exist".to_owned(),
        "53300" => "the server has no connection left".to_owned(),
        "57P03" => "the server is starting up or shutting down".to_owned(),
        code => format!("refused with SQLSTATE {code}"),
    }
}
