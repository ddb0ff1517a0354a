//! Why an insert of new keys failed.

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
