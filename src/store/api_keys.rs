//! The statements on `api_key`.

use sea_orm::sea_query::{Condition, Expr, LockBehavior, LockType, NullOrdering};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query,
};

use super::condition::{condition, key_column};
use super::failure::{InsertError, require_all};
use super::live_creator::ROWS_PER_INSERT;
use super::row::{Column, Entity};
use super::transaction::Connection;
use super::{dialect, row};
use crate::api_key::{ApiKey, ApiKeyType, Revocation};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::query::{ColumnRef, Direction, Filter, Joins, Nulls, OrderBy};
use crate::token::TokenHash;

/// A read of keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The filter that the keys must match.
    pub filter: Filter,
    /// Whether soft-deleted keys are included.
    pub with_deleted: bool,
    /// The sort order.
    pub order: Vec<OrderBy>,
    /// Filters and orders on other modules' tables.
    pub joins: Joins,
    /// The maximum number of keys.
    pub take: Option<u64>,
    /// The number of keys to skip.
    pub skip: Option<u64>,
}

impl Query {
    /// A query for the keys that match a filter and are not soft-deleted, ordered by id.
    #[must_use]
    pub fn visible(filter: Filter) -> Self {
        Self {
            filter,
            with_deleted: false,
            order: vec![OrderBy::ID],
            joins: Joins::default(),
            take: None,
            skip: None,
        }
    }

    /// A query for the keys that match a filter, including soft-deleted ones, ordered by id.
    #[must_use]
    pub fn every(filter: Filter) -> Self {
        Self { with_deleted: true, ..Self::visible(filter) }
    }
}

/// Returns the keys that match a query.
///
/// # Errors
/// `Invalid` for a value that the database cannot compare, `Database` or `Unavailable`.
pub async fn find(on: &Connection<'_>, query: &Query) -> Result<Vec<ApiKey>, ApiKeyError> {
    let found = rows(on, select(on, query)?).await;
    found.map_err(|error| dialect::join_failure(on.backend(), &query.joins, error))
}

/// Returns the keys that match a query and locks their rows until the transaction ends.
///
/// # Errors
/// As [`find`].
pub async fn find_for_update(
    on: &Connection<'_>,
    query: &Query,
) -> Result<Vec<ApiKey>, ApiKeyError> {
    rows(on, select(on, query)?.lock_exclusive()).await
}

/// Returns the keys that match a query and locks their rows until the transaction ends, except those that another
/// transaction holds locked.
///
/// # Errors
/// As [`find`].
pub async fn find_free_for_update(
    on: &Connection<'_>,
    query: &Query,
) -> Result<Vec<ApiKey>, ApiKeyError> {
    rows(on, select(on, query)?.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked))
        .await
}

/// Counts the keys that match a query's filter, ignoring `take` and `skip`.
///
/// # Errors
/// As [`find`].
pub async fn count(on: &Connection<'_>, query: &Query) -> Result<u64, ApiKeyError> {
    let rows = Entity::find().select_only().column_as(Column::Id.count(), "count");
    let counted = on.number(rows.filter(scope(on, query)?).build(on.backend().orm())).await;
    let counted =
        counted.map_err(|error| dialect::join_failure(on.backend(), &query.joins, error))?;
    Ok(counted.unsigned_abs())
}

/// Inserts new keys.
///
/// # Errors
/// `Taken` if an existing key has the same id or token, otherwise `Failed` with `Database` or `Unavailable`.
pub async fn insert(on: &Connection<'_>, keys: &[ApiKey]) -> Result<(), InsertError> {
    for chunk in keys.chunks(ROWS_PER_INSERT) {
        require_all(dialect::insert(on, chunk).await?, chunk.len())?;
    }
    Ok(())
}

/// Sets the title of keys.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn set_title(
    on: &Connection<'_>,
    ids: &[String],
    title: &str,
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let values = [(Column::Title, Expr::val(title)), (Column::UpdatedAt, Expr::val(now))];
    update(on, ids, values).await
}

/// Sets the title, the attributes and `updated_at` of keys to those of a key, and the seal of their hashes.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn set_title_and_attributes(
    on: &Connection<'_>,
    ids: &[String],
    to: &ApiKey,
) -> Result<(), ApiKeyError> {
    let attributes = to.attributes.as_ref().and_then(|attributes| attributes.to_column());
    let values = [
        (Column::Title, Expr::val(to.title.as_str())),
        (Column::Attributes, Expr::val(attributes)),
        (Column::UpdatedAt, Expr::val(to.updated_at)),
        (Column::Token, sealed(to)),
    ];
    update(on, ids, values).await
}

