//! Tests that the claim to a file is held until its last descriptor is closed, however its connections end.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use sea_orm::ConnectionTrait as _;
use tokio::time::{sleep, timeout};

use super::claim::is_free;
use super::file::id;
use super::pools::Pools;
use super::watch::Watch;
use crate::store::settings::DatabaseSettings;

/// A statement of more than a second.
const LONG: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 15000000) SELECT count(*) FROM n";

struct File {
    folder: PathBuf,
    path: PathBuf,
    watch: Arc<Watch>,
    settings: DatabaseSettings,
}

impl File {
    /// `busy_timeout` is also the time that a claim lingers.
    fn new(name: &str, busy_timeout: Duration) -> Self {
        let folder = std::env::temp_dir().join(format!("api-key-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("makes a folder");
        let path = folder.join("keys.db");
        let url = format!("sqlite:{}", path.display());
        let mut settings = DatabaseSettings::parse(&url).expect("is a URL");
        settings.call_timeout = busy_timeout * 5 / 4;
        Self { watch: Arc::new(Watch::new(path.clone())), folder, path, settings }
    }

    async fn open(&self) -> Pools {
        Pools::open_file(&self.settings, &self.watch, true).await.expect("opens")
    }

    fn is_free(&self) -> bool {
        is_free(id(&self.path).expect("exists"))
    }

    /// Waits until the file is free. It must not be free yet, and not before its last descriptor is closed.
    async fn released(self) {
        let file = id(&self.path).expect("exists");
        assert!(!is_free(file));
        drop(self.watch);
        let wait = async {
            while !is_free(file) {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(60), wait).await.expect("is released");
        assert_eq!(descriptors(&self.folder), 0);
        fs::remove_dir_all(self.folder).expect("removes");
    }
}

#[tokio::test]
async fn a_closed_file_is_free_at_once() {
    let file = File::new("release-closed", Duration::from_secs(60));
    let pools = file.open().await;
    pools.lookups.execute_unprepared("SELECT 1").await.expect("connects");
    assert!(!file.is_free());
    pools.close(Duration::from_secs(10)).await;
    assert!(file.is_free());
    assert_eq!(descriptors(&file.folder), 0);
    fs::remove_dir_all(file.folder).expect("removes");
}

#[tokio::test]
async fn a_statement_that_outlives_its_pool_keeps_the_claim() {
    for closes in [true, false] {
        let file = File::new("release-statement", Duration::from_millis(50));
        let pools = file.open().await;
        let readers = pools.connections().readers.clone();
        let statement = tokio::spawn(async move { readers.execute_unprepared(LONG).await });
        sleep(Duration::from_millis(50)).await;
        if closes {
            pools.close(Duration::from_millis(1)).await;
        }
        // Longer than the claim lingers.
        sleep(Duration::from_millis(200)).await;
        assert!(!statement.is_finished());
        statement.abort();
        drop(pools);
        sleep(Duration::from_millis(200)).await;
        assert!(descriptors(&file.folder) > 0, "the statement is too short for this test");
        file.released().await;
    }
}

#[tokio::test]
async fn a_cancelled_attempt_keeps_the_claim_while_it_connects() {
    let file = File::new("release-attempt", Duration::from_secs(2));
    // A lock keeps the new connection waiting after it has opened the file.
    let holder = Connection::open(&file.path).expect("opens");
    let exclusive =
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER)";
    holder.execute_batch(exclusive).expect("locks");
    let own = descriptors(&file.folder);
    let attempt = Pools::open_file(&file.settings, &file.watch, true);
    assert!(timeout(Duration::from_millis(300), attempt).await.is_err());
    assert!(descriptors(&file.folder) > own);
    assert!(!file.is_free());
    drop(holder);
    file.released().await;
}

/// The number of descriptors of this process that lead to a file in a folder.
fn descriptors(folder: &Path) -> usize {
    let entries = fs::read_dir("/proc/self/fd").expect("lists");
    let targets = entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    targets.filter(|target| target.starts_with(folder)).count()
}
