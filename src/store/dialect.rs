//! Chooses between PostgreSQL's SQL and SQLite's.

use sea_orm::sea_query::Expr;

use super::backend::Backend;
use super::{postgres, sqlite};
use crate::error::ApiKeyError;
use crate::query::{ColumnRef, Joins, Operand, Pattern};

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

/// Rejects joins on a database without linked tables.
pub(super) fn reject_joins(backend: Backend, joins: &Joins) -> Result<(), ApiKeyError> {
    match backend {
        Backend::Postgres => Ok(()),
        Backend::Sqlite => sqlite::conditions::reject_joins(joins),
    }
}
