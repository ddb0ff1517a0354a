//! A step of the migration.

use crate::store::backend::Backend;

/// SQL that changes the table, and the SQL that takes it back.
pub(super) struct Step {
    // NEVER CHANGE: databases have it on record.
    pub(super) name: &'static str,
    pub(super) up: fn(Backend) -> String,
    pub(super) down: fn(Backend) -> String,
}

/// One of two texts.
pub(super) fn on(backend: Backend, postgres: &str, sqlite: &str) -> String {
    match backend {
        Backend::Sqlite => sqlite.to_owned(),
        Backend::Postgres => postgres.to_owned(),
    }
}
