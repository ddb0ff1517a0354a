//! Facts about a PostgreSQL server and the table of keys on it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use tokio_postgres::config::Host;

use super::executor::PgExecutor;
use super::failure::PgFailure;
use super::migration::change_feed;
use super::pool::PgPool;
use super::rights::Rights;
use super::sslmode::Protection;
use crate::error::ApiKeyError;
use crate::store::diagnosis::{DatabaseFacts, Encryption, OwnTableFacts, ServerClock, ServerFacts};
use crate::store::settings::DatabaseSettings;

const CLOCK: &str = "/*NO LOAD BALANCE*/ SELECT pg_catalog.clock_timestamp()";

const SERVER: &str = "/*NO LOAD BALANCE*/ SELECT pg_catalog.current_setting('server_version'), \
    pg_catalog.current_schema()::pg_catalog.text, \
    (SELECT s.version::pg_catalog.text FROM pg_catalog.pg_stat_ssl AS s \
    WHERE s.pid = pg_catalog.pg_backend_pid() AND s.ssl)";

const TABLE: &str = "/*NO LOAD BALANCE*/ SELECT pg_catalog.to_regclass('api_key') IS NOT NULL, \
    COALESCE(pg_catalog.has_schema_privilege(pg_catalog.current_schema()::pg_catalog.text, 'CREATE'), false) \
    AND COALESCE((SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class AS c \
    WHERE c.oid = pg_catalog.to_regclass('api_key')), true)";

/// Returns the facts about the server and the table.
pub(in crate::store) async fn facts(
    executor: PgExecutor<'_>,
    settings: &DatabaseSettings,
) -> Result<DatabaseFacts, ApiKeyError> {
    let rights = Rights::of(executor).await?;
    let (server, clock_read_at) = server_facts(executor, settings, &rights).await?;
    let table = table_facts(executor, rights).await?;
    Ok(DatabaseFacts { server, table, clock_read_at })
}

async fn server_facts(
    executor: PgExecutor<'_>,
    settings: &DatabaseSettings,
    rights: &Rights,
) -> Result<(ServerFacts, Option<Instant>), ApiKeyError> {
    let pool = executor.pool();
    let pooler = pooler(pool).await?;
    let sent = Instant::now();
    let rows = executor.query(CLOCK, &[]).await?.rows;
    let read_at = Instant::now();
    let time: DateTime<Utc> = first(&rows)?.try_get(0).map_err(PgFailure::from)?;
    let rows = executor.query(SERVER, &[]).await?.rows;
    let row = first(&rows)?;
    let server = pool.server();
    let facts = ServerFacts {
        database: "postgres",
        version: row.try_get(0).map_err(PgFailure::from)?,
        location: settings.url.to_string(),
        schema: row.try_get(1).map_err(PgFailure::from)?,
        clock: Some(ServerClock {
            server_ms: time.timestamp_millis(),
            round_trip_ms: (read_at - sent).as_secs_f64() * 1_000.0,
            age_ms: 0.0,
        }),
        encryption: Some(Encryption {
            local: server.hosts().iter().all(is_local),
            demanded: name(server.protection()),
            protocol: row.try_get(2).map_err(PgFailure::from)?,
        }),
        pooler,
        replica: server.is_replica(),
        read_only: rights.read_only,
    };
    Ok((facts, Some(read_at)))
}

async fn table_facts(
    executor: PgExecutor<'_>,
    rights: Rights,
) -> Result<OwnTableFacts, ApiKeyError> {
    let rows = executor.query(TABLE, &[]).await?.rows;
    let row = first(&rows)?;
    Ok(OwnTableFacts {
        exists: row.try_get(0).map_err(PgFailure::from)?,
        missing_privileges: rights.missing_privileges,
        may_migrate: row.try_get(1).map_err(PgFailure::from)?,
        triggers: Some(change_feed::is_defined(executor).await?),
    })
}

/// Returns the mode of the pooler in front of the server.
async fn pooler(pool: &PgPool) -> Result<Option<&'static str>, ApiKeyError> {
    let session = pool.acquire().await?;
    Ok(match (session.is_shared(), session.is_pooled()) {
        (true, _) => Some("transaction"),
        (false, true) => Some("session"),
        (false, false) => None,
    })
}

fn first(rows: &[tokio_postgres::Row]) -> Result<&tokio_postgres::Row, ApiKeyError> {
    rows.first().ok_or(ApiKeyError::Unexpected("A fact about the server has no row."))
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn name(protection: Protection) -> &'static str {
    match protection {
        Protection::None => "none",
        Protection::IfOffered => "if-offered",
        Protection::Unverified => "unverified",
        Protection::Authority => "authority",
        Protection::Full => "full",
    }
}