/// Returns the SQL of a key's hash, with or without the seal.
fn sealed(key: &ApiKey) -> Expr {
    let token = key_column(Column::Token);
    if key.kind == ApiKeyType::Publishable {
        return token;
    }
    let seal = TokenHash::SEAL;
    let start = seal.len() + 1;
    // SECURITY: both parts of the SQL are constants of this crate.
    let unsealed = format!(
        r#"CASE WHEN "token" LIKE '{seal}%' THEN substr("token", {start}) ELSE "token" END"#
    );
    Expr::cust(if key.restricted { format!("'{seal}' || {unsealed}") } else { unsealed })
}

/// Revokes keys.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn set_revoked(
    on: &Connection<'_>,
    ids: &[String],
    revocation: &Revocation,
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let values = [
        (Column::RevokedBy, Expr::val(revocation.revoked_by.clone())),
        (Column::RevokedAt, Expr::val(revocation.revoked_at)),
        (Column::UpdatedAt, Expr::val(now)),
    ];
    if revocation.revoked_at > now {
        return update(on, ids, values).await;
    }
    let digest = Expr::cust(r#"'!' || "token_digest""#);
    let [by, at, updated] = values;
    update(on, ids, [by, at, updated, (Column::TokenDigest, digest)]).await
}

/// Soft-deletes keys: only queries with `with_deleted` return them.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn soft_delete(
    on: &Connection<'_>,
    ids: &[String],
    now: Timestamp,
    updated_at: Timestamp,
) -> Result<(), ApiKeyError> {
    let values = [(Column::DeletedAt, Expr::val(now)), (Column::UpdatedAt, Expr::val(updated_at))];
    update(on, ids, values).await
}

/// Restores soft-deleted keys.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn restore(
    on: &Connection<'_>,
    ids: &[String],
    now: Timestamp,
) -> Result<(), ApiKeyError> {
    let values =
        [(Column::DeletedAt, Expr::val(None::<Timestamp>)), (Column::UpdatedAt, Expr::val(now))];
    update(on, ids, values).await
}

/// Deletes keys permanently, including soft-deleted ones, and returns the ids of the deleted rows.
///
/// # Errors
/// `Database` or `Unavailable`.
pub async fn delete(on: &Connection<'_>, ids: Vec<String>) -> Result<Vec<String>, ApiKeyError> {
    let statement = sea_query::Query::delete()
        .from_table(Entity)
        .cond_where(condition(on.backend(), &Filter::ids(ids))?)
        .returning_col(Column::Id)
        .to_owned();
    on.texts(on.backend().orm().build(&statement)).await
}

/// Updates keys that the transaction has locked.
async fn update<const N: usize>(
    on: &Connection<'_>,
    ids: &[String],
    values: [(Column, Expr); N],
) -> Result<(), ApiKeyError> {
    let mut statement =
        Entity::update_many().filter(condition(on.backend(), &Filter::ids(ids.iter().cloned()))?);
    for (column, value) in values {
        statement = statement.col_expr(column, value);
    }
    require_all(on.execute(statement.build(on.backend().orm())).await?, ids.len())
}

fn scope(on: &Connection<'_>, query: &Query) -> Result<Condition, ApiKeyError> {
    let joined = dialect::joined(on.backend(), &query.joins, query.with_deleted)?;
    let matching = Condition::all().add(condition(on.backend(), &query.filter)?).add(joined);
    Ok(if query.with_deleted {
        matching
    } else {
        matching.add(dialect::undeleted(on.backend(), key_column(Column::DeletedAt)))
    })
}

pub(super) fn select(on: &Connection<'_>, query: &Query) -> Result<Select<Entity>, ApiKeyError> {
    // SQLite does not support OFFSET without LIMIT.
    let take = query.take.or_else(|| query.skip.map(|_| u64::from(u32::MAX)));
    let mut select = Entity::find().filter(scope(on, query)?).limit(take).offset(query.skip);
    for by in &query.order {
        let order = match by.direction {
            Direction::Ascending => Order::Asc,
            Direction::Descending => Order::Desc,
        };
        let nulls = match by.nulls {
            Nulls::First => NullOrdering::First,
            Nulls::Last => NullOrdering::Last,
        };
        let key = match &by.column {
            ColumnRef::Key(field) => key_column(row::column(*field)),
            ColumnRef::Linked { table, name } => {
                dialect::linked_order_key(on.backend(), query, table, name)?
            }
        };
        select = select.order_by_with_nulls(key, order, nulls);
    }
    Ok(select)
}

async fn rows(on: &Connection<'_>, select: Select<Entity>) -> Result<Vec<ApiKey>, ApiKeyError> {
    on.models(select).await?.into_iter().map(row::to_key).collect()
}
