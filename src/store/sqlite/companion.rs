//! A file that SQLite keeps beside a database while it is open: `-wal` or `-shm`.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::{FileId, NameChange, id, stamp};

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

    /// Expects the file to be removed from now on, and closes its descriptor.
    pub(super) fn release(&mut self) {
        self.id = None;
        self.change = ChangeTime::default();
    }

    /// Returns whether any file is at the path.
    pub(super) fn exists(&self) -> bool {
        stamp(&self.path).is_ok()
    }

    /// Returns whether SQLite would take the file for that of the database that is now at a path. Where a symbolic link
    /// was switched, each database has its own.
    pub(super) fn is_beside(&self, database: &Path, suffix: &str) -> bool {
        self.id.is_some() && id(&companion_path(database, suffix)) == self.id
    }

    /// Returns whether the file that SQLite keeps is no longer at the path. `database` is the current state of the names
    /// of the database's file: if its folder is moved and it alone is moved back, this file keeps its own.
    pub(super) fn is_lost(&mut self, database: NameChange) -> bool {
        let Some(kept) = self.id else { return false };
        let Self { path, change, .. } = self;
        change.may_have_moved(path, kept, database, || id(path) == Some(kept))
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
    use std::path::Path;

    use rustix::fs::{Mode, OFlags, fstatfs, open};
    use rustix::time::{ClockId, clock_gettime};

    use super::super::file::{FileId, NameChange, stamp_of};

    /// The magic numbers of file systems that change a file's change time when it is moved: ext, XFS, Btrfs, tmpfs and
    /// overlayfs. Others, such as FAT, may not.
    const MOVES_CHANGE_TIME: [i64; 5] =
        [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630];

    /// Detects cheaply that a file was neither moved nor deleted: each of these changes its number of names or its
    /// change time, or those of the database's file. Asking an open descriptor takes a third of the time of looking up
    /// the path.
    #[derive(Default)]
    pub(super) struct ChangeTime {
        /// A descriptor that only names the file (`O_PATH`). Closing it cancels no lock of SQLite.
        descriptor: Option<File>,
        /// The state of both files when this one was last seen at its path.
        seen: Option<[NameChange; 2]>,
    }

    impl ChangeTime {
        /// Returns whether the file may have been moved or deleted, after looking up its path only if necessary.
        pub(super) fn may_have_moved(
            &mut self,
            path: &Path,
            id: FileId,
            database: NameChange,
            is_there: impl FnOnce() -> bool,
        ) -> bool {
            // The states are read before the path is looked up: a move in between changes the next state.
            let now = self.state(path, id).map(|own| [own, database]);
            if now.is_some() && now == self.seen {
                return false;
            }
            let is_there = is_there();
            self.seen =
                now.filter(|states| is_there && states.iter().all(|state| is_settled(*state)));
            !is_there
        }

        #[cfg(test)]
        pub(super) fn has_seen(&self) -> bool {
            self.seen.is_some()
        }

        fn state(&mut self, path: &Path, id: FileId) -> Option<NameChange> {
            if self.descriptor.is_none() {
                let flags = OFlags::PATH | OFlags::CLOEXEC;
                self.descriptor = open(path, flags, Mode::empty()).ok().map(File::from);
                let file_system = fstatfs(self.descriptor.as_ref()?).ok()?.f_type;
                if !MOVES_CHANGE_TIME
                    .iter()
                    .any(|known| i128::from(*known) == i128::from(file_system))
                {
                    self.descriptor = None;
                    return None;
                }
            }
            let stamp = stamp_of(&self.descriptor.as_ref()?.metadata().ok()?);
            if stamp.id != id {
                self.descriptor = None;
                return None;
            }
            Some(stamp.names)
        }
    }

    /// Returns whether a later change must have another change time: the clock of a file system advances in steps of
    /// some milliseconds.
    fn is_settled(state: NameChange) -> bool {
        clock_gettime(ClockId::Realtime).tv_sec - state.seconds >= 2
    }
}

/// Elsewhere, the path is looked up each time.
#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct ChangeTime;

#[cfg(not(target_os = "linux"))]
impl ChangeTime {
    fn may_have_moved(
        &self,
        _: &Path,
        _: FileId,
        _: NameChange,
        is_there: impl FnOnce() -> bool,
    ) -> bool {
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
        let changes: [Change; 5] = [
            |shm, _| fs::remove_file(shm),
            |shm, other| fs::rename(shm, other),
            |shm, other| fs::write(other, "other").and_then(|()| fs::rename(other, shm)),
            |shm, other| fs::rename(shm, other).and_then(|()| fs::write(shm, "new")),
            |shm, other| {
                // The database alone is moved back.
                let folder = shm.parent().expect("is in a folder");
                fs::rename(folder, other)?;
                fs::create_dir(folder)?;
                fs::rename(other.join("keys.db"), folder.join("keys.db"))
            },
        ];
        for settled in [false, true] {
            let mut companions: Vec<_> = (0..changes.len())
                .map(|number| prepare(number, settled).expect("writes"))
                .collect();
            if settled {
                sleep(Duration::from_secs(3));
            }
            for (number, (companion, folder)) in companions.iter_mut().enumerate() {
                let names = || stamp(&folder.join("keys.db")).expect("is there").names;
                assert!(!companion.is_lost(names()));
                assert!(!companion.is_lost(names()));
                #[cfg(target_os = "linux")]
                assert_eq!(companion.change.has_seen(), settled);
                changes[number](&folder.join("keys.db-shm"), &folder.with_extension("moved"))
                    .expect("changes");
                assert!(companion.is_lost(names()), "change {number}, settled: {settled}");
                fs::remove_dir_all(&folder).expect("removes");
                let _ = fs::remove_dir_all(folder.with_extension("moved"));
                let _ = fs::remove_file(folder.with_extension("moved"));
            }
        }
    }

    fn prepare(number: usize, settled: bool) -> std::io::Result<(Companion, PathBuf)> {
        let name = format!("api-key-companion-{}-{number}-{settled}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        let database = folder.join("keys.db");
        fs::write(&database, "")?;
        fs::write(folder.join("keys.db-shm"), "")?;
        Ok((Companion::new(&database, "-shm", true), folder))
    }
}
