//! Conditions on the columns of another module's table, of which only the names are known.
//!
//! The driver binds values with a type, and a text is not compared with a moment. So a text is made a value of the
//! column's type first, by way of the table's row type: PostgreSQL knows what its columns hold.
//! See docs/adr/0019.

use sea_orm::sea_query::{Alias, Cond, Condition, Expr, ExprTrait};
use serde_json::{Map, Value, json};

use super::column;
use crate::error::ApiKeyError;
use crate::query::{Contents, LinkedFilter, Name, Table};
use crate::store::condition::{compared, secret_in_filter};
use crate::store::patterns;
use crate::token::holds_secret;

/// The WHERE of a filter on a table that goes by that alias.
pub(super) fn condition(
    alias: &str,
    table: &Table,
    filter: &LinkedFilter,
) -> Result<Condition, ApiKeyError> {
    let add_all = |joined: Condition, branches: &[LinkedFilter]| {
        branches.iter().try_fold(joined, |joined, branch| {
            Ok::<_, ApiKeyError>(joined.add(condition(alias, table, branch)?))
        })
    };
    Ok(match filter {
        LinkedFilter::All => Cond::all(),
        LinkedFilter::And(branches) => add_all(Cond::all(), branches)?,
        LinkedFilter::Or(branches) => add_all(Cond::any(), branches)?,
        leaf => Cond::all().add(expression(alias, table, leaf)?),
    })
}

fn expression(alias: &str, table: &Table, leaf: &LinkedFilter) -> Result<Expr, ApiKeyError> {
    let of = |name: &Name| column(alias, name);
    let texts: Vec<&str> = match leaf {
        LinkedFilter::Compare(_, _, _, text) | LinkedFilter::Like { pattern: text, .. } => {
            vec![text]
        }
        LinkedFilter::In { values, .. } => values.iter().flatten().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if texts.into_iter().any(holds_secret) {
        return Err(secret_in_filter());
    }
    Ok(match leaf {
        LinkedFilter::Compare(name, comparison, contents, text) => {
            compared(of(name), *comparison, value(table, name, *contents, text))
        }
        LinkedFilter::In { column: name, contents, values, negated } => {
            let among = among(of(name), table, name, *contents, values);
            if *negated { among.not() } else { among }
        }
        LinkedFilter::Like { column: name, pattern, ignore_case } => {
            patterns::refuse_trailing_escape(pattern)?;
            let operator = if *ignore_case { "$1 ILIKE $2" } else { "$1 LIKE $2" };
            Expr::cust_with_exprs(operator, [of(name), Expr::val(pattern)])
        }
        LinkedFilter::IsNull(name, true) => of(name).is_null(),
        LinkedFilter::IsNull(name, false) => of(name).is_not_null(),
        LinkedFilter::Is(name, true) => Expr::cust_with_exprs("$1 IS TRUE", [of(name)]),
        LinkedFilter::Is(name, false) => Expr::cust_with_exprs("$1 IS FALSE", [of(name)]),
        LinkedFilter::Nothing => Expr::cust("FALSE"),
        _ => Expr::cust("NULL"),
    })
}

fn value(table: &Table, name: &Name, contents: Contents, text: &str) -> Expr {
    match contents {
        Contents::Text => Expr::cust_with_exprs(
            "(jsonb_populate_record(NULL::$1, $2::jsonb)).$3",
            [row_type(table), Expr::val(row(name, Some(text)).to_string()), unqualified(name)],
        ),
        Contents::Number => Expr::cust_with_exprs("$1::numeric", [Expr::val(text)]),
        Contents::Bool => Expr::cust_with_exprs("$1::boolean", [Expr::val(text)]),
    }
}

/// In one bound parameter however many values there are.
fn among(
    column: Expr,
    table: &Table,
    name: &Name,
    contents: Contents,
    values: &[Option<String>],
) -> Expr {
    let array = || {
        let items: Vec<_> = values.iter().map(|value| value.as_deref().unwrap_or("NULL")).collect();
        Expr::val(format!("{{{}}}", items.join(",")))
    };
    match contents {
        Contents::Text => {
            let rows: Vec<_> = values.iter().map(|value| row(name, value.as_deref())).collect();
            Expr::cust_with_exprs(
                "$1 IN (SELECT linked_values.$2 FROM jsonb_populate_recordset(NULL::$3, $4::jsonb) AS linked_values)",
                [
                    column,
                    unqualified(name),
                    row_type(table),
                    Expr::val(Value::from(rows).to_string()),
                ],
            )
        }
        Contents::Number => Expr::cust_with_exprs("$1 = ANY($2::numeric[])", [column, array()]),
        Contents::Bool => Expr::cust_with_exprs("$1 = ANY($2::boolean[])", [column, array()]),
    }
}

fn row(name: &Name, value: Option<&str>) -> Value {
    Value::Object(Map::from_iter([(name.as_str().to_owned(), json!(value))]))
}

// A table's rows are of a type that is called like the table.
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
