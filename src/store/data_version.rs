//! Whether an SQLite file has changed, which SQLite itself can tell.

use std::sync::{Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, OpenFlags};

use crate::cache::Freshness;

/// A connection that only watches: `PRAGMA data_version` on it changes with every commit of any other connection, in
/// this process or another. It takes some two microseconds and so can be asked on any thread, before every answer.
#[derive(Default)]
pub(super) struct DataVersion(OnceLock<Mutex<Connection>>);

impl DataVersion {
    /// Begins to watch a file. Where that fails, nothing is answered from memory.
    pub(super) fn watch(&self, path: &str) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let watching = Connection::open_with_flags(path, flags)
            // Who asks must not wait for a writer; the database answers as well.
            .and_then(|connection| {
                connection.busy_timeout(std::time::Duration::ZERO).map(|()| connection)
            });
        if let Ok(connection) = watching {
            let _ = self.0.set(Mutex::new(connection));
        }
    }
}

impl Freshness for DataVersion {
    fn epoch(&self) -> Option<u64> {
        let connection = self.0.get()?.lock().unwrap_or_else(PoisonError::into_inner);
        let mut version = connection.prepare_cached("PRAGMA data_version").ok()?;
        version.query_row([], |row| row.get::<_, i64>(0)).ok().map(i64::cast_unsigned)
    }
}

/// A database that nobody else can write to.
pub(super) struct Private;

impl Freshness for Private {
    fn epoch(&self) -> Option<u64> {
        Some(0)
    }
}
