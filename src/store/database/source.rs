//! Chooses the database that a service is configured with, and its open connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::Topology;
use crate::api_key::ApiKey;
use crate::cache::{KeyCache, Lease};
use crate::error::ApiKeyError;
use crate::event::EventSink;
use crate::store::api_keys::Query;
use crate::store::lookup::TokenLookup;
use crate::store::postgres::{PgConnections, PgExecutor, PgSource, ReadBatcherStatus, Rights};
use crate::store::settings::{DatabaseSettings, DatabaseUrl};
use crate::store::sqlite::{OpenFile, Pools, SqliteSource, SqliteTransaction};
use crate::store::transaction::{Begun, Pool, Transaction};

/// The configured database, whether it is open or not.
pub(super) enum Source {
    Postgres(PgSource),
    Sqlite(SqliteSource),
}

/// The connections to the database.
#[derive(Clone)]
pub(super) enum Opened {
    Postgres(Arc<PgConnections>),
    Sqlite(Arc<Pools>),
}

impl Source {
    pub(super) fn new(url: &DatabaseUrl, max_staleness: Option<Duration>) -> Self {
        match url {
            DatabaseUrl::Postgres(url) => Self::Postgres(PgSource::new(url.clone(), max_staleness)),
            DatabaseUrl::SqliteFile(path) => Self::Sqlite(SqliteSource::of_file(path)),
            DatabaseUrl::SqliteMemory => Self::Sqlite(SqliteSource::in_memory()),
        }
    }

    pub(super) async fn open(
        &self,
        settings: &DatabaseSettings,
        migrate: bool,
        events: EventSink,
    ) -> Result<Opened, ApiKeyError> {
        Ok(match self {
            Self::Postgres(source) => {
                Opened::Postgres(Arc::new(source.open(settings, migrate, events).await?))
            }
            Self::Sqlite(source) => Opened::Sqlite(source.open(settings, migrate).await?),
        })
    }

    /// Prepares for opening the database again after its file was replaced.
    pub(super) fn retire(&self, opened: &Opened) {
        match (self, opened) {
            (Self::Sqlite(source), Opened::Sqlite(pools)) => source.retire(pools),
            (Self::Postgres(_), _) | (_, Opened::Postgres(_)) => {}
        }
    }

    /// Closes what is left of connections before the current ones.
    pub(super) async fn close(&self, settings: &DatabaseSettings) {
        match self {
            Self::Postgres(_) => {}
            Self::Sqlite(source) => source.close(settings).await,
        }
    }

    pub(super) fn cache(&self) -> Option<&KeyCache> {
        match self {
            Self::Postgres(source) => source.cache(),
            Self::Sqlite(source) => Some(source.cache()),
        }
    }

    pub(super) fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Postgres(source) => source.lease(),
            Self::Sqlite(_) => None,
        }
    }
}

impl Opened {
    pub(super) fn pool(&self) -> Pool {
        match self {
            Self::Postgres(connections) => Pool::Postgres(connections.pool().clone()),
            Self::Sqlite(pools) => Pool::Sqlite(pools.connections().clone()),
        }
    }

    pub(super) async fn find(&self, lookup: TokenLookup) -> Result<Vec<Arc<ApiKey>>, ApiKeyError> {
        match self {
            Self::Postgres(connections) => connections.find(lookup).await,
            Self::Sqlite(pools) => Box::pin(pools.find(&lookup)).await,
        }
    }

    pub(super) async fn begin_write(&self) -> Result<Transaction, ApiKeyError> {
        match self {
            Self::Postgres(_) => Transaction::begin_write(&self.pool()).await,
            Self::Sqlite(pools) => {
                let begun = SqliteTransaction::begin_write(pools.connections()).await?;
                Ok(Transaction::new(Begun::Sqlite(begun.of_file(pools.file().cloned()))))
            }
        }
    }

    /// Acquires a permit if the query is a search on a database that limits them.
    pub(super) async fn search_permit(
        &self,
        query: &Query,
        wait_limit: Duration,
    ) -> Result<Option<OwnedSemaphorePermit>, ApiKeyError> {
        match self {
            Self::Sqlite(pools) if query.filter.searches() => {
                pools.search_permit(wait_limit).await.map(Some)
            }
            Self::Sqlite(_) | Self::Postgres(_) => Ok(None),
        }
    }

    /// Returns whether the connections still lead to the configured database; `false` if its file was replaced.
    ///
    /// # Errors
    /// `Unavailable` if its file is gone.
    pub(super) fn is_current(&self) -> Result<bool, ApiKeyError> {
        match self {
            Self::Postgres(_) => Ok(true),
            Self::Sqlite(pools) => pools.are_current(),
        }
    }

    /// Returns an error unless a write went into the configured database.
    pub(super) fn confirm_write(&self) -> Result<(), ApiKeyError> {
        match self {
            Self::Postgres(_) => Ok(()),
            Self::Sqlite(pools) => pools.file().map_or(Ok(()), OpenFile::confirm_write),
        }
    }

    /// Returns why a write would fail.
    pub(super) async fn write_obstacle(&self) -> Result<Option<ApiKeyError>, ApiKeyError> {
        match self {
            Self::Postgres(connections) => {
                let rights = Rights::of(PgExecutor::Pool(connections.pool())).await?;
                Ok(rights.write_obstacle())
            }
            Self::Sqlite(pools) => Ok(pools.write_obstacle().await),
        }
    }

    pub(super) fn read_batcher(&self) -> Option<ReadBatcherStatus> {
        match self {
            Self::Postgres(connections) => Some(connections.read_batcher_status()),
            Self::Sqlite(_) => None,
        }
    }

    pub(super) fn topology(&self) -> Topology {
        match self {
            Self::Postgres(connections) => {
                let server = connections.pool().server();
                Topology { replica: server.is_replica(), pooler: server.shares_sessions() }
            }
            Self::Sqlite(_) => Topology::default(),
        }
    }

    /// Closes every connection after its running statement, with a time limit.
    pub(super) async fn close(&self, settings: &DatabaseSettings) {
        match self {
            Self::Postgres(connections) => connections.close(settings.call_timeout).await,
            Self::Sqlite(pools) => pools.close(settings.pool.acquire_timeout).await,
        }
    }
}
