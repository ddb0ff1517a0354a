//! SQL conditions for PostgreSQL.
//!
//! The driver binds typed values, and a string is not comparable with a timestamp. The type of a linked column is
//! unknown here, so the statement first converts the string to that type, using the table's row type. See
//! docs/adr/0019.

use sea_orm::sea_query::extension::postgres::{PgBinOper, PgFunc};
use sea_orm::sea_query::{Alias, ArrayType, Expr, ExprTrait, Value};
use serde_json::{Value as Json, json};

use crate::query::{ColumnRef, Name, Operand, Pattern, Table};

/// Returns the SQL of a value that a column is compared with.
pub(in crate::store) fn value(column: &ColumnRef, operand: &Operand) -> Expr {
    match (column, operand) {
        (ColumnRef::Linked { table, name }, Operand::Text(text)) => Expr::cust_with_exprs(
            "(jsonb_populate_record(NULL::$1, $2::jsonb)).$3",
            [row_type(table), Expr::val(row(name, text).to_string()), unqualified(name)],
        ),
        (_, Operand::Text(text)) => Expr::val(text),
        (_, Operand::Time(at)) => Expr::val(*at),
        (_, Operand::Number(number)) => Expr::cust_with_exprs("$1::numeric", [Expr::val(number)]),
        (_, Operand::Bool(value)) => Expr::val(*value),
    }
}

/// Returns the condition that a column equals one of several values of one type, in one bound parameter for any number
/// of values.
pub(in crate::store) fn among(column: &ColumnRef, expr: Expr, operands: &[&Operand]) -> Expr {
    match (column, operands.first()) {
        (_, Some(Operand::Number(_))) => {
            Expr::cust_with_exprs("$1 = ANY($2::numeric[])", [expr, array(operands)])
        }
        (_, Some(Operand::Bool(_))) => {
            Expr::cust_with_exprs("$1 = ANY($2::boolean[])", [expr, array(operands)])
        }
        (ColumnRef::Key(_), _) => expr.eq(PgFunc::any(array(operands))),
        (ColumnRef::Linked { table, name }, _) => {
            let rows: Json = operands.iter().map(|operand| row(name, &text(operand))).collect();
            Expr::cust_with_exprs(
                "$1 IN (SELECT linked_values.$2 FROM jsonb_populate_recordset(NULL::$3, $4::jsonb) AS linked_values)",
                [expr, unqualified(name), row_type(table), Expr::val(rows.to_string())],
            )
        }
    }
}

/// Returns the condition that a text column matches a pattern.
pub(in crate::store) fn matches(expr: Expr, pattern: &Pattern) -> Expr {
    match pattern {
        Pattern::Like { pattern, ignore_case } => {
            let operator = if *ignore_case { "$1 ILIKE $2" } else { "$1 LIKE $2" };
            Expr::cust_with_exprs(operator, [expr, Expr::val(pattern)])
        }
        Pattern::Contains(text) => Expr::cust_with_exprs(
            "$1 ILIKE $2",
            [expr, Expr::val(format!("%{}%", escape_like(text)))],
        ),
        Pattern::Regex { source, ignore_case } => {
            let operator =
                if *ignore_case { PgBinOper::RegexCaseInsensitive } else { PgBinOper::Regex };
            expr.binary(operator, Expr::val(source))
        }
        Pattern::Words(words) => Expr::cust_with_exprs(
            "to_tsvector('simple', $1) @@ plainto_tsquery('simple', $2)",
            [expr, Expr::val(words)],
        ),
    }
}

/// Returns the LIKE pattern that matches exactly this string.
pub(in crate::store) fn escape_like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

fn array(operands: &[&Operand]) -> Expr {
    let kind = match operands.first() {
        Some(Operand::Time(_)) => ArrayType::ChronoDateTimeUtc,
        Some(Operand::Text(_) | Operand::Number(_) | Operand::Bool(_)) | None => ArrayType::String,
    };
    let values = operands.iter().map(|operand| match operand {
        Operand::Time(at) => (*at).into(),
        other => text(other).into(),
    });
    Expr::val(Value::Array(kind, Some(Box::new(values.collect()))))
}

fn text(operand: &Operand) -> String {
    match operand {
        Operand::Text(text) | Operand::Number(text) => text.clone(),
        Operand::Time(at) => at.to_rfc3339(),
        Operand::Bool(value) => value.to_string(),
    }
}

fn row(name: &Name, value: &str) -> Json {
    json!({ name.as_str(): value })
}

// The row type of a table has the table's name.
fn row_type(table: &Table) -> Expr {
    let name = Alias::new(table.name.as_str());
    match &table.schema {
        Some(schema) => Expr::col((Alias::new(schema.as_str()), name)),
        None => Expr::col(name),
    }
}

fn unqualified(name: &Name) -> Expr {
    Expr::col(Alias::new(name.as_str()))
}
