//! Inserts new keys on PostgreSQL, also when the outcome of an attempt is unknown.

use std::sync::LazyLock;
use std::time::Duration;

use sea_orm::Iterable;
use tokio::time::{Instant, sleep};

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::values::Param;
use crate::api_key::ApiKey;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::failure::InsertError;
use crate::store::live_creator::{COLUMNS, values};
use crate::store::row::Column;

/// The delay between attempts to repeat an insert with an unknown outcome.
const PAUSE: Duration = Duration::from_millis(50);

/// Counts the keys with one of the ids `$1` and one of the tokens `$2`.
const WRITTEN: &str = "/*NO LOAD BALANCE*/ SELECT pg_catalog.count(*) FROM api_key WHERE id = ANY($1) AND token = ANY($2)";

/// A statement that inserts keys, for one and for many.
pub(super) struct Insert {
    /// With one value for each column.
    one: String,
    /// With an array for each column, so that one prepared statement serves any number of keys. Planning it costs more.
    many: String,
}

impl Insert {
    /// Makes a statement of the query that selects the rows, whose parameters are the first ones.
    pub(super) fn new(statement: impl Fn(&str) -> String) -> Self {
        let select = |value: &str| {
            let values = (1..=Column::iter().count()).map(|n| value.replace("{n}", &n.to_string()));
            statement(&format!("SELECT {}", values.collect::<Vec<_>>().join(", ")))
        };
        Self { one: select("${n}"), many: select("pg_catalog.unnest(${n})") }
    }

    /// Inserts keys, with the values of the parameters that follow those of the rows, and returns the number of inserted
    /// rows.
    pub(super) async fn execute(
        &self,
        executor: PgExecutor<'_>,
        keys: &[ApiKey],
        more: impl IntoIterator<Item = Param>,
    ) -> Result<u64, InsertError> {
        let (sql, mut params) = match keys {
            [key] => (&self.one, values(key).map(Param::of).collect::<Result<Vec<_>, _>>()?),
            _ => (&self.many, columns(keys)?),
        };
        params.extend(more);
        execute(executor, sql, &params, keys).await
    }
}

/// Returns the values of each column as an array.
fn columns(keys: &[ApiKey]) -> Result<Vec<Param>, PgFailure> {
    let mut columns = vec![Vec::with_capacity(keys.len()); Column::iter().count()];
    for key in keys {
        for (column, value) in columns.iter_mut().zip(values(key)) {
            column.push(value);
        }
    }
    columns.into_iter().map(Param::array).collect()
}

static INSERT: LazyLock<Insert> =
    LazyLock::new(|| Insert::new(|rows| format!(r#"INSERT INTO "api_key" ({}) {rows}"#, *COLUMNS)));

/// Inserts new keys.
pub(in crate::store) async fn insert(
    executor: PgExecutor<'_>,
    keys: &[ApiKey],
) -> Result<u64, InsertError> {
    INSERT.execute(executor, keys, []).await
}

/// Inserts new keys with a statement, repeats it if its outcome is unknown, and returns the number of inserted rows.
///
/// Repeating is safe: the second insert waits for the first one, and collides with it if that was committed.
async fn execute(
    executor: PgExecutor<'_>,
    sql: &str,
    params: &[Param],
    keys: &[ApiKey],
) -> Result<u64, InsertError> {
    let all = i64::try_from(keys.len()).ok();
    let texts = |text: fn(&ApiKey) -> &str| {
        Param::texts(keys.iter().map(|key| text(key).to_owned()).collect())
    };
    let ours = [texts(|key| key.id.as_str()), texts(|key| key.token.token_column())];
    let mut maybe_written = false;
    let inserted = loop {
        let failure = match executor.query(sql, params).await {
            // An earlier attempt may have inserted the key before its creator ended.
            Ok(done) if maybe_written && done.rows_affected == 0 => {
                deadline::committing();
                match count(executor, &ours).await {
                    Ok(written) => break written.unwrap_or_default().unsigned_abs(),
                    Err(failure) => failure,
                }
            }
            Ok(done) => break done.rows_affected,
            Err(failure) => failure,
        };
        if maybe_written {
            deadline::committing();
        }
        match failure.violation() {
            Some(_) if maybe_written => match count(executor, &ours).await {
                Ok(written) if written == all => break written.unwrap_or_default().unsigned_abs(),
                Ok(_) => {
                    deadline::decided();
                    return Err(failure.into());
                }
                // The next iteration checks again.
                Err(_) => {}
            },
            Some(_) => return Err(failure.into()),
            None if executor.is_in_transaction() => return Err(failure.into()),
            None if !maybe_written && !failure.outcome_is_unknown() => return Err(failure.into()),
            None => {}
        }
        maybe_written = true;
        deadline::committing();
        if Instant::now() + PAUSE >= deadline::end() {
            return Err(ApiKeyError::OutcomeUnknown.into());
        }
        sleep(PAUSE).await;
    };
    deadline::decided();
    Ok(inserted)
}

async fn count(executor: PgExecutor<'_>, ours: &[Param]) -> Result<Option<i64>, PgFailure> {
    let rows = executor.query(WRITTEN, ours).await?.rows;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}
