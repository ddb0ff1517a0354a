//! Translates the query tree to SQL, for keys and for linked tables.
//!
//! Invariant: a value that looks like a secret token is never bound. A server that logs bound values would log it, and
//! no column of a key contains one.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Alias, Cond, Condition, Expr, ExprTrait};

use super::backend::Backend;
use super::row::Column;
use super::{dialect, row};
use crate::columns::Access;
use crate::error::ApiKeyError;
use crate::query::{ColumnRef, Comparison, Filter, Operand, Pattern, Table};
use crate::token::{holds_secret, may_be_publishable};

/// Returns the WHERE condition of a filter on keys.
pub(super) fn condition(backend: Backend, filter: &Filter) -> Result<Condition, ApiKeyError> {
    condition_on(backend, Table::of_keys().name.as_str(), filter)
}

/// Returns the WHERE condition of a filter on the table with this alias in the statement.
pub(super) fn condition_on(
    backend: Backend,
    alias: &str,
    filter: &Filter,
) -> Result<Condition, ApiKeyError> {
    let add_all = |none: Condition, branches: &[Filter]| {
        branches.iter().try_fold(none, |joined, branch| {
            Ok::<_, ApiKeyError>(joined.add(condition_on(backend, alias, branch)?))
        })
    };
    let expr = |column: &ColumnRef| column_expr(alias, column);
    let leaf = match filter {
        Filter::All => return Ok(Cond::all()),
        Filter::And(branches) => return add_all(Cond::all(), branches),
        Filter::Or(branches) => return add_all(Cond::any(), branches),
        Filter::Not(inner) => return Ok(condition_on(backend, alias, inner)?.not()),
        Filter::Compare(column, comparison, operand) if is_kept_back(column, operand)? => {
            compared_with_secret(expr(column), *comparison)?
        }
        Filter::Compare(column, comparison, operand) => {
            compared(expr(column), *comparison, dialect::value(backend, column, operand)?)
        }
        Filter::In { column, operands } => {
            let mut bound = Vec::with_capacity(operands.len());
            for operand in operands {
                if !is_kept_back(column, operand)? {
                    bound.push(operand);
                }
            }
            // SQL does not support an empty list.
            if bound.is_empty() {
                Expr::cust("FALSE")
            } else {
                dialect::among(backend, column, expr(column), &bound)?
            }
        }
        Filter::IsNull(column) => expr(column).is_null(),
        Filter::Is(column, true) => Expr::cust_with_expr("$1 IS TRUE", expr(column)),
        Filter::Is(column, false) => Expr::cust_with_expr("$1 IS FALSE", expr(column)),
        Filter::Matches(column, pattern) => matched(backend, column, expr(column), pattern)?,
        Filter::Attribute(condition) => {
            if condition.texts().any(holds_secret) {
                return Err(secret_in_filter());
            }
            dialect::attribute(backend, condition)
        }
        Filter::Unknown => Expr::cust("NULL"),
    };
    Ok(Cond::all().add(leaf))
}

/// Returns a column of the table with this alias in the statement.
fn column_expr(alias: &str, column: &ColumnRef) -> Expr {
    match column {
        ColumnRef::Key(field) => key_column(row::column(*field)),
        ColumnRef::Linked { name, .. } => Expr::col((Alias::new(alias), Alias::new(name.as_str()))),
    }
}

/// Returns a qualified column of `api_key`.
pub(super) fn key_column(column: Column) -> Expr {
    Expr::col(column.as_column_ref())
}

/// Returns the result of comparing a column with a value that it never contains: false, or NULL if the column is NULL.
pub(super) fn never(column: Expr) -> Expr {
    column.is_null().and(Expr::cust("NULL"))
}

/// Returns whether a value must not be bound.
///
/// No column of a key contains such a value. A linked column may contain one, so a filter on it is rejected.
fn is_kept_back(column: &ColumnRef, operand: &Operand) -> Result<bool, ApiKeyError> {
    let Operand::Text(text) = operand else { return Ok(false) };
    match column {
        ColumnRef::Key(field) => {
            let is_token = field.access() == Access::Token;
            Ok(holds_secret(text) || is_token && !may_be_publishable(text))
        }
        ColumnRef::Linked { .. } => {
            if holds_secret(text) {
                Err(secret_in_filter())
            } else {
                Ok(false)
            }
        }
    }
}

fn compared_with_secret(column: Expr, comparison: Comparison) -> Result<Expr, ApiKeyError> {
    match comparison {
        Comparison::Equal => Ok(never(column)),
        Comparison::NotEqual => Ok(never(column).not()),
        Comparison::Greater
        | Comparison::GreaterOrEqual
        | Comparison::Less
        | Comparison::LessOrEqual => Err(secret_in_filter()),
    }
}

