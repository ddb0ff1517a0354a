//! What only SQLite needs: the file on disk, the connections to it, its result codes, and its SQL of conditions.
//!
//! Invariants: a file is created once, when a service first opens it, and never again; no answer and no acknowledged
//! write rests on a file that is no longer the one at its path.

mod codes;
pub(super) mod conditions;
mod file;
mod opening;
mod patterns;
mod pools;
mod watch;

pub(super) use codes::describe;
pub(super) use pools::{OpenFile, Pools, cannot_migrate, gone};
pub(super) use watch::{FileStatus, Private, Watch};
