//! What both databases share of inserting keys whose creator must be live.
//!
//! Invariant: one statement checks the creator and inserts the keys, so none is inserted after its creator has ended.

use std::sync::LazyLock;

use sea_orm::{ActiveModelTrait, IdenStatic, Iterable, Value};

use super::failure::require_all;
use super::row::{Column, of_key};
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;

/// The names of all columns, in the order of the entity.
pub(super) static COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = Column::iter().map(|column| format!(r#""{}""#, column.as_str())).collect();
    names.join(", ")
});

/// The result of inserting keys with one statement, if their creator has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insertion {
    Done,
    /// Nothing was inserted: the creator has ended, or something else prevents it, which a transaction tells apart; or only a
    /// transaction, with its own isolation level, can read a creator that changes meanwhile; or one statement is not enough.
    NeedsTransaction,
}

impl Insertion {
    /// The result of a statement that had to insert a number of rows.
    pub(super) fn of(inserted: u64, wanted: usize) -> Result<Self, ApiKeyError> {
        if inserted == 0 {
            return Ok(Self::NeedsTransaction);
        }
        require_all(inserted, wanted).map(|()| Self::Done)
    }
}

/// The number of keys that one statement inserts at most, so that its values take little memory.
pub const ROWS_PER_INSERT: usize = 1_000;

/// Returns the statement that inserts the rows of a query with `params` parameters, unless their creator has ended. `live`
/// returns the condition that the row `key` is live at the time with the given SQL, and `lock` is the clause that locks a
/// row, if there is one. The two parameters that follow are the creator and the current time.
pub(super) fn statement(
    rows: &str,
    params: usize,
    live: impl FnOnce(&str) -> String,
    lock: &str,
) -> String {
    let live = live(&format!("${}", params + 2));
    format!(
        r#"INSERT INTO "api_key" ({}) {rows} WHERE NOT EXISTS (
  SELECT 1 FROM (SELECT {live} AS "live" FROM "api_key" AS "key" WHERE "key"."id" = ${} {lock}) AS "creator"
  WHERE NOT "creator"."live")"#,
        *COLUMNS,
        params + 1,
    )
}

/// Returns the values of the columns of a row, in the order of the entity.
pub(super) fn values(key: &ApiKey) -> impl Iterator<Item = Value> {
    let row = of_key(key);
    Column::iter().filter_map(move |column| row.get(column).into_value())
}
