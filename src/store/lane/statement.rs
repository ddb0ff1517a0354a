//! The statements that a lane sends, built once.

use std::sync::{Arc, LazyLock};

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, PostgresQueryBuilder, SelectStatement, UnionType};
use sea_orm::sqlx;
use sea_orm::sqlx::AssertSqlSafe;
use sea_orm::sqlx::postgres::{PgConnection, PgRow};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QueryTrait, Select,
};

use super::question::{Batch, Labels};
use crate::api_key::ApiKey;
use crate::error::ApiKeyError;
use crate::store::entity::{Column, Entity, Model};
use crate::store::{failure, row};

/// The undeleted secret keys with one of the digests `$1`, or without a digest and with one of the redacted forms `$2`.
static CANDIDATES: LazyLock<Arc<str>> = LazyLock::new(|| {
    let secret =
        || Entity::find().filter(Column::DeletedAt.is_null()).filter(Column::Kind.eq("secret"));
    let exact = secret().filter(among(Column::TokenDigest, 1));
    let alike = secret().filter(Column::TokenDigest.is_null()).filter(among(Column::Redacted, 2));
    // Two reads of an index each, where an OR would make the planner choose.
    let mut both = select(exact);
    both.union(UnionType::All, select(alike));
    text(&both)
});

/// The undeleted publishable keys with one of the tokens `$1`.
static PUBLISHABLE: LazyLock<Arc<str>> = LazyLock::new(|| {
    let publishable =
        Entity::find().filter(Column::DeletedAt.is_null()).filter(Column::Kind.eq("publishable"));
    text(&select(publishable.filter(among(Column::Token, 1))))
});

pub(super) type Row = (Labels, Result<Arc<ApiKey>, ApiKeyError>);

/// Reads what a batch asks for, by id.
pub(super) async fn read(
    connection: &mut PgConnection,
    batch: Batch,
) -> Result<Vec<Row>, sqlx::Error> {
    let mut rows = Vec::new();
    if !batch.digests.is_empty() {
        let candidates = sqlx::query(AssertSqlSafe(Arc::clone(&CANDIDATES)));
        rows =
            candidates.bind(batch.digests).bind(batch.redacted).fetch_all(&mut *connection).await?;
    }
    if !batch.tokens.is_empty() {
        let publishable = sqlx::query(AssertSqlSafe(Arc::clone(&PUBLISHABLE)));
        rows.extend(publishable.bind(batch.tokens).fetch_all(connection).await?);
    }
    let mut keys = rows.into_iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    keys.sort_by(|(_, one), (_, other)| id_of(one).cmp(&id_of(other)));
    Ok(keys)
}

fn decode(row: PgRow) -> Result<Row, sqlx::Error> {
    use sea_orm::sqlx::Row as _;
    let labels = Labels {
        token: row.try_get("token")?,
        token_digest: row.try_get("token_digest")?,
        redacted: row.try_get("redacted")?,
    };
    let row = QueryResult::from(row);
    // The row is not the only one of the batch: what is wrong with it is its own callers' failure.
    let model = Model::from_query_result(&row, "").map_err(failure::of);
    let key = model.and_then(row::to_key).map(Arc::new);
    Ok((labels, key))
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
