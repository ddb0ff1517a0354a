//! Filters and orders on other modules' tables, as correlated subqueries.

use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, IntoTableRef, Order, SelectStatement, SubQueryStatement,
    TableRef,
};

use crate::error::ApiKeyError;
use crate::query::{Bridge, Join, Joins, Name, Table};
use crate::store::backend::Backend;
use crate::store::condition::condition_on;

/// One end of a join: the alias of a table in the statement, and the column that links refer to.
struct JoinEnd {
    alias: String,
    key: Name,
}

/// Returns the condition that each filtering join of a key finds a row.
pub(in crate::store) fn condition(
    joins: &Joins,
    with_deleted: bool,
) -> Result<Condition, ApiKeyError> {
    nested_conditions(joins, None, &JoinEnd::of_keys(), with_deleted)
}

/// Returns the value that a key is sorted by: of several linked rows, the value of the first by its primary key.
// Stock 2.21.2 chooses among several rows in the same way.
pub(in crate::store) fn order_key(
    joins: &Joins,
    table: &Table,
    column: &Name,
    with_deleted: bool,
) -> Expr {
    let mut value = SelectStatement::new();
    let mut at = JoinEnd::of_keys();
    let path = joins.path(table);
    for (depth, join) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        if last && join.bridge == Bridge::Pivot && *column == join.primary_key {
            let link = step_to_link(&mut value, join, depth, &at, with_deleted);
            at = JoinEnd { alias: link, key: join.link.target_key.clone() };
            value.expr(at.key());
        } else {
            at = step(&mut value, join, depth, &at, with_deleted);
            if last {
                value.expr(at.column(column));
            }
        }
    }
    value.order_by_expr(at.key(), Order::Asc).limit(1);
    Expr::from(SubQueryStatement::SelectStatement(value))
}

/// Translates a failure for the caller who named the tables and columns.
pub(in crate::store) fn failure(joins: &Joins, error: ApiKeyError) -> ApiKeyError {
    let reason = match &error {
        ApiKeyError::TableMissing | ApiKeyError::SchemaMissing => {
            "a table or column that is named there does not exist"
        }
        ApiKeyError::Database { sqlstate: Some(code) }
            if matches!(code.as_str(), "42883" | "42804") =>
        {
            "a value or operator does not suit its column"
        }
        _ => return error,
    };
    if joins.is_empty() {
        return error;
    }
    ApiKeyError::invalid(format!("config.__internal.crossModuleJoins: {reason}"))
}

fn nested_conditions(
    joins: &Joins,
    parent: Option<usize>,
    from: &JoinEnd,
    with_deleted: bool,
) -> Result<Condition, ApiKeyError> {
    joins.filtering(parent).try_fold(Condition::all(), |all, (index, join)| {
        Ok(all.add(exists(joins, index, join, from, with_deleted)?))
    })
}

fn exists(
    joins: &Joins,
    index: usize,
    join: &Join,
    from: &JoinEnd,
    with_deleted: bool,
) -> Result<Expr, ApiKeyError> {
    let mut rows = SelectStatement::new();
    rows.expr(Expr::cust("1"));
    let has_nested_filters = joins.filtering(Some(index)).next().is_some();
    match &join.link_filter {
        // Stock 2.21.2: a filter on a target's id alone also matches links to targets that no longer exist.
        Some(filter) if join.bridge == Bridge::Pivot && !has_nested_filters => {
            let link = step_to_link(&mut rows, join, index, from, with_deleted);
            rows.cond_where(condition_on(Backend::Postgres, &link, filter)?);
        }
        _ => {
            let target = step(&mut rows, join, index, from, with_deleted);
            if let Some(filter) = &join.filter {
                rows.cond_where(condition_on(Backend::Postgres, &target.alias, filter)?);
            }
            rows.cond_where(nested_conditions(joins, Some(index), &target, with_deleted)?);
        }
    }
    Ok(Expr::exists(rows))
}

/// Adds a join's target to a subquery.
fn step(
    rows: &mut SelectStatement,
    join: &Join,
    number: usize,
    from: &JoinEnd,
    with_deleted: bool,
) -> JoinEnd {
    let target = JoinEnd { alias: format!("linked_{number}"), key: join.primary_key.clone() };
    let linked = match join.bridge {
        Bridge::Pivot => {
            let link = step_to_link(rows, join, number, from, with_deleted);
            column(&link, &join.link.target_key).eq(target.key())
        }
        Bridge::Target => target.column(&join.link.source_key).eq(from.key()),
        Bridge::Source => target.key().eq(from.column(&join.link.target_key)),
    };
    add_table(rows, &join.target, &target.alias, with_deleted).and_where(linked);
    target
}

/// Adds the link table of a join to a subquery.
fn step_to_link(
    rows: &mut SelectStatement,
    join: &Join,
    number: usize,
    from: &JoinEnd,
    with_deleted: bool,
) -> String {
    let alias = format!("link_{number}");
    add_table(rows, &join.link.table, &alias, with_deleted)
        .and_where(column(&alias, &join.link.source_key).eq(from.key()));
    alias
}

fn add_table<'a>(
    rows: &'a mut SelectStatement,
    table: &Table,
    alias: &str,
    with_deleted: bool,
) -> &'a mut SelectStatement {
    rows.from_as(table_ref(table), Alias::new(alias));
    if !with_deleted {
        rows.and_where(column(alias, &Name::deleted_at()).is_null());
    }
    rows
}

impl JoinEnd {
    fn of_keys() -> Self {
        Self { alias: Table::of_keys().name.as_str().to_owned(), key: Name::id() }
    }

    fn key(&self) -> Expr {
        self.column(&self.key)
    }

    fn column(&self, name: &Name) -> Expr {
        column(&self.alias, name)
    }
}

fn column(alias: &str, name: &Name) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(name.as_str())))
}

// A table without a schema is resolved on the search path, like `api_key`.
fn table_ref(table: &Table) -> TableRef {
    let name = Alias::new(table.name.as_str());
    match &table.schema {
        Some(schema) => (Alias::new(schema.as_str()), name).into_table_ref(),
        None => name.into_table_ref(),
    }
}
