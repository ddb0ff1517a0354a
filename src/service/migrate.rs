//! migrate

use super::ApiKeyService;
use crate::error::ApiKeyError;

impl ApiKeyService {
    /// Creates or updates the table and returns the names of the applied steps.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn migrate(&self) -> Result<Vec<String>, ApiKeyError> {
        self.database.migrate().await
    }

    /// Rolls back the named steps, or all, and returns their names. Keeps the table and its keys.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn roll_back(&self, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
        self.database.roll_back(names).await
    }

    /// The time limit of a call.
    #[must_use]
    pub fn call_timeout(&self) -> std::time::Duration {
        self.database.call_timeout()
    }

    /// Adapts an error to the environment: in Medusa the advice differs.
    #[must_use]
    pub fn worded(&self, error: ApiKeyError) -> ApiKeyError {
        match error {
            ApiKeyError::Closed if !self.database.is_closed() => ApiKeyError::Unavailable(
                "the SQLite file was replaced while the call waited for a connection; call again"
                    .to_owned(),
            ),
            ApiKeyError::TableMissing if self.in_medusa => ApiKeyError::TableMissingInMedusa,
            other => other,
        }
    }
}
