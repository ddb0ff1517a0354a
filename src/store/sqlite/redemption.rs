//! The redemption of a single-use key on SQLite.

use std::sync::LazyLock;

use sea_orm::{DbBackend, Statement};

use super::conditions::time_text;
use super::executor::SqliteExecutor;
use super::last_used::{second_later, whole_ms};
use crate::error::ApiKeyError;
use crate::store::last_used::is_live;
use crate::store::redemption::{Redemption, statement};

static REDEEM: LazyLock<String> = LazyLock::new(|| {
    let live = is_live("$2", whole_ms, second_later);
    statement(&live, r#"json_extract("key"."attributes", '$.purpose') = $4"#)
});

/// Ends a live key, and returns whether this call did.
pub(in crate::store) async fn redeem(
    executor: SqliteExecutor<'_>,
    redemption: Redemption<'_>,
) -> Result<bool, ApiKeyError> {
    let Redemption { id, purpose, revoked_by, now } = redemption;
    let values = [id.into(), time_text(now).into(), revoked_by.into(), purpose.into()];
    let redeem = Statement::from_sql_and_values(DbBackend::Sqlite, REDEEM.as_str(), values);
    Ok(!executor.texts(redeem).await?.is_empty())
}
