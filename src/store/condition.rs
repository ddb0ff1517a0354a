//! The query tree as SQL.

use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait};

use super::backend::Backend;
use super::dialect;
use super::row::column;
use crate::error::ApiKeyError;
use crate::query::{Comparison, Filter};

/// The WHERE of a filter.
pub(super) fn condition(backend: Backend, filter: &Filter) -> Result<Condition, ApiKeyError> {
    Ok(match filter {
        Filter::All => Cond::all(),
        Filter::And(branches) => add_all(Cond::all(), backend, branches)?,
        Filter::Or(branches) => add_all(Cond::any(), backend, branches)?,
        Filter::Not(inner) => condition(backend, inner)?.not(),
        Filter::Compare(field, comparison, operand) => {
            let column = dialect::expr(column(*field));
            let value = Expr::val(dialect::value(operand));
            Cond::all().add(compared(column, *comparison, value))
        }
        Filter::In { field, operands } => {
            Cond::all().add(dialect::among(backend, *field, operands))
        }
        Filter::IsNull(field) => Cond::all().add(dialect::expr(column(*field)).is_null()),
        Filter::Matches(field, pattern) => {
            Cond::all().add(dialect::matches(backend, *field, pattern)?)
        }
        Filter::Unknown => Cond::all().add(Expr::cust("NULL")),
    })
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
