//! Where PostgreSQL and SQLite say the same thing differently.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::extension::postgres::{PgBinOper, PgFunc};
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Value};

use super::backend::Backend;
use super::patterns;
use super::row::Column;
use super::row::column;
use crate::error::ApiKeyError;
use crate::query::{Field, FieldKind, Operand, Pattern};

/// A column among values, in one bound parameter however many they are.
pub(super) fn among(backend: Backend, field: Field, operands: &[&Operand]) -> Expr {
    let column = column(field);
    match backend {
        Backend::Sqlite => Expr::cust_with_exprs(
            "? IN (SELECT value FROM json_each(?))",
            [expr(column), Expr::val(json_list(operands))],
        ),
        Backend::Postgres => expr(column).eq(PgFunc::any(Expr::val(array(field.kind(), operands)))),
    }
}

/// False, and unknown where a column is empty: what comparing it with a value that it never holds comes to.
pub(super) fn never(column: Expr) -> Expr {
    column.is_null().and(Expr::cust("NULL"))
}

/// A text column and a pattern. SQLite has no ILIKE, no case-sensitive LIKE, and
/// no text search, so that there every pattern is a regular expression.
pub(super) fn matches(
    backend: Backend,
    field: Field,
    pattern: &Pattern,
) -> Result<Expr, ApiKeyError> {
    let column = expr(column(field));
    if backend == Backend::Sqlite {
        let expressions = patterns::to_regexes(pattern)?;
        let all = expressions
            .into_iter()
            .map(|regex| Expr::cust_with_exprs("? REGEXP ?", [column.clone(), Expr::val(regex)]))
            .reduce(ExprTrait::and);
        // As in PostgreSQL, a search for no word is false, and unknown where there is no text.
        return Ok(all.unwrap_or_else(|| never(column)));
    }
    Ok(match pattern {
        Pattern::Like { pattern, ignore_case } => {
            patterns::refuse_trailing_escape(pattern)?;
            let operator = if *ignore_case { "$1 ILIKE $2" } else { "$1 LIKE $2" };
            Expr::cust_with_exprs(operator, [column, Expr::val(pattern)])
        }
        Pattern::Contains(text) => Expr::cust_with_exprs(
            "$1 ILIKE $2",
            [column, Expr::val(format!("%{}%", patterns::escape_like(text)))],
        ),
        Pattern::Regex { source, ignore_case } => {
            let operator =
                if *ignore_case { PgBinOper::RegexCaseInsensitive } else { PgBinOper::Regex };
            column.binary(operator, Expr::val(source))
        }
        Pattern::Words(words) => Expr::cust_with_exprs(
            "to_tsvector('simple', $1) @@ plainto_tsquery('simple', $2)",
            [column, Expr::val(words)],
        ),
    })
}

/// The table's column, qualified.
pub(super) fn expr(column: Column) -> Expr {
    Expr::col(column.as_column_ref())
}

fn array(kind: FieldKind, operands: &[&Operand]) -> Value {
    let kind = match kind {
        FieldKind::Time => ArrayType::ChronoDateTimeUtc,
        FieldKind::Text => ArrayType::String,
    };
    Value::Array(kind, Some(Box::new(operands.iter().map(|operand| value(operand)).collect())))
}

pub(super) fn value(operand: &Operand) -> Value {
    match operand {
        Operand::Text(text) => text.as_str().into(),
        Operand::Time(at) => (*at).into(),
    }
}

// Times are written as the SQLite driver writes them, so that texts compare as moments do.
fn json_list(operands: &[&Operand]) -> String {
    let texts: Vec<_> = operands
        .iter()
        .map(|operand| match operand {
            Operand::Text(text) => text.clone(),
            Operand::Time(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false),
        })
        .collect();
    serde_json::Value::from(texts).to_string()
}
