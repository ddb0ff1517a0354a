//! The redemption of a single-use key on PostgreSQL.

use std::sync::LazyLock;

use super::executor::PgExecutor;
use super::last_used::{second_later, whole_ms};
use super::values::Param;
use crate::error::ApiKeyError;
use crate::store::last_used::is_live;
use crate::store::redemption::{Redemption, statement};

static REDEEM: LazyLock<String> = LazyLock::new(|| {
    let live = is_live("$2", whole_ms, second_later);
    statement(&live, r#"("key"."attributes"::jsonb ->> 'purpose') = $4"#)
});

/// Ends a live key, and returns whether this call did.
pub(in crate::store) async fn redeem(
    executor: PgExecutor<'_>,
    redemption: Redemption<'_>,
) -> Result<bool, ApiKeyError> {
    let Redemption { id, purpose, revoked_by, now } = redemption;
    let params =
        [Param::text(id), Param::time(now), Param::text_or_null(revoked_by), Param::text(purpose)];
    Ok(!executor.query(&REDEEM, &params).await?.rows.is_empty())
}
