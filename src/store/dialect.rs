//! Chooses between PostgreSQL's statements and SQLite's.

use std::time::Duration;

use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use super::api_keys::Query;
use super::backend::Backend;
use super::cascade::{Ended, Ending};
use super::diagnosis::DatabaseFacts;
use super::failure::InsertError;
use super::last_used::UsesWritten;
use super::live_creator::Insertion;
use super::migration::{Change, TableSql};
use super::redemption::Redemption;
use super::settings::DatabaseSettings;
use super::transaction::{Connection, Executor};
use super::{postgres, sqlite};
use crate::api_key::{ApiKey, PublicApiKey};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::{AttributeCondition, ColumnRef, Joins, Name, Operand, Pattern, Table};

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

/// Returns the condition that an indexed column equals one of several strings, at most a thousand or two.
pub(super) fn among_texts(backend: Backend, expr: Expr, texts: Vec<String>) -> Expr {
    match backend {
        // Each value is bound by itself: PostgreSQL underestimates an array of unknown length, and may then compare every
        // row with each element.
        Backend::Postgres => expr.is_in(texts),
        Backend::Sqlite => sqlite::conditions::among_texts(expr, texts),
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

/// Returns the condition that a key is not soft-deleted.
pub(super) fn undeleted(backend: Backend, deleted_at: Expr) -> Expr {
    match backend {
        Backend::Postgres => deleted_at.is_null(),
        Backend::Sqlite => sqlite::conditions::undeleted(deleted_at),
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

/// Translates the failure of a query for the caller who named the tables of its joins.
pub(super) fn join_failure(backend: Backend, joins: &Joins, error: ApiKeyError) -> ApiKeyError {
    match backend {
        Backend::Postgres => postgres::joins::failure(joins, error),
        // Joins were rejected before.
        Backend::Sqlite => error,
    }
}

/// Inserts new keys, and returns their number.
pub(super) async fn insert(on: &Connection<'_>, keys: &[ApiKey]) -> Result<u64, InsertError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::insert(executor, keys).await,
        Executor::Sqlite(executor) => sqlite::insert(executor, keys).await,
    }
}

/// Inserts keys of one creator with one statement, unless that is a key that has ended.
pub(super) async fn insert_by_live_creator(
    on: &Connection<'_>,
    keys: &[ApiKey],
    now: Timestamp,
) -> Result<Insertion, InsertError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::insert_by_live_creator(executor, keys, now).await,
        Executor::Sqlite(executor) => sqlite::insert_by_live_creator(executor, keys, now).await,
    }
}

/// Ends keys, and what they created if that is asked for, and returns the keys that it ended. Until the transaction ends,
/// none of them creates another one. `None` if other writers create keys too fast: roll back, and repeat it alone.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn end(on: &Connection<'_>, ending: &Ending<'_>) -> Result<Option<Ended>, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::cascade::end(executor, ending).await,
        // The transaction has locked the file.
        Executor::Sqlite(executor) => sqlite::cascade::end(executor, ending).await.map(Some),
    }
}

/// Returns the keys that [`end`] would end, as they are.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn would_end(
    on: &Connection<'_>,
    ending: &Ending<'_>,
) -> Result<Vec<PublicApiKey>, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::cascade::would_end(executor, ending).await,
        Executor::Sqlite(executor) => sqlite::cascade::would_end(executor, ending).await,
    }
}

/// Returns whether a transaction failed because it and another one waited for each other.
#[must_use]
pub fn is_deadlock(error: &ApiKeyError) -> bool {
    // On SQLite, transactions that write take turns.
    postgres::cascade::is_deadlock(error)
}

/// Keeps other transactions from adding keys by their tokens until this one ends.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn lock_declarations(on: &Connection<'_>) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::advisory_locks::lock_declarations(executor).await,
        // The transaction has locked the file.
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Keeps other transactions from creating single-use keys with the same hashes of owner and purpose until this one ends.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn lock_single_use(on: &Connection<'_>, hashes: &[i64]) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => {
            postgres::advisory_locks::lock_single_use(executor, hashes).await
        }
        // The transaction has locked the file.
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Ends a live single-use key, and returns whether this call did.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn redeem(on: &Connection<'_>, redemption: Redemption<'_>) -> Result<bool, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::redeem(executor, redemption).await,
        Executor::Sqlite(executor) => sqlite::redeem(executor, redemption).await,
    }
}

