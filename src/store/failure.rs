//! Why an insert of new keys failed, and writes that the table does not let through.

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

/// The error of a write that changed fewer rows than it had to.
pub(super) const PREVENTED: ApiKeyError = ApiKeyError::Unexpected(
    "A trigger or a row security policy of the table api_key prevents this change",
);

/// Fails unless a statement has changed every row that it had to.
///
/// SECURITY: a key whose revocation was skipped would still be let in.
pub(super) fn require_all(changed: u64, wanted: usize) -> Result<(), ApiKeyError> {
    if u64::try_from(wanted) == Ok(changed) { Ok(()) } else { Err(PREVENTED) }
}
