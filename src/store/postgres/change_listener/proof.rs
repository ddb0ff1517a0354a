//! The statements of a session that listens.

use std::ops::Range;

use crate::store::postgres::migration::change_feed::{BODY_DIGEST, defined_triggers};
use crate::store::postgres::{Param, PgFailure, Session};

/// The versions in which every commit signals the listeners before it returns. Before, those of a background worker that
/// applies a subscription's changes did not; from 19 on, a commit relies on a signal that another one is about to send.
const EVERY_COMMIT_SIGNALS: Range<i32> = 150_000..190_000;

const TABLE: &str = "SELECT pg_catalog.to_regclass('api_key')::pg_catalog.oid::pg_catalog.text, pg_catalog.pg_backend_pid(), \
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4";

/// Selects how the triggers of the table with the oid `$1` are defined, with the versions of the catalog rows that define
/// them, if the function's body has the digest `$2`; whether this server process listens on the channel `$3`; the process
/// itself, unless the server is a replica; and whether rows may be in other tables, which have no such triggers.
const PROOF: &str = concat!(
    "/*NO LOAD BALANCE*/ SELECT (SELECT d.defined || ' ' || c.relfilenode FROM pg_catalog.pg_class AS c \
    CROSS JOIN LATERAL (SELECT ",
    defined_triggers!("c.oid", "$2"),
    " AS defined) AS d WHERE c.oid = pg_catalog.to_regclass('api_key') AND c.oid = $1::pg_catalog.oid), \
    EXISTS (SELECT FROM pg_catalog.pg_listening_channels() AS l WHERE l = $3), \
    CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_backend_pid() END, \
    EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = $1::pg_catalog.oid)"
);

/// The table whose changes a session receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    oid: String,
    /// The server process of the session.
    process: i32,
    /// Whether every commit signals the listeners before it returns.
    pub(super) every_commit_signals: bool,
}

impl Table {
    /// Returns the table that statements of this session use, if it exists.
    pub(super) async fn find(session: &mut Session) -> Result<Option<Self>, PgFailure> {
        let rows = session.query(TABLE, &[]).await?.rows;
        let Some(row) = rows.first() else { return Ok(None) };
        let (oid, process, version): (Option<_>, _, i32) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let every_commit_signals = EVERY_COMMIT_SIGNALS.contains(&version);
        Ok(oid.map(|oid| Self { oid, process, every_commit_signals }))
    }

    /// Returns the channel on which the triggers announce changes.
    pub(super) fn channel(&self) -> String {
        format!("api_key_native_changes_{}", self.oid)
    }
}

/// The definition of the triggers. Every change of it changes this value, even if it is reverted later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition(String);

/// What a proof found.
pub(super) enum Found {
    /// The server process that ran the statement listens, and the triggers are defined as expected.
    Listening(Definition),
    NotListening,
    NoTriggers,
    SeveralTables,
}

/// Runs the statement of a proof.
pub(super) async fn run(session: &mut Session, table: &Table) -> Result<Found, PgFailure> {
    let values = [&table.oid, &*BODY_DIGEST, &table.channel()].map(|value| Param::text(value));
    let rows = session.query(PROOF, &values).await?.rows;
    let row = rows.first().ok_or(PgFailure::Broken)?;
    let (defined, listens, process, has_parts): (Option<_>, bool, Option<i32>, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    if !listens || process != Some(table.process) {
        return Ok(Found::NotListening);
    }
    if has_parts {
        return Ok(Found::SeveralTables);
    }
    Ok(defined.map_or(Found::NoTriggers, |defined| Found::Listening(Definition(defined))))
}
