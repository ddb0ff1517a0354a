//! Tests of connections that open another file than the one of their session: pools connect when a connection is first
//! needed, which may be after the file was replaced.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::pools::Pools;
use super::transaction::SqliteTransaction;
use super::watch::Watch;
use super::writer::WriteError;
use crate::error::ApiKeyError;
use crate::store::settings::DatabaseSettings;

struct Replaced {
    folder: PathBuf,
    path: PathBuf,
    pools: Pools,
}

/// Opens a file that has one row in its log only, and replaces it with a backup of an earlier state.
async fn replaced(name: &str, keeps_log: bool) -> Replaced {
    let folder = std::env::temp_dir().join(format!("api-key-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let (path, backup) = (folder.join("keys.db"), folder.join("backup.db"));
    let settings =
        DatabaseSettings::parse(&format!("sqlite:{}", path.display())).expect("is a URL");
    let watch = Arc::new(Watch::new(path.clone()));
    let pools = Pools::open_file(&settings, &watch, true).await.expect("opens");
    let execute = |sql: &'static str| async {
        let done = pools.connections().readers.execute_unprepared(sql).await;
        done.map(drop).expect("writes");
    };
    execute("CREATE TABLE t (n INTEGER)").await;
    execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
    fs::copy(&path, &backup).expect("copies");
    execute("INSERT INTO t VALUES (1)").await;
    fs::rename(&backup, &path).expect("replaces");
    if !keeps_log {
        remove_log(&path);
    }
    Replaced { folder, path, pools }
}

fn remove_log(path: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

fn rows(path: &Path) -> i64 {
    let connection = Connection::open(path).expect("opens");
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("counts")
}

#[tokio::test]
async fn closing_copies_no_log_into_the_replacement() {
    let Replaced { folder, path, pools } = replaced("closing", true).await;
    // The first lookup connects: to the replacement, with the log of the former file.
    pools.lookups.execute_unprepared("SELECT 1").await.expect("connects");
    pools.lookups.execute_unprepared("DELETE FROM t").await.expect_err("refuses to write");
    pools.close(std::time::Duration::from_secs(10)).await;
    remove_log(&path);
    assert_eq!(rows(&path), 0);
    fs::remove_dir_all(folder).expect("removes");
}

#[tokio::test]
async fn nothing_is_written_through_a_connection_to_the_replacement() {
    for (name, keeps_log) in [("write-kept", true), ("write-removed", false)] {
        let Replaced { folder, path, pools } = replaced(name, keeps_log).await;
        let begun = SqliteTransaction::begin_write(pools.connections()).await;
        assert!(matches!(begun, Err(ApiKeyError::Unavailable(text)) if text.contains("replaced")));
        let insertion = Statement::from_string(DbBackend::Sqlite, "INSERT INTO t VALUES (2)");
        let written = pools.connections().writer.execute(insertion).await;
        assert!(matches!(written, Err(WriteError::Replaced(_))));
        pools.close(std::time::Duration::from_secs(10)).await;
        if keeps_log {
            remove_log(&path);
        }
        assert_eq!(rows(&path), 0);
        fs::remove_dir_all(folder).expect("removes");
    }
}

/// Replaces the file while a connection opens it, and puts the former one back before the connection is ready.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_to_a_file_that_was_there_for_a_moment_ends_the_session() {
    let folder = std::env::temp_dir().join(format!("api-key-moment-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let [path, other, aside] = ["keys.db", "other.db", "aside.db"].map(|name| folder.join(name));
    let settings =
        DatabaseSettings::parse(&format!("sqlite:{}", path.display())).expect("is a URL");
    let watch = Arc::new(Watch::new(path.clone()));
    let pools = Pools::open_file(&settings, &watch, true).await.expect("opens");
    // A lock keeps the new connection waiting after it has opened the file.
    let holder = Connection::open(&other).expect("opens");
    let exclusive =
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER)";
    holder.execute_batch(exclusive).expect("locks");

    fs::rename(&path, &aside).expect("moves");
    fs::rename(&other, &path).expect("replaces");
    let (lookup, ()) = tokio::join!(pools.lookups.execute_unprepared("SELECT 1"), async {
        while descriptors(&path) < 2 {
            tokio::task::yield_now().await;
        }
        fs::rename(&path, &other).expect("moves back");
        fs::rename(&aside, &path).expect("moves back");
        drop(holder);
    });

    lookup.expect("connects");
    assert_eq!(pools.are_current(), Ok(false));
    pools.close(std::time::Duration::from_secs(10)).await;
    fs::remove_dir_all(folder).expect("removes");
}

/// The number of descriptors of this process that lead to a path.
#[cfg(target_os = "linux")]
fn descriptors(path: &Path) -> usize {
    let entries = fs::read_dir("/proc/self/fd").expect("lists");
    let targets = entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.filter(|target| target == path).count()
}
