//! A file that SQLite keeps beside a database while it is open: `-wal` or `-shm`.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::{FileId, id, stamp};

/// The path of such a file, and the identity of the file that was there when the database was opened.
pub(super) struct Companion {
    path: PathBuf,
    id: Option<FileId>,
    change: ChangeTime,
}

impl Companion {
    /// Describes the companion of a database. `kept` is set if SQLite keeps the file that is there now.
    pub(super) fn new(database: &Path, suffix: &str, kept: bool) -> Self {
        let path = companion_path(database, suffix);
        let id = if kept { id(&path) } else { None };
        Self { path, id, change: ChangeTime::default() }
    }

    /// Returns whether any file is at the path.
    pub(super) fn exists(&self) -> bool {
        stamp(&self.path).is_ok()
    }

    /// Returns whether the file that SQLite keeps is still at the path.
    pub(super) fn remains(&self) -> bool {
        self.id.is_some() && id(&self.path) == self.id
    }

    /// Returns whether the file that SQLite keeps is no longer at the path.
    pub(super) fn is_lost(&mut self) -> bool {
        let Some(kept) = self.id else { return false };
        let Self { path, change, .. } = self;
        change.may_have_moved(path, kept, || id(path) == Some(kept))
    }
}

/// Returns the path of a companion file, with symbolic links resolved.
pub(super) fn companion_path(database: &Path, suffix: &str) -> PathBuf {
    let real = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let mut name = real.into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(target_os = "linux")]
use change_time::ChangeTime;

#[cfg(target_os = "linux")]
mod change_time {
    use std::fs::File;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use rustix::fs::{Mode, OFlags, open};
    use rustix::time::{ClockId, clock_gettime};

    use super::super::file::{FileId, stamp_of};

    /// Detects cheaply that a file was neither moved nor deleted: each of these changes its number of names or its
    /// change time. Asking an open descriptor takes a third of the time of looking up the path.
    #[derive(Default)]
    pub(super) struct ChangeTime {
        /// A descriptor that only names the file (`O_PATH`). Closing it cancels no lock of SQLite.
        descriptor: Option<File>,
        /// The state of the file when it was last seen at its path.
        seen: Option<State>,
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    struct State {
        names: u64,
        seconds: i64,
        nanoseconds: i64,
    }

    impl ChangeTime {
        /// Returns whether the file may have been moved or deleted, after looking up its path only if necessary.
        pub(super) fn may_have_moved(
            &mut self,
            path: &Path,
            id: FileId,
            is_there: impl FnOnce() -> bool,
        ) -> bool {
            // The state is read before the path is looked up: a move in between changes the next state.
            let now = self.state(path, id);
            if now.is_some() && now == self.seen {
                return false;
            }
            let is_there = is_there();
            self.seen = now.filter(|state| is_there && state.is_settled());
            !is_there
        }

        #[cfg(test)]
        pub(super) fn has_seen(&self) -> bool {
            self.seen.is_some()
        }

        fn state(&mut self, path: &Path, id: FileId) -> Option<State> {
            if self.descriptor.is_none() {
                let flags = OFlags::PATH | OFlags::CLOEXEC;
                self.descriptor = open(path, flags, Mode::empty()).ok().map(File::from);
            }
            let metadata = self.descriptor.as_ref()?.metadata().ok()?;
            if stamp_of(&metadata).id != id {
                self.descriptor = None;
                return None;
            }
            Some(State {
                names: metadata.nlink(),
                seconds: metadata.ctime(),
                nanoseconds: metadata.ctime_nsec(),
            })
        }
    }

    impl State {
        /// Returns whether a later change must have another change time: the clock of a file system advances in steps
        /// of some milliseconds.
        fn is_settled(self) -> bool {
            clock_gettime(ClockId::Realtime).tv_sec - self.seconds >= 2
        }
    }
}

/// Elsewhere, the path is looked up each time.
#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct ChangeTime;

#[cfg(not(target_os = "linux"))]
impl ChangeTime {
    fn may_have_moved(&self, _: &Path, _: FileId, is_there: impl FnOnce() -> bool) -> bool {
        !is_there()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    #[test]
    fn notices_a_companion_that_was_moved_deleted_or_replaced() {
        type Change = fn(&Path, &Path) -> std::io::Result<()>;
        let changes: [Change; 4] = [
            |file, _| fs::remove_file(file),
            |file, other| fs::rename(file, other),
            |file, other| fs::write(other, "other").and_then(|()| fs::rename(other, file)),
            |file, other| fs::rename(file, other).and_then(|()| fs::write(file, "new")),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            for settled in [false, true] {
                let name = format!("api-key-companion-{}-{number}-{settled}", std::process::id());
                let directory = std::env::temp_dir().join(name);
                fs::create_dir_all(&directory).expect("makes a directory");
                let database = directory.join("keys.db");
                let shm = directory.join("keys.db-shm");
                fs::write(&database, "").and_then(|()| fs::write(&shm, "")).expect("writes");
                let mut companion = Companion::new(&database, "-shm", true);
                if settled {
                    sleep(Duration::from_secs(3));
                }
                assert!(!companion.is_lost());
                assert!(!companion.is_lost());
                #[cfg(target_os = "linux")]
                assert_eq!(companion.change.has_seen(), settled);
                change(&shm, &directory.join("elsewhere")).expect("changes");
                assert!(companion.is_lost(), "change {number}, settled: {settled}");
                fs::remove_dir_all(&directory).expect("removes");
            }
        }
    }
}
