//! The supported databases.

use sea_orm::DbBackend;

/// A database that this crate supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Postgres,
    Sqlite,
}

impl Backend {
    /// Returns SeaORM's name of the database.
    pub(super) fn orm(self) -> DbBackend {
        match self {
            Self::Postgres => DbBackend::Postgres,
            Self::Sqlite => DbBackend::Sqlite,
        }
    }
}
