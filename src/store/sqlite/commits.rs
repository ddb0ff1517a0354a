//! Detects commits to a database file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::claim::Claim;
use super::file::FileId;
use super::file_control::{self, Header};
use super::opened_file::opened_file;

/// How long the first read of a file waits for another process that is recovering it.
const FIRST_READ_TIMEOUT: Duration = Duration::from_secs(1);

/// A read-only connection that detects the commits of all other connections, in this and in other processes.
pub(super) struct Commits {
    connection: Connection,
    /// Whether the database has a wal-index. WAL mode cannot be left while this connection is open.
    has_wal_index: bool,
    /// The last version, and the header of the wal-index before it was read.
    last: Option<(Header, i64)>,
    /// Dropped after the connection.
    _claim: Claim,
}

impl Commits {
    /// Opens a connection, or returns `None` if SQLite cannot watch the file.
    pub(super) fn open(path: &Path, claim: &Claim) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).ok()?;
        connection.busy_timeout(FIRST_READ_TIMEOUT).ok()?;
        // If the file was overwritten in place, this connection is closed last and must not copy the old log into the
        // file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
        data_version(&connection)?;
        let mode: String =
            connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).ok()?;
        // Later checks must not wait for a writer: the caller can read the database instead.
        connection.busy_timeout(Duration::ZERO).ok()?;
        Some(Self {
            connection,
            has_wal_index: mode.eq_ignore_ascii_case("wal"),
            last: None,
            _claim: Arc::clone(claim),
        })
    }

    /// Returns the file that the connection opened; see [`opened_file`].
    pub(super) fn file(&self) -> Option<FileId> {
        opened_file(Path::new(self.connection.path()?), || {
            file_control::has_moved(&self.connection)
        })
    }

    /// Returns a number that changes with each commit, or `None` if the database is busy.
    pub(super) fn version(&mut self) -> Option<i64> {
        let header = if self.has_wal_index { file_control::header(&self.connection) } else { None };
        if let (Some(now), Some((then, version))) = (header, self.last)
            && now == then
        {
            return Some(version);
        }
        // The header was read first: a commit in between makes the next header differ.
        let version = data_version(&self.connection)?;
        self.last = header.map(|header| (header, version));
        Some(version)
    }
}

fn data_version(connection: &Connection) -> Option<i64> {
    let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
    statement.query_row([], |row| row.get(0)).ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::super::claim::Claimed;
    use super::*;

    fn database(name: &str, mode: &str) -> (PathBuf, Connection) {
        let name = format!("api-key-commits-{}-{name}-{mode}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.clone().into_os_string();
            file.push(suffix);
            let _ = std::fs::remove_file(file);
        }
        let writer = Connection::open(&path).expect("opens");
        writer.pragma_update(None, "journal_mode", mode).expect("sets the mode");
        writer.execute_batch("CREATE TABLE t (n INTEGER)").expect("creates a table");
        (path, writer)
    }

    #[test]
    fn reads_the_wal_index_of_a_database_in_wal_mode_alone() {
        for (mode, expected) in [("wal", true), ("delete", false)] {
            let (path, _writer) = database("mode", mode);
            let mut commits = Commits::open(&path, &Claimed::new(None, None)).expect("opens");
            assert_eq!(commits.has_wal_index, expected);
            commits.version().expect("is not busy");
            assert_eq!(commits.last.is_some(), expected);
            let mut shm = path.into_os_string();
            shm.push("-shm");
            assert_eq!(Path::new(&shm).exists(), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_version_changes_exactly_when_data_version_does(
            steps in prop::collection::vec(0..6_u8, 1..40),
            wal in any::<bool>(),
        ) {
            let (path, writer) = database("property", if wal { "wal" } else { "delete" });
            let mut commits = Commits::open(&path, &Claimed::new(None, None)).expect("opens");
            // An independent connection without the short cut.
            let oracle = Connection::open(&path).expect("opens");
            let mut last = (commits.version(), data_version(&oracle));
            for step in steps {
                match step {
                    0 => writer.execute_batch("INSERT INTO t VALUES (1)"),
                    1 => writer.execute_batch("BEGIN; INSERT INTO t VALUES (2); ROLLBACK"),
                    2 => writer.execute_batch("DELETE FROM t; VACUUM"),
                    3 => writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())),
                    4 => Connection::open(&path).and_then(|other| other.execute_batch("INSERT INTO t VALUES (3)")),
                    _ => writer.query_row("SELECT count(*) FROM t", [], |_| Ok(())),
                }.expect("runs");
                let now = (commits.version(), data_version(&oracle));
                prop_assert_eq!(now.0 == last.0, now.1 == last.1, "{:?} after step {}", now, step);
                last = now;
            }
        }
    }
}
