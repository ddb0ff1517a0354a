//! The `databaseUrl` of an SQLite database.

use crate::error::ApiKeyError;
use crate::store::settings::{DatabaseUrl, invalid_url};

/// Parses `sqlite:path`, `sqlite://path` or `sqlite::memory:`.
///
/// # Errors
/// `Option`, naming `databaseUrl`.
pub(in crate::store) fn parse(url: &str) -> Result<DatabaseUrl, ApiKeyError> {
    let rest = url.trim_start_matches("sqlite:");
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path == ":memory:" {
        return Ok(DatabaseUrl::SqliteMemory);
    }
    if path.contains('?') {
        return Err(invalid_url("an SQLite URL takes no parameters"));
    }
    if path.is_empty() || path.contains('\0') {
        return Err(invalid_url("has no file path; write sqlite:path/to/api-keys.db"));
    }
    Ok(DatabaseUrl::SqliteFile(path.to_owned()))
}
