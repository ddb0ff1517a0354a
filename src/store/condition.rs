//! The query tree as SQL.
//!
//! Invariant: what looks like a secret token is never bound. A server that logs the values of its statements would write
//! it down, and no column of a key holds one.

use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait};

use super::backend::Backend;
use super::dialect;
use super::row::column;
use crate::error::ApiKeyError;
use crate::query::{Comparison, Field, Filter, Operand};
use crate::token::{holds_secret, may_be_publishable};

/// The WHERE of a filter.
pub(super) fn condition(backend: Backend, filter: &Filter) -> Result<Condition, ApiKeyError> {
    Ok(match filter {
        Filter::All => Cond::all(),
        Filter::And(branches) => add_all(Cond::all(), backend, branches)?,
        Filter::Or(branches) => add_all(Cond::any(), backend, branches)?,
        Filter::Not(inner) => condition(backend, inner)?.not(),
        Filter::Compare(field, comparison, Operand::Text(text)) if is_kept_back(*field, text) => {
            Cond::all().add(compared_with_secret(dialect::expr(column(*field)), *comparison)?)
        }
        Filter::Compare(field, comparison, operand) => {
            let column = dialect::expr(column(*field));
            let value = Expr::val(dialect::value(operand));
            Cond::all().add(compared(column, *comparison, value))
        }
        Filter::In { field, operands } => {
            let kept_back = |operand: &Operand| matches!(operand, Operand::Text(text) if is_kept_back(*field, text));
            let bound: Vec<_> = operands.iter().filter(|operand| !kept_back(operand)).collect();
            Cond::all().add(dialect::among(backend, *field, &bound))
        }
        Filter::IsNull(field) => Cond::all().add(dialect::expr(column(*field)).is_null()),
        Filter::Matches(field, pattern) if holds_secret(pattern.text()) => {
            Cond::all().add(dialect::never(dialect::expr(column(*field))))
        }
        Filter::Matches(field, pattern) => {
            Cond::all().add(dialect::matches(backend, *field, pattern)?)
        }
        Filter::Unknown => Cond::all().add(Expr::cust("NULL")),
    })
}

fn is_kept_back(field: Field, text: &str) -> bool {
    holds_secret(text) || field == Field::Token && !may_be_publishable(text)
}

fn compared_with_secret(column: Expr, comparison: Comparison) -> Result<Expr, ApiKeyError> {
    match comparison {
        Comparison::Equal => Ok(dialect::never(column)),
        Comparison::NotEqual => Ok(dialect::never(column).not()),
        _ => Err(secret_in_filter()),
    }
}

/// What is wrong with a filter that cannot be answered without the secret in it.
pub(super) fn secret_in_filter() -> ApiKeyError {
    ApiKeyError::invalid(
        "A value of the filter looks like a secret token, which is never sent to the database; pass the key's id or redacted form",
    )
}

fn add_all(
    condition_so_far: Condition,
    backend: Backend,
    branches: &[Filter],
) -> Result<Condition, ApiKeyError> {
    branches
        .iter()
        .try_fold(condition_so_far, |joined, branch| Ok(joined.add(condition(backend, branch)?)))
}

/// A column beside a value.
pub(super) fn compared(column: Expr, comparison: Comparison, value: Expr) -> Expr {
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
    use crate::query::parse_filters;

    fn bound(backend: Backend, condition: Where) -> String {
        let query = Query::select().from(Entity).cond_where(condition).to_owned();
        let (sql, values) = match backend {
            Backend::Sqlite => query.build(SqliteQueryBuilder),
            Backend::Postgres => query.build(PostgresQueryBuilder),
        };
        format!("{sql} {values:?}")
    }

    #[test]
    fn a_secret_is_bound_by_no_filter_and_all_else_is() {
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
                let judged = |text: &str| {
                    let filter = parse_filters(&decode(text).expect("decodes")).expect("parses");
                    bound(backend, condition(backend, &filter).expect("translates"))
                };
                let secret = filter.replace("sk_", &format!("sk_{digits}"));
                assert!(!judged(&secret).contains(&digits), "{secret}");
                assert!(judged(&secret.replace("sk_", "pk_")).contains(&digits), "{secret}");
            }
        }
    }
}
