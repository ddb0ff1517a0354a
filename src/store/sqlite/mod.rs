//! SQLite: the file on disk, the connections to it, its result codes, and its SQL.
//!
//! Invariants: a file is created once, when a service first opens it, and never again; no result and no acknowledged
//! write comes from a file that is no longer the one at its path.

pub(super) mod attributes;
pub(super) mod cascade;
mod claim;
mod codes;
mod commits;
mod companion;
pub(super) mod conditions;
pub(super) mod diagnosis;
mod executor;
mod failure;
mod file;
mod file_control;
mod insert;
mod last_used;
mod live_creator;
mod lookup;
pub(super) mod migration;
mod opened_file;
mod opening;
mod patterns;
#[cfg(test)]
mod plans;
mod pools;
mod redemption;
#[cfg(test)]
mod release;
#[cfg(test)]
mod replacement;
mod source;
mod transaction;
mod url;
mod watch;
mod writer;

pub(super) use executor::{SqliteConnections, SqliteExecutor};
pub(super) use insert::insert;
pub(super) use last_used::set_last_used;
pub(super) use live_creator::insert_by_live_creator;
pub(super) use pools::{OpenFile, Pools};
pub(super) use redemption::redeem;
pub(super) use source::SqliteSource;
pub(super) use transaction::SqliteTransaction;
pub(super) use url::parse as parse_url;
