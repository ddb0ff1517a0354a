//! What a session may do: the facts for `ping` and for `doctor`.

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::values::Param;
use crate::error::ApiKeyError;

/// The privileges on the table that this package uses; a read needs the first, writes need the others.
const PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

// On a hot standby every transaction is read-only.
const RIGHTS: &str = "/*NO LOAD BALANCE*/ SELECT \
    pg_catalog.current_setting('transaction_read_only') = 'on', \
    (SELECT pg_catalog.array_agg(privilege) FROM pg_catalog.unnest($1) AS privilege \
    WHERE NOT pg_catalog.has_table_privilege(pg_catalog.to_regclass('api_key'), privilege))";

/// What a session may do.
pub(in crate::store) struct Rights {
    /// Whether it rejects writes.
    pub(in crate::store) read_only: bool,
    /// The privileges on the table that the role lacks; none if there is no table.
    pub(in crate::store) missing_privileges: Vec<String>,
}

impl Rights {
    /// Reads the rights of a session.
    pub(in crate::store) async fn of(executor: PgExecutor<'_>) -> Result<Self, ApiKeyError> {
        let privileges = PRIVILEGES.map(str::to_owned).to_vec();
        let rows = executor.query(RIGHTS, &[Param::texts(privileges)]).await?.rows;
        let row = rows
            .first()
            .ok_or(ApiKeyError::Unexpected("The rights of the session have no row."))?;
        let missing: Option<Vec<String>> = row.try_get(1).map_err(PgFailure::from)?;
        Ok(Self {
            read_only: row.try_get(0).map_err(PgFailure::from)?,
            missing_privileges: missing.unwrap_or_default(),
        })
    }

    /// Why a write would fail.
    pub(in crate::store) fn write_obstacle(&self) -> Option<ApiKeyError> {
        if self.read_only {
            return Some(ApiKeyError::ReadOnly);
        }
        let [_, writes @ ..] = PRIVILEGES;
        let lacks = |write: &&str| self.missing_privileges.iter().any(|missing| missing == write);
        writes.into_iter().find(lacks).map(ApiKeyError::Forbidden)
    }
}
