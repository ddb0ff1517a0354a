//! The first reads, on the session that opened the database.
//!
//! The first answers of a service then do not wait for another connection, whose handshake takes longer than a read, and
//! do not compete with it for the processor.

use std::mem::take;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{BatchLoop, LookupError, MAX_BATCH_SIZE, Message, ReusableTimeout, Waiter, fail_all};
use crate::store::postgres::read_batcher::PoolReader;
use crate::store::postgres::read_batcher::statement::Reader;
use crate::store::postgres::{Param, PgExecutor, PgFailure, PgPool, PgTransaction};

/// The time after which the loop connects.
const FIRST_CALLERS: Duration = Duration::from_millis(10);

impl BatchLoop {
    /// Serves the first callers through an idle session of the pool, and returns when the loop shall connect. Breaks when
    /// the read batcher is closed.
    pub(super) async fn serve_first(&mut self, pool: PgPool) -> ControlFlow<()> {
        let end = Instant::now() + FIRST_CALLERS;
        let mut reusable_timeout = ReusableTimeout::new(self.read_timeout);
        loop {
            let receiving = self.received.recv_many(&mut self.held, MAX_BATCH_SIZE);
            match timeout_at(end, receiving).await {
                Ok(0) => return ControlFlow::Break(()),
                Ok(_) => {}
                Err(_elapsed) => return ControlFlow::Continue(()),
            }
            if self.held.iter().any(|message| matches!(message, Message::Close)) {
                return ControlFlow::Break(());
            }
            if !pool.has_idle() {
                return ControlFlow::Continue(());
            }
            let mut waiters = Vec::new();
            for message in take(&mut self.held) {
                match message {
                    Message::Waiter(waiter) => waiters.push(waiter),
                    other => self.held.push(other),
                }
            }
            if !waiters.is_empty() {
                self.read_through(&pool, &mut reusable_timeout, waiters).await;
            }
        }
    }

    /// Runs one read on a session of the pool. After a failure, the callers read through the pool by themselves.
    async fn read_through(
        &self,
        pool: &PgPool,
        reusable_timeout: &mut ReusableTimeout,
        waiters: Vec<Waiter>,
    ) {
        if pool.server().shares_sessions() {
            let _flow = self.read_batch(&mut PoolReader(pool), reusable_timeout, waiters).await;
            return;
        }
        match reusable_timeout.wait(PgTransaction::begin_lookup(pool)).await {
            Some(Ok(transaction)) => {
                let reader = &mut TransactionReader(&transaction);
                let _flow = self.read_batch(reader, reusable_timeout, waiters).await;
                // It has written nothing, so its outcome does not matter.
                let _ended = reusable_timeout.wait(transaction.commit()).await;
            }
            Some(Err(_)) | None => fail_all(waiters, &LookupError::Disconnected),
        }
    }
}

struct TransactionReader<'a>(&'a PgTransaction);

impl Reader for TransactionReader<'_> {
    async fn rows(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<Vec<tokio_postgres::Row>, PgFailure> {
        Ok(PgExecutor::Transaction(self.0).query(sql, params).await?.rows)
    }
}
