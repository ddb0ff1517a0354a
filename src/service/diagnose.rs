//! diagnose

use super::ApiKeyService;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::store::Diagnosis;

impl ApiKeyService {
    /// Gathers facts about the database and its table of keys. Only reads.
    ///
    /// # Errors
    /// `Unavailable` or `Database`.
    pub async fn diagnose(&self, now: Timestamp) -> Result<Diagnosis, ApiKeyError> {
        self.database.diagnose(now).await
    }
}
