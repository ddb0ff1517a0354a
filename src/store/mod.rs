//! A table is SeaORM's.
//!
//! Owns connecting, migrating, rows, and the translation of the query tree into
//! each database's SQL. Which reads and writes make up a use case is `service`'s.
//! Invariant: no `DbErr` leaves this ring, and with it no SQL and no value.

mod api_keys;
mod condition;
mod connect;
mod dialect;
mod entity;
mod failure;
mod migration;
mod moment;
mod patterns;
mod row;
mod settings;
mod transaction;

pub use api_keys::{
    Query, count, delete, find, find_candidates, find_for_update, insert, restore, set_revoked,
    set_title, soft_delete,
};
pub use connect::Database;
pub use failure::Violation;
pub use settings::{DatabaseSettings, PoolSettings, Tls};
pub use transaction::{Connection, Transaction};
