//! What both databases share of inserting a key whose creator must be live.
//!
//! Invariant: one statement checks the creator and inserts the key, so no key is inserted after its creator has ended.

use std::sync::LazyLock;

use sea_orm::{ActiveModelTrait, IdenStatic, Iterable, Value};

use super::row::{Column, of_key};
use crate::api_key::ApiKey;

/// The names of all columns, in the order of the entity.
pub(super) static COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = Column::iter().map(|column| format!(r#""{}""#, column.as_str())).collect();
    names.join(", ")
});

/// Returns the statement that inserts a key unless its creator has ended. `live` returns the condition that the row `key`
/// is live at the time with the given SQL, and `lock` is the clause that locks a row, if there is one.
pub(super) fn statement(live: impl FnOnce(&str) -> String, lock: &str) -> String {
    let columns = Column::iter().count();
    let values: Vec<_> = (1..=columns).map(|number| format!("${number}")).collect();
    let (values, live) = (values.join(", "), live(&format!("${}", columns + 2)));
    format!(
        r#"INSERT INTO "api_key" ({}) SELECT {values} WHERE NOT EXISTS (
  SELECT 1 FROM (SELECT {live} AS "live" FROM "api_key" AS "key" WHERE "key"."id" = ${} {lock}) AS "creator"
  WHERE NOT "creator"."live")"#,
        *COLUMNS,
        columns + 1,
    )
}

/// Returns the values of the statement but the last, which is the current time.
pub(super) fn values(key: &ApiKey) -> impl Iterator<Item = Value> {
    let row = of_key(key);
    let values = Column::iter().filter_map(move |column| row.get(column).into_value());
    values.chain([Value::from(key.created_by.clone())])
}
