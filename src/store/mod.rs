//! Access to the table `api_key` through SeaORM and the drivers.
//!
//! Owns connecting, migrating, listening for changes, rows, and the translation of the query tree into each database's
//! SQL. The ring `service` decides which reads and writes make up a use case. Invariant: no `DbErr` leaves this ring,
//! so no SQL and no value does either.

mod api_keys;
mod backend;
mod cascade;
mod condition;
mod database;
mod diagnosis;
mod dialect;
mod failure;
mod health;
mod last_used;
mod live_creator;
mod lookup;
mod migration;
mod moment;
mod postgres;
mod redemption;
mod row;
mod same_tokens;
mod settings;
mod sqlite;
mod transaction;
mod upgrade;

pub use api_keys::{
    Query, count, delete, find, find_for_update, find_free_for_update, insert, restore,
    set_revoked, set_title, set_title_and_attributes, soft_delete,
};
pub use cascade::Ending;
pub use database::Database;
pub use diagnosis::Diagnosis;
pub use dialect::{
    end, is_deadlock, lock_declarations, lock_single_use, redeem, set_last_used, would_end,
};
pub use failure::{InsertError, UniqueColumn};
pub use health::Health;
pub use last_used::UsesWritten;
pub use live_creator::{Insertion, ROWS_PER_INSERT};
pub use postgres::ReadBatcherStatus;
pub use redemption::Redemption;
pub use same_tokens::{TokenIdentity, find_same_tokens};
pub use settings::{DatabaseSettings, PoolSettings, Pooler, Tls};
pub use transaction::{Connection, Transaction};
pub use upgrade::{fill_digest, replace_hash};
