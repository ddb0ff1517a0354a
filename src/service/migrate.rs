//! migrate

use super::ApiKeyService;
use crate::error::ApiKeyError;

impl ApiKeyService {
    /// Creates the table or brings it up to date, and names the steps that this took.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn migrate(&self) -> Result<Vec<String>, ApiKeyError> {
        self.database.migrate().await
    }

    /// Takes steps back, those named or every one, and names them. The table stays, with its keys.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn roll_back(&self, names: Option<&[String]>) -> Result<Vec<String>, ApiKeyError> {
        self.database.roll_back(names).await
    }

    /// How long a call may take.
    #[must_use]
    pub fn call_timeout(&self) -> std::time::Duration {
        self.database.call_timeout()
    }

    /// A failure in the words of the place where the service works: what is to be done differs in Medusa.
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
