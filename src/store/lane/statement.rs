//! The statements that a lane sends, built once.

use std::sync::{Arc, LazyLock};

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, PostgresQueryBuilder, SelectStatement, UnionType};
use sea_orm::sqlx;
use sea_orm::sqlx::AssertSqlSafe;
use sea_orm::sqlx::postgres::{PgConnection, PgRow};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryResult, QueryTrait, Select};

use super::question::{Batch, Label};
use crate::api_key::{ApiKey, ApiKeyType};
use crate::error::ApiKeyError;
use crate::store::entity::{Column, Entity};
use crate::store::lookup::undigested;
use crate::store::{failure, row};

/// The keys with one of the digests `$1`, and the secret ones without a digest and with one of the redacted forms `$2`.
static CANDIDATES: LazyLock<Arc<str>> = LazyLock::new(|| {
    let exact = Entity::find().filter(among(Column::TokenDigest, 1));
    let alike = Entity::find().filter(undigested(among(Column::Redacted, 2)));
    // Two reads of an index each, where an OR would make the planner choose.
    let mut both = select(exact);
    both.union(UnionType::All, select(alike));
    text(&both)
});

/// The keys with one of the tokens `$1`.
static PUBLISHABLE: LazyLock<Arc<str>> =
    LazyLock::new(|| text(&select(Entity::find().filter(among(Column::Token, 1)))));

pub(super) type Row = (Label, Result<Arc<ApiKey>, ApiKeyError>);

/// Reads what a batch asks for, by id.
pub(super) async fn read(
    connection: &mut PgConnection,
    batch: Batch<'_>,
) -> Result<Vec<Row>, sqlx::Error> {
    let mut keys = Vec::new();
    if !batch.digests.is_empty() {
        let candidates = sqlx::query(AssertSqlSafe(Arc::clone(&CANDIDATES)))
            .bind(batch.digests)
            .bind(batch.redacted);
        decode(candidates.fetch_all(&mut *connection).await?, ApiKeyType::Secret, &mut keys)?;
    }
    if !batch.tokens.is_empty() {
        let publishable = sqlx::query(AssertSqlSafe(Arc::clone(&PUBLISHABLE))).bind(batch.tokens);
        decode(publishable.fetch_all(connection).await?, ApiKeyType::Publishable, &mut keys)?;
    }
    keys.sort_by(|(_, one), (_, other)| id_of(one).cmp(&id_of(other)));
    Ok(keys)
}

/// Adds the undeleted rows of a type.
fn decode(rows: Vec<PgRow>, kind: ApiKeyType, keys: &mut Vec<Row>) -> Result<(), sqlx::Error> {
    use sea_orm::sqlx::{Row as _, ValueRef as _};
    for row in rows {
        if row.try_get::<&str, _>(Column::Kind as usize)? != kind.as_str()
            || !row.try_get_raw(Column::DeletedAt as usize)?.is_null()
        {
            continue;
        }
        let label = match (kind, row.try_get(Column::TokenDigest as usize)?) {
            (ApiKeyType::Publishable, _) => Label::Token(row.try_get(Column::Token as usize)?),
            (ApiKeyType::Secret, Some(digest)) => Label::Digest(digest),
            (ApiKeyType::Secret, None) => Label::Redacted(row.try_get(Column::Redacted as usize)?),
        };
        let row = QueryResult::from(row);
        // The row is not the only one of the batch: what is wrong with it is its own callers' failure.
        let model = row::by_position(&row).map_err(failure::of);
        keys.push((label, model.and_then(row::to_key).map(Arc::new)));
    }
    Ok(())
}

fn id_of(key: &Result<Arc<ApiKey>, ApiKeyError>) -> Option<&str> {
    key.as_ref().ok().map(|key| key.id.as_str())
}

fn among(column: Column, parameter: u8) -> Expr {
    Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::cust(format!("${parameter}"))))
}

fn select(select: Select<Entity>) -> SelectStatement {
    select.into_query()
}

fn text(statement: &SelectStatement) -> Arc<str> {
    statement.to_string(PostgresQueryBuilder).into()
}
