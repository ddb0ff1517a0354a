//! Opening a PostgreSQL database.

use std::sync::{Arc, Mutex};

use super::{Database, Memory, Opened};
use crate::error::ApiKeyError;
use crate::event::LeaseLoss;
use crate::store::migration;
use crate::store::postgres::change_listener::Listening;
use crate::store::postgres::read_batcher::ReadBatcher;
use crate::store::postgres::{PgPool, PostgresServer};
use crate::store::transaction::Pool;

/// The part of a call's time that a shared read may take before its callers read for themselves.
const LANES_SHARE: u32 = 3;

impl Database {
    pub(super) async fn open_postgres(
        &self,
        server: PostgresServer,
    ) -> Result<Arc<Opened>, ApiKeyError> {
        let sessions = PgPool::new(server.clone(), self.settings.pool)?;
        // Says at once what is in the way, and what stands between.
        drop(sessions.lend().await?);
        sessions.keep_small(self.settings.pool);
        let pool = Pool::Postgres(sessions);
        if self.migrate {
            migration::up(&pool, &self.settings).await?;
        }
        let patience = self.settings.call_timeout / LANES_SHARE;
        let read_batcher =
            Arc::new(ReadBatcher::open(server.clone(), patience, self.events.clone()));
        let listening = match &self.memory {
            // What a standby answers is proven by no lease.
            Memory::Leased(_, lease) if server.allows_replicas() => {
                lease.end(LeaseLoss::Replica);
                None
            }
            Memory::Leased(_, lease) if server.shares_sessions() => {
                lease.end(LeaseLoss::Pooler);
                None
            }
            Memory::Leased(cache, lease) => Some(Listening::start(
                server,
                Arc::clone(&read_batcher),
                Arc::clone(cache),
                Arc::clone(lease),
                self.events.clone(),
            )),
            Memory::None | Memory::File(..) | Memory::Private(..) => None,
        };
        let (read_batcher, listening) = (Some(read_batcher), Mutex::new(listening));
        Ok(Arc::new(Opened { pool, sqlite: None, read_batcher, listening }))
    }
}
