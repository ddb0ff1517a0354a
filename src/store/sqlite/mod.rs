//! SQLite: the file on disk, the connections to it, its result codes, and its SQL conditions.
//!
//! Invariants: a file is created once, when a service first opens it, and never again; no result and no acknowledged
//! write comes from a file that is no longer the one at its path.

mod codes;
mod commits;
mod companion;
pub(super) mod conditions;
mod file;
mod opening;
mod patterns;
mod pools;
mod wal_index;
mod watch;

pub(super) use codes::describe;
pub(super) use pools::{OpenFile, Pools, cannot_migrate, missing_file};
pub(super) use watch::{FileStatus, Private, Watch};
