//! The statements of the read batcher, built once.

use std::sync::{Arc, LazyLock};

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, PostgresQueryBuilder, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, EntityTrait, Iterable as _, QueryFilter, QueryTrait, Select};
use tokio_postgres::Row as PgRow;

use super::batch::{Batch, Label};
use crate::api_key::{ApiKey, ApiKeyType};
use crate::error::ApiKeyError;
use crate::store::lookup::undigested;
use crate::store::postgres::{Param, PgFailure, PostgresServer, at, model};
use crate::store::row;
use crate::store::row::{Column, Entity};
use crate::token::TokenDigest;

/// The position of the column that reports whether the server is a replica.
///
/// Load balancers route each statement separately, so each statement must report it. The comment in the statement asks
/// them for the primary.
static IN_RECOVERY_COLUMN: LazyLock<usize> = LazyLock::new(|| Column::iter().count());

/// Selects the keys with the digest `$1`. Each row reports whether the server is a replica.
static DIGESTED: LazyLock<String> =
    LazyLock::new(|| reporting_in_rows(Entity::find().filter(equals(Column::TokenDigest, 1))));

/// Selects the keys with one of the digests `$1`. Each row reports whether the server is a replica.
static ALL_DIGESTED: LazyLock<String> =
    LazyLock::new(|| reporting_in_rows(Entity::find().filter(among(Column::TokenDigest, 1))));

/// Selects the keys with one of the digests `$1`, and the secret keys without a digest but with one of the redacted
/// forms `$2`. An extra row reports whether the server is a replica.
static CANDIDATES: LazyLock<String> = LazyLock::new(|| {
    let by_digest = Entity::find().filter(among(Column::TokenDigest, 1));
    let by_redacted = Entity::find().filter(undigested(among(Column::Redacted, 2)));
    // UNION ALL gives two index scans, whereas an OR would leave the choice to the planner.
    let mut both = select(by_digest);
    both.union(UnionType::All, select(by_redacted));
    reporting_in_extra_row(&both)
});

/// Selects the keys with one of the tokens `$1`. Each row reports whether the server is a replica.
static PUBLISHABLE: LazyLock<String> =
    LazyLock::new(|| reporting_in_rows(Entity::find().filter(among(Column::Token, 1))));

/// Selects the same keys. An extra row reports whether the server is a replica.
static PUBLISHABLE_OR_ABSENT: LazyLock<String> = LazyLock::new(|| {
    reporting_in_extra_row(&select(Entity::find().filter(among(Column::Token, 1))))
});

pub(super) type Row = (Label, Result<Arc<ApiKey>, ApiKeyError>);

/// A source of rows: a session or the pool.
pub(in crate::store) trait Reader {
    /// Runs a statement and returns its rows.
    async fn rows(&mut self, sql: &str, params: &[Param]) -> Result<Vec<PgRow>, PgFailure>;
}

/// Reads the rows of a batch, ordered by id.
///
/// An extra row costs the server as much as finding a key, so only a read that may find nothing has one.
pub(super) async fn read(
    reader: &mut impl Reader,
    batch: Batch<'_>,
    server: &PostgresServer,
) -> Result<Vec<Row>, PgFailure> {
    let texts = |texts: &[&str]| Param::texts(texts.iter().map(|&text| text.to_owned()).collect());
    let digests = |digests: &[&str]| {
        Param::texts(digests.iter().flat_map(|digest| TokenDigest::columns(digest)).collect())
    };
    let mut keys = Vec::new();
    if !batch.digested.is_empty() {
        // Not the keys whose digests are marked as revoked: they are refused, and so looked up among all candidates.
        let rows = match *batch.digested {
            [digest] => reader.rows(&DIGESTED, &[Param::text(digest)]).await?,
            _ => reader.rows(&ALL_DIGESTED, &[texts(&batch.digested)]).await?,
        };
        decode(&rows, ApiKeyType::Secret, server, &mut keys)?;
    }
    if !batch.digests.is_empty() {
        let params = [digests(&batch.digests), texts(&batch.redacted)];
        let rows = reader.rows(&CANDIDATES, &params).await?;
        require_report(&rows, server)?;
        decode(&rows, ApiKeyType::Secret, server, &mut keys)?;
    }
    if !batch.tokens.is_empty() {
        let rows = reader.rows(&PUBLISHABLE, &[texts(&batch.tokens)]).await?;
        let start = keys.len();
        decode(&rows, ApiKeyType::Publishable, server, &mut keys)?;
        let is_found = |token: &&str| {
            keys[start..].iter().any(|(label, _)| matches!(label, Label::Token(of) if of == token))
        };
        let absent: Vec<_> = batch.tokens.iter().copied().filter(|t| !is_found(t)).collect();
        if !absent.is_empty() {
            let rows = reader.rows(&PUBLISHABLE_OR_ABSENT, &[texts(&absent)]).await?;
            require_report(&rows, server)?;
            decode(&rows, ApiKeyType::Publishable, server, &mut keys)?;
        }
    }
    keys.sort_by(|(_, one), (_, other)| id_of(one).cmp(&id_of(other)));
    keys.dedup_by(|(_, one), (_, other)| id_of(one).is_some() && id_of(one) == id_of(other));
    Ok(keys)
}

