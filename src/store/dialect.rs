//! Chooses between PostgreSQL's SQL and SQLite's.

use sea_orm::sea_query::{Condition, Expr};

use super::api_keys::Query;
use super::backend::Backend;
use super::{postgres, sqlite};
use crate::error::ApiKeyError;
use crate::query::{ColumnRef, Joins, Name, Operand, Pattern, Table};

/// Returns the SQL of a value that a column is compared with.
pub(super) fn value(
    backend: Backend,
    column: &ColumnRef,
    operand: &Operand,
) -> Result<Expr, ApiKeyError> {
    match backend {
        Backend::Postgres => Ok(postgres::conditions::value(column, operand)),
        Backend::Sqlite => sqlite::conditions::value(operand),
    }
}

/// Returns the condition that a column, whose SQL is `expr`, equals one of several values.
pub(super) fn among(
    backend: Backend,
    column: &ColumnRef,
    expr: Expr,
    operands: &[&Operand],
) -> Result<Expr, ApiKeyError> {
    match backend {
        Backend::Postgres => Ok(postgres::conditions::among(column, expr, operands)),
        Backend::Sqlite => sqlite::conditions::among(expr, operands),
    }
}

/// Returns the condition that a text column matches a pattern.
pub(super) fn matches(
    backend: Backend,
    expr: Expr,
    pattern: &Pattern,
) -> Result<Expr, ApiKeyError> {
    match backend {
        Backend::Postgres => Ok(postgres::conditions::matches(expr, pattern)),
        Backend::Sqlite => sqlite::conditions::matches(expr, pattern),
    }
}

/// Returns the conditions of joins. Rejects joins on a database without linked tables.
pub(super) fn joined(
    backend: Backend,
    joins: &Joins,
    with_deleted: bool,
) -> Result<Condition, ApiKeyError> {
    match backend {
        Backend::Postgres => postgres::joins::condition(joins, with_deleted),
        Backend::Sqlite => {
            sqlite::conditions::reject_joins(joins)?;
            Ok(Condition::all())
        }
    }
}

/// Returns the value of a linked column to sort by.
pub(super) fn linked_order_key(
    backend: Backend,
    query: &Query,
    table: &Table,
    column: &Name,
) -> Result<Expr, ApiKeyError> {
    match backend {
        Backend::Postgres => {
            Ok(postgres::joins::order_key(&query.joins, table, column, query.with_deleted))
        }
        Backend::Sqlite => Err(sqlite::conditions::no_linked_tables()),
    }
}
