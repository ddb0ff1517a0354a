//! SQL conditions for SQLite.

use sea_orm::sea_query::{Expr, ExprTrait};

use super::patterns;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::{Joins, Operand, Pattern};
use crate::store::condition::never;

/// Returns the SQL of a value that a column is compared with.
pub(in crate::store) fn value(operand: &Operand) -> Result<Expr, ApiKeyError> {
    match operand {
        Operand::Text(text) => Ok(Expr::val(text)),
        Operand::Time(at) => Ok(Expr::val(*at)),
        Operand::Number(_) | Operand::Bool(_) => Err(no_linked_tables()),
    }
}

/// Returns the condition that a column equals one of several values, in one bound parameter for any number of values.
pub(in crate::store) fn among(expr: Expr, operands: &[&Operand]) -> Result<Expr, ApiKeyError> {
    let texts: Vec<_> = operands.iter().map(|operand| text(operand)).collect::<Result<_, _>>()?;
    Ok(among_texts(expr, texts))
}

/// Returns the same condition for strings. The driver keeps each statement that it has prepared, so the statement must not
/// depend on their number.
pub(in crate::store) fn among_texts(expr: Expr, texts: Vec<String>) -> Expr {
    let list = serde_json::Value::from(texts).to_string();
    Expr::cust_with_exprs("? IN (SELECT value FROM json_each(?))", [expr, Expr::val(list)])
}

/// Returns the condition that a text column matches a pattern.
///
/// Every pattern becomes a regular expression because SQLite lacks ILIKE, case-sensitive LIKE and text search.
pub(in crate::store) fn matches(expr: Expr, pattern: &Pattern) -> Result<Expr, ApiKeyError> {
    let all = patterns::to_regexes(pattern)?
        .into_iter()
        .map(|regex| Expr::cust_with_exprs("? REGEXP ?", [expr.clone(), Expr::val(regex)]))
        .reduce(ExprTrait::and);
    // As in PostgreSQL, a search for no words is false, or NULL if the column is NULL.
    Ok(all.unwrap_or_else(|| never(expr)))
}

/// Returns the condition that a key is not soft-deleted.
pub(in crate::store) fn undeleted(deleted_at: Expr) -> Expr {
    Expr::cust_with_exprs(mostly("? IS NULL"), [deleted_at])
}

/// Returns a condition with the hint that most rows match it.
///
/// Without the hint SQLite assumes that about ten rows match, and reads all keys through the index on the condition's
/// column instead of a few keys by their ids.
pub(super) fn mostly(condition: &str) -> String {
    format!("likelihood({condition}, 0.95)")
}

/// Rejects joins: SQLite has no tables of Medusa's other modules.
pub(in crate::store) fn reject_joins(joins: &Joins) -> Result<(), ApiKeyError> {
    if joins.is_empty() { Ok(()) } else { Err(no_linked_tables()) }
}

fn text(operand: &Operand) -> Result<String, ApiKeyError> {
    match operand {
        Operand::Text(text) => Ok(text.clone()),
        Operand::Time(at) => Ok(time_text(*at)),
        Operand::Number(_) | Operand::Bool(_) => Err(no_linked_tables()),
    }
}

/// Formats a time like the SQLite driver, so that comparing the strings compares the times.
pub(super) fn time_text(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
}

pub(in crate::store) fn no_linked_tables() -> ApiKeyError {
    ApiKeyError::invalid(
        "Filters and orders on linked modules need PostgreSQL: config.__internal.crossModuleJoins",
    )
}