/// Fails if no row reports whether the server is a replica: then an absent key proves nothing.
fn require_report(rows: &[PgRow], server: &PostgresServer) -> Result<(), PgFailure> {
    for row in rows {
        if row.try_get::<_, Option<bool>>(*IN_RECOVERY_COLUMN)?.is_some() {
            return Ok(());
        }
    }
    if server.allows_replicas() { Ok(()) } else { Err(PgFailure::NoSession(ApiKeyError::Replica)) }
}

/// Decodes the rows of a type that are not soft-deleted, and appends them to `keys`.
fn decode(
    rows: &[PgRow],
    kind: ApiKeyType,
    server: &PostgresServer,
    keys: &mut Vec<Row>,
) -> Result<(), PgFailure> {
    for row in rows {
        if let Some(in_recovery) = row.try_get::<_, Option<bool>>(*IN_RECOVERY_COLUMN)? {
            server.note_role(in_recovery);
            if in_recovery && !server.allows_replicas() {
                return Err(PgFailure::NoSession(ApiKeyError::Replica));
            }
        }
        // The extra row has no id.
        if at::<Option<Present>>(row, Column::Id)?.is_none()
            || at::<&str>(row, Column::Kind)? != kind.as_str()
            || at::<Option<Present>>(row, Column::DeletedAt)?.is_some()
        {
            continue;
        }
        let label = match (kind, at(row, Column::TokenDigest)?) {
            (ApiKeyType::Publishable, _) => Label::Token(at(row, Column::Token)?),
            (ApiKeyType::Secret, Some(digest)) => {
                Label::Digest(TokenDigest::of_column(digest).0.as_str().to_owned())
            }
            (ApiKeyType::Secret, None) => Label::Redacted(at(row, Column::Redacted)?),
        };
        // The batch has other rows: an undecodable row fails only its own callers.
        let key = model(row).map_err(ApiKeyError::from).and_then(row::to_key);
        keys.push((label, key.map(Arc::new)));
    }
    Ok(())
}

/// A column that is not NULL.
struct Present;

impl<'a> tokio_postgres::types::FromSql<'a> for Present {
    fn from_sql(
        _: &tokio_postgres::types::Type,
        _: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self)
    }

    fn accepts(_: &tokio_postgres::types::Type) -> bool {
        true
    }
}

fn id_of(key: &Result<Arc<ApiKey>, ApiKeyError>) -> Option<&str> {
    key.as_ref().ok().map(|key| key.id.as_str())
}

fn equals(column: Column, parameter: u8) -> Expr {
    Expr::col(column.as_column_ref()).eq(Expr::cust(format!("${parameter}")))
}

fn among(column: Column, parameter: u8) -> Expr {
    Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::cust(format!("${parameter}"))))
}

/// The comment that asks load balancers for the primary.
const PRIMARY: &str = "/*NO LOAD BALANCE*/ ";

fn reporting_in_rows(select: Select<Entity>) -> String {
    let mut select = select.into_query();
    select.expr(Expr::cust("pg_catalog.pg_is_in_recovery()"));
    PRIMARY.to_owned() + &select.to_string(PostgresQueryBuilder)
}

fn select(select: Select<Entity>) -> SelectStatement {
    let mut select = select.into_query();
    select.expr(Expr::cust("NULL::pg_catalog.bool"));
    select
}

fn reporting_in_extra_row(keys: &SelectStatement) -> String {
    // In a UNION, a NULL takes the type of the other row's column.
    let columns = "NULL, ".repeat(*IN_RECOVERY_COLUMN);
    let keys = keys.to_string(PostgresQueryBuilder);
    format!("{PRIMARY}SELECT {columns}pg_catalog.pg_is_in_recovery() UNION ALL {keys}")
}
