//! A table is SeaORM's.
//!
//! Owns connecting, migrating, hearing of changes, rows, and the translation of the query tree into
//! each database's SQL. Which reads and writes make up a use case is `service`'s.
//! Invariant: no `DbErr` leaves this ring, and with it no SQL and no value.

mod api_keys;
mod backend;
mod condition;
mod database;
mod dialect;
mod failure;
mod last_used;
mod lookup;
mod migration;
mod moment;
mod postgres;
mod row;
mod settings;
mod sqlite;
mod transaction;
mod upgrade;

pub use api_keys::{
    Query, count, delete, find, find_for_update, insert, restore, set_revoked, set_title,
    soft_delete,
};
pub use database::Database;
pub use failure::{InsertError, UniqueColumn};
pub use last_used::{UsesWritten, set_last_used};
pub use postgres::ReadBatcherStatus;
pub use settings::{DatabaseSettings, PoolSettings, Pooler, Tls};
pub use transaction::{Connection, Transaction};
pub use upgrade::{fill_digest, replace_hash};