/// Returns the error for a filter whose result depends on the secret in it.
fn secret_in_filter() -> ApiKeyError {
    ApiKeyError::invalid(
        "A value of the filter looks like a secret token, which is never sent to the database; pass the key's id or redacted form",
    )
}

fn matched(
    backend: Backend,
    column: &ColumnRef,
    expr: Expr,
    pattern: &Pattern,
) -> Result<Expr, ApiKeyError> {
    if holds_secret(pattern.text()) {
        return match column {
            ColumnRef::Key(_) => Ok(never(expr)),
            ColumnRef::Linked { .. } => Err(secret_in_filter()),
        };
    }
    // PostgreSQL rejects a trailing escape only if some row makes it evaluate that part of the pattern.
    if let Pattern::Like { pattern, .. } = pattern {
        reject_trailing_escape(pattern)?;
    }
    dialect::matches(backend, expr, pattern)
}

fn reject_trailing_escape(pattern: &str) -> Result<(), ApiKeyError> {
    let backslashes = pattern.chars().rev().take_while(|character| *character == '\\').count();
    if backslashes % 2 == 0 {
        return Ok(());
    }
    Err(ApiKeyError::invalid("A $like or $ilike pattern must not end with a single backslash"))
}

fn compared(column: Expr, comparison: Comparison, value: Expr) -> Expr {
    match comparison {
        Comparison::Equal => column.eq(value),
        Comparison::NotEqual => column.ne(value),
        Comparison::Greater => column.gt(value),
        Comparison::GreaterOrEqual => column.gte(value),
        Comparison::Less => column.lt(value),
        Comparison::LessOrEqual => column.lte(value),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{Condition as Where, PostgresQueryBuilder, Query, SqliteQueryBuilder};

    use super::super::row::Entity;
    use super::*;
    use crate::input::decode;
    use crate::query::{Config, Unknown, parse_filters};

    fn bound(backend: Backend, condition: Where) -> String {
        let query = Query::select().from(Entity).cond_where(condition).to_owned();
        let (sql, values) = match backend {
            Backend::Sqlite => query.build(SqliteQueryBuilder),
            Backend::Postgres => query.build(PostgresQueryBuilder),
        };
        format!("{sql} {values:?}")
    }

    #[test]
    fn rejects_a_like_pattern_that_ends_with_a_single_backslash() {
        for pattern in [r"\", r"a\", r"\\\", r"\%\"] {
            assert!(reject_trailing_escape(pattern).is_err(), "{pattern}");
        }
        for pattern in ["", "a", r"\\", r"a\\", r"\%", r"\\\\"] {
            assert!(reject_trailing_escape(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn rejects_a_secret_in_a_condition_on_a_linked_column() {
        let secret = format!("sk_{}", "0f".repeat(32));
        for condition in ["\"_\"", r#"["a","_"]"#, r#"{"$like":"%_%"}"#, r#"{"$ne":"_"}"#] {
            let filtered = |text: &str| {
                let join = format!(
                    r#"{{"link":{{"table":"l","sourceKey":"a","targetKey":"b"}},"target":{{"table":"t","filters":{{"name":{}}}}}}}"#,
                    condition.replace('_', text)
                );
                let config = format!(r#"{{"__internal":{{"crossModuleJoins":[{join}]}}}}"#);
                let config = decode(&config).expect("decodes");
                let joins = Config::parse(&config, Unknown::Refused).expect("parses").joins;
                let filter = joins.get(0).and_then(|join| join.filter.clone()).expect("is there");
                condition_on(Backend::Postgres, "t", &filter)
                    .map(|sql| bound(Backend::Postgres, sql))
            };
            assert_eq!(filtered(&secret), Err(secret_in_filter()), "{condition}");
            assert!(filtered("Web").expect("translates").contains("Web"), "{condition}");
        }
    }

    #[test]
    fn never_binds_a_secret_of_a_filter_and_binds_other_values_a42() {
        let digits = "0f".repeat(32);
        for backend in [Backend::Sqlite, Backend::Postgres] {
            for filter in [
                r#"{"id":"sk_"}"#,
                r#"{"id":["sk_","apk_1"]}"#,
                r#"{"token":"sk_"}"#,
                r#"{"title":{"$ne":"sk_","$nin":["sk_"]}}"#,
                r#"{"title":{"$like":"%sk_%"}}"#,
                r#"{"title":{"$re":"a sk_"}}"#,
                r#"{"$not":{"title":{"$fulltext":"my sk_"}}}"#,
                r#"{"q":"sk_"}"#,
            ] {
                let sql = |text: &str| {
                    let filter = parse_filters(&decode(text).expect("decodes")).expect("parses");
                    bound(backend, condition(backend, &filter).expect("translates"))
                };
                let secret = filter.replace("sk_", &format!("sk_{digits}"));
                assert!(!sql(&secret).contains(&digits), "{secret}");
                assert!(sql(&secret.replace("sk_", "pk_")).contains(&digits), "{secret}");
            }
        }
    }
}
