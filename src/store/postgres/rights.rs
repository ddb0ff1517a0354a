//! Whether a session may write.

use super::executor::PgExecutor;
use super::failure::PgFailure;
use crate::error::ApiKeyError;

const WRITES: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

const RIGHTS: &str = "/*NO LOAD BALANCE*/ SELECT \
    pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on', \
    pg_catalog.has_table_privilege('api_key', 'INSERT'), \
    pg_catalog.has_table_privilege('api_key', 'UPDATE'), \
    pg_catalog.has_table_privilege('api_key', 'DELETE')";

/// Returns why a write of this session would fail: it is read-only, or the role lacks a privilege.
pub(in crate::store) async fn write_obstacle(
    executor: PgExecutor<'_>,
) -> Result<Option<ApiKeyError>, ApiKeyError> {
    let rows = executor.query(RIGHTS, &[]).await?.rows;
    let Some(row) = rows.first() else { return Ok(None) };
    if row.try_get(0).map_err(PgFailure::from)? {
        return Ok(Some(ApiKeyError::ReadOnly));
    }
    for (place, privilege) in (1..).zip(WRITES) {
        if !row.try_get::<_, bool>(place).map_err(PgFailure::from)? {
            return Ok(Some(ApiKeyError::Forbidden(privilege)));
        }
    }
    Ok(None)
}
