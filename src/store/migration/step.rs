//! A migration step.

use crate::store::backend::Backend;

/// A reversible change of the table.
pub(super) struct Step {
    // NEVER CHANGE: existing databases record this name.
    pub(super) name: &'static str,
    change: Change,
}

enum Change {
    /// A nullable column of strings.
    TextColumn(&'static str),
    /// The SQL of a change, and the SQL that reverts it.
    Sql { up: fn(Backend) -> String, down: fn(Backend) -> String },
}

impl Step {
    /// Creates a step that adds a nullable column of strings.
    pub(super) const fn text_column(name: &'static str, column: &'static str) -> Self {
        Self { name, change: Change::TextColumn(column) }
    }

    /// Creates a step from SQL.
    pub(super) const fn sql(
        name: &'static str,
        up: fn(Backend) -> String,
        down: fn(Backend) -> String,
    ) -> Self {
        Self { name, change: Change::Sql { up, down } }
    }

    pub(super) fn up(&self, backend: Backend) -> String {
        match self.change {
            Change::TextColumn(column) => add_text_column(column, backend),
            Change::Sql { up, .. } => up(backend),
        }
    }

    pub(super) fn down(&self, backend: Backend) -> String {
        match self.change {
            Change::TextColumn(column) => drop_column(column, backend),
            Change::Sql { down, .. } => down(backend),
        }
    }
}

/// Returns the SQL that adds a nullable column of strings.
///
/// SQLite lacks IF NOT EXISTS here, but each step runs only once there.
pub(super) fn add_text_column(column: &str, backend: Backend) -> String {
    let condition = on(backend, "IF NOT EXISTS ", "");
    format!(r#"ALTER TABLE "api_key" ADD COLUMN {condition}"{column}" text NULL;"#)
}

/// Returns the SQL that drops a column.
pub(super) fn drop_column(column: &str, backend: Backend) -> String {
    let (table, column_if) = (on(backend, "IF EXISTS ", ""), on(backend, "IF EXISTS ", ""));
    format!(r#"ALTER TABLE {table}"api_key" DROP COLUMN {column_if}"{column}";"#)
}

/// Returns the SQL for a database.
pub(super) fn on(backend: Backend, postgres: &str, sqlite: &str) -> String {
    match backend {
        Backend::Sqlite => sqlite.to_owned(),
        Backend::Postgres => postgres.to_owned(),
    }
}