/// Writes the last use of keys, given by their ids.
///
/// # Errors
/// `Database` or `Unavailable`; nothing was written.
pub async fn set_last_used(
    on: &Connection<'_>,
    uses: &[(String, Timestamp)],
) -> Result<UsesWritten, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::set_last_used(executor, uses).await,
        Executor::Sqlite(executor) => sqlite::set_last_used(executor, uses).await,
    }
}

/// Returns the facts that the database knows about itself and the table of keys.
pub(super) async fn facts(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<DatabaseFacts, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::diagnosis::facts(executor, settings).await,
        Executor::Sqlite(executor) => sqlite::diagnosis::facts(executor, settings).await,
    }
}

/// Returns what the databases write differently in the table's definition.
pub(super) fn table(backend: Backend) -> TableSql {
    match backend {
        Backend::Postgres => postgres::migration::TABLE,
        Backend::Sqlite => sqlite::migration::TABLE,
    }
}

/// Returns the change that adds a nullable column of strings.
pub(super) fn text_column(backend: Backend, column: &str) -> Change {
    match backend {
        Backend::Postgres => postgres::migration::text_column(column),
        Backend::Sqlite => sqlite::migration::text_column(column),
    }
}

/// Returns the SQL of the id and the type of a key's owner, as its index contains them.
pub(super) fn owner(backend: Backend) -> [&'static str; 2] {
    match backend {
        Backend::Postgres => postgres::attributes::OWNER,
        Backend::Sqlite => sqlite::attributes::OWNER,
    }
}

/// Returns the condition on an attribute that the key has.
pub(super) fn attribute(backend: Backend, condition: &AttributeCondition) -> Expr {
    match backend {
        Backend::Postgres => postgres::attributes::condition(condition),
        Backend::Sqlite => sqlite::attributes::condition(condition),
    }
}

/// Returns the step `notify`.
pub(super) fn notify(backend: Backend) -> Change {
    match backend {
        Backend::Postgres => postgres::migration::notify::change(),
        Backend::Sqlite => Change::default(),
    }
}

/// Returns the step `change_feed`. SQLite needs no triggers: its `data_version` reports every change.
pub(super) fn change_feed(backend: Backend) -> Change {
    match backend {
        Backend::Postgres => postgres::migration::change_feed::change(),
        Backend::Sqlite => Change::default(),
    }
}

/// Returns the SQL of the current time, in seconds since 1970.
pub(super) fn epoch_seconds(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => postgres::migration::NOW,
        Backend::Sqlite => sqlite::migration::NOW,
    }
}

/// Selects the schema that contains the table until the transaction ends, if it exists.
pub(super) async fn enter_schema(on: &Connection<'_>) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::migration::enter_schema(executor).await,
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Keeps other processes from migrating until the transaction ends.
pub(super) async fn lock(on: &Connection<'_>, max_wait: Duration) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::migration::lock(executor, max_wait).await,
        // The transaction has locked the file.
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Creates the schema that Medusa is configured with if it does not exist.
pub(super) async fn create_schema(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => {
            postgres::migration::create_schema(executor, settings).await
        }
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Returns whether the database has everything that is not part of a migration step.
pub(super) async fn is_set_up(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<bool, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::migration::is_set_up(executor, settings).await,
        Executor::Sqlite(_) => Ok(true),
    }
}

/// Adds what is not part of a migration step, after the steps.
pub(super) async fn set_up(
    on: &Connection<'_>,
    settings: &DatabaseSettings,
) -> Result<(), ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::migration::set_up(executor, settings).await,
        Executor::Sqlite(_) => Ok(()),
    }
}

/// Returns whether the table is complete, for a role that may not read the migration records.
pub(super) async fn is_complete(on: &Connection<'_>) -> Result<bool, ApiKeyError> {
    match on.executor() {
        Executor::Postgres(executor) => postgres::migration::is_complete(executor).await,
        // SQLite has no privileges.
        Executor::Sqlite(_) => Ok(false),
    }
}

/// Returns whether an error is a missing privilege.
pub(super) fn lacks_privilege(backend: Backend, error: &ApiKeyError) -> bool {
    match backend {
        Backend::Postgres => postgres::migration::lacks_privilege(error),
        Backend::Sqlite => false,
    }
}
