//! Where PostgreSQL and SQLite say the same thing differently.

use sea_orm::sea_query::extension::postgres::{PgBinOper, PgFunc};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Value};
use sea_orm::{ColumnTrait, DbBackend};

use super::entity::Column;
use super::patterns;
use crate::error::ApiKeyError;
use crate::query::{Operand, Pattern};

/// A column among values, in one bound parameter however many they are.
pub(super) fn among(backend: DbBackend, column: Column, operands: &[Operand]) -> Expr {
    match backend {
        DbBackend::Sqlite => Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [expr(column), Expr::val(json_list(operands))],
        ),
        _ => expr(column).eq(PgFunc::any(Expr::val(array(operands)))),
    }
}

/// A text column and a pattern. SQLite has no ILIKE, no case-sensitive LIKE, and
/// no text search, so that there every pattern is a regular expression.
pub(super) fn matches(
    backend: DbBackend,
    column: Column,
    pattern: &Pattern,
) -> Result<Expr, ApiKeyError> {
    let column = expr(column);
    if backend == DbBackend::Sqlite {
        let expressions = patterns::to_regexes(pattern)?;
        let all = expressions
            .into_iter()
            .map(|regex| Expr::cust_with_exprs("? REGEXP ?", [column.clone(), Expr::val(regex)]))
            .reduce(ExprTrait::and);
        // Stock 2.21.2: a text search for no word finds nothing.
        return Ok(all.unwrap_or_else(|| Expr::cust("FALSE")));
    }
    Ok(match pattern {
        Pattern::Like { pattern, ignore_case } => {
            patterns::refuse_trailing_escape(pattern)?;
            let operator = if *ignore_case { "? ILIKE ?" } else { "? LIKE ?" };
            Expr::cust_with_exprs(operator, [column, Expr::val(pattern)])
        }
        Pattern::Contains(text) => Expr::cust_with_exprs(
            "? ILIKE ?",
            [column, Expr::val(format!("%{}%", patterns::escape_like(text)))],
        ),
        Pattern::Regex { source, ignore_case } => {
            let operator =
                if *ignore_case { PgBinOper::RegexCaseInsensitive } else { PgBinOper::Regex };
            column.binary(operator, Expr::val(source))
        }
        Pattern::Words(words) => Expr::cust_with_exprs(
            "to_tsvector('simple', ?) @@ plainto_tsquery('simple', ?)",
            [column, Expr::val(words)],
        ),
    })
}

/// The table's column, qualified.
pub(super) fn expr(column: Column) -> Expr {
    Expr::col(column.as_column_ref())
}

fn array(operands: &[Operand]) -> Value {
    let kind = match operands.first() {
        Some(Operand::Time(_)) => ArrayType::ChronoDateTimeUtc,
        _ => ArrayType::String,
    };
    Value::Array(kind, Some(Box::new(operands.iter().map(value).collect())))
}

pub(super) fn value(operand: &Operand) -> Value {
    match operand {
        Operand::Text(text) => text.as_str().into(),
        Operand::Time(at) => (*at).into(),
    }
}

// Times are written as the SQLite driver writes them, so that texts compare as moments do.
fn json_list(operands: &[Operand]) -> String {
    let texts: Vec<_> = operands
        .iter()
        .map(|operand| match operand {
            Operand::Text(text) => text.clone(),
            Operand::Time(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false),
        })
        .collect();
    serde_json::Value::from(texts).to_string()
}
