//! The identity of a transaction, and its outcome when the response to its commit is lost.
//!
//! PostgreSQL assigns a transaction number again if a crash loses every record of it. Only the server instance that assigned the
//! number, with no crash since, knows what became of it. A restart changes the postmaster's start time; a crash of another server
//! process does not, but recovery ends with a checkpoint. So a commit counts only if neither has changed. An ordinary checkpoint
//! in between leaves the outcome unknown, too.

use tokio_postgres::Row;

use super::values::Param;

/// Whether the server returns the position of its last checkpoint. Some managed servers do not.
pub(super) const HAS_CHECKPOINTS: &str =
    "SELECT checkpoint_lsn::pg_catalog.text FROM pg_catalog.pg_control_checkpoint()";

/// Terminates the server process of a transaction that is still open, unless it waits for a synchronous standby.
pub(super) const TERMINATE: &str = "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a \
    WHERE a.pid = $1::pg_catalog.text::pg_catalog.int4 \
    AND a.wait_event IS DISTINCT FROM 'SyncRep' AND a.backend_xid::pg_catalog.text::pg_catalog.int8 = $2::pg_catalog.text::pg_catalog.int8 % 4294967296";

macro_rules! transaction_id {
    ($checkpoint:literal) => {
        concat!(
            "SELECT pg_catalog.txid_current_if_assigned()::pg_catalog.text, pg_catalog.pg_backend_pid(), \
            pg_catalog.pg_postmaster_start_time()::pg_catalog.text, ",
            $checkpoint
        )
    };
}

macro_rules! status {
    ($same_checkpoint:literal) => {
        concat!(
            "/*NO LOAD BALANCE*/ SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL \
            WHEN pg_catalog.pg_postmaster_start_time()::pg_catalog.text = $2 \
            THEN pg_catalog.txid_status($1::pg_catalog.text::pg_catalog.int8) END, ",
            $same_checkpoint
        )
    };
}

/// Identifies a transaction that has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TransactionId {
    xid: String,
    process: i32,
    /// The start time of the server that assigned `xid`.
    server: String,
    /// The server's last checkpoint, if it returns that.
    checkpoint: Option<String>,
}

/// What a server reports about a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Committed,
    Aborted,
    InProgress,
    /// The server no longer knows the transaction, may mean another one, or is another server by now.
    Unknown,
}

/// The statement that selects the id of the current transaction, after its first write.
pub(super) const fn query(has_checkpoints: bool) -> &'static str {
    if has_checkpoints {
        transaction_id!(
            "(SELECT checkpoint_lsn::pg_catalog.text FROM pg_catalog.pg_control_checkpoint())"
        )
    } else {
        transaction_id!("NULL::pg_catalog.text")
    }
}

impl TransactionId {
    pub(super) fn read(row: &Row) -> Option<Self> {
        Some(Self {
            xid: row.try_get::<_, Option<String>>(0).ok()??,
            process: row.try_get(1).ok()?,
            server: row.try_get(2).ok()?,
            checkpoint: row.try_get(3).ok()?,
        })
    }

    /// The statement that looks up the outcome, with its values.
    pub(super) fn status(&self) -> (&'static str, Vec<Param>) {
        let mut values = vec![Param::text(&self.xid), Param::text(&self.server)];
        let sql = match &self.checkpoint {
            Some(checkpoint) => {
                values.push(Param::text(checkpoint));
                status!(
                    "(SELECT checkpoint_lsn::pg_catalog.text = $3 FROM pg_catalog.pg_control_checkpoint())"
                )
            }
            None => status!("false"),
        };
        (sql, values)
    }

    /// The values of [`TERMINATE`].
    pub(super) fn process(&self) -> [Param; 2] {
        [Param::text(&self.process.to_string()), Param::text(&self.xid)]
    }
}

impl Outcome {
    /// The outcome in a row of [`TransactionId::status`].
    pub(super) fn read(row: Option<&Row>) -> Self {
        let status = row.and_then(|row| row.try_get::<_, Option<&str>>(0).ok().flatten());
        let same_checkpoint = row.and_then(|row| row.try_get(1).ok()).unwrap_or(false);
        match status {
            Some("committed") if same_checkpoint => Self::Committed,
            Some("committed") | None => Self::Unknown,
            // If another transaction has the number now, a crash lost this one, and it took no effect either.
            Some("aborted") => Self::Aborted,
            Some(_) => Self::InProgress,
        }
    }
}
