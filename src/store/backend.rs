//! Which database.

use sea_orm::DbBackend;

/// The databases that this crate works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Postgres,
    Sqlite,
}

impl Backend {
    /// The same, for SeaORM.
    pub(super) fn orm(self) -> DbBackend {
        match self {
            Self::Postgres => DbBackend::Postgres,
            Self::Sqlite => DbBackend::Sqlite,
        }
    }
}
