//! The first read, on the session that opened the database.
//!
//! The first answer of a service then does not wait for another connection, whose handshake takes longer than the read.

use std::mem::take;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::timeout;

use super::{BatchLoop, LookupError, MAX_BATCH_SIZE, Message, ReusableTimeout, fail_all};
use crate::store::postgres::read_batcher::PoolReader;
use crate::store::postgres::read_batcher::statement::Reader;
use crate::store::postgres::{Param, PgExecutor, PgFailure, PgPool, PgTransaction};

/// The time that the loop waits for the first callers before it connects.
const FIRST_CALLERS: Duration = Duration::from_millis(10);

impl BatchLoop {
    /// Runs one read for the first callers if a session of the pool is idle. Breaks when the read batcher is closed.
    pub(super) async fn serve_first(&mut self, pool: PgPool) -> ControlFlow<()> {
        let receiving = self.received.recv_many(&mut self.held, MAX_BATCH_SIZE);
        match timeout(FIRST_CALLERS, receiving).await {
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
        let mut reusable_timeout = ReusableTimeout::new(self.read_timeout);
        // After a failure, a new connection may still work.
        if pool.server().shares_sessions() {
            let reader = &mut PoolReader(&pool);
            let _flow = self.read_batch(reader, &mut reusable_timeout, waiters).await;
            return ControlFlow::Continue(());
        }
        match reusable_timeout.wait(PgTransaction::begin_lookup(&pool)).await {
            Some(Ok(transaction)) => {
                let reader = &mut TransactionReader(&transaction);
                let _flow = self.read_batch(reader, &mut reusable_timeout, waiters).await;
                // It has written nothing.
                let _ended = reusable_timeout.wait(transaction.commit()).await;
            }
            Some(Err(_)) | None => fail_all(waiters, &LookupError::Disconnected),
        }
        ControlFlow::Continue(())
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
