//! Detects whether an SQLite file is still the one at its path, and whether it has changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::claim::Claim;
use super::commits::Commits;
use super::companion::Companion;
use super::file::{FileId, Stamp, stamp};
use crate::cache::Freshness;

/// The status of the opened file, compared with the file at its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum FileStatus {
    /// The opened file is at the path.
    Same,
    /// No file is at the path.
    Gone,
    /// Another file is at the path, or a companion file of SQLite was removed.
    Replaced,
}

/// What a file that is no longer used has left beside the file at the path. SQLite would take it for that file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Remnant {
    /// The log or the wal-index of the file that was there before.
    OfFormerFile,
    /// The wal-index of a log that was removed. With another log, it would corrupt the file.
    IndexOfRemovedLog,
}

/// A watch over one path while a service is open. Each file that is opened there begins a session.
///
/// Each check compares two things: whether the path still leads to the opened file, which takes two system calls, and
/// whether any connection, in this or another process, has committed since, which takes none.
pub(in crate::store) struct Watch {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: u64,
    session: Option<Session>,
    /// The file that connections are being opened to before its session begins, if it exists.
    expected: Option<FileId>,
    /// Whether one of these connections has opened another file.
    opened_unexpected_file: bool,
}

struct Session {
    number: u64,
    database: FileId,
    wal: Companion,
    shm: Companion,
    /// The version of the database at which the log was last seen at its path.
    logged: Option<i64>,
    /// `None` if SQLite cannot watch the file; then no key is cached.
    commits: Option<Commits>,
    /// The stamp of a file that SQLite treats as immutable. It must not change.
    immutable_stamp: Option<Stamp>,
    /// Whether a connection of the pool has opened another file.
    opened_other_file: bool,
    /// Whether the connections are being closed, or are closed.
    released: bool,
    /// A connection to that file, which is closed last and copies no log into it.
    other_file: Option<Commits>,
    /// `None` once the session is released.
    claim: Option<Claim>,
}

impl Watch {
    /// Creates a watch over a path where no file is open yet.
    pub(in crate::store) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether a file exists at the path.
    pub(in crate::store) fn file_exists(&self) -> bool {
        stamp(&self.path).is_ok()
    }

    /// Prepares the connections to a file before its session begins; `None` if the file does not exist yet.
    pub(super) fn expect(&self, file: Option<FileId>) {
        let mut state = self.state();
        state.expected = file;
        state.opened_unexpected_file = false;
    }

    /// Begins a session with the file that connections were just opened to, and returns the session's number.
    ///
    /// Returns `None` if the path no longer leads to the expected file, or a connection has opened another one. `immutable` is set if SQLite treats the file as
    /// immutable.
    pub(super) fn begin(&self, expected: FileId, immutable: bool, claim: &Claim) -> Option<u64> {
        let before = stamp(&self.path).ok().filter(|stamp| stamp.id == expected)?;
        let commits = if immutable { None } else { Commits::open(&self.path, claim) };
        // SQLite keeps both files while this connection is open.
        let [wal, shm] =
            ["-wal", "-shm"].map(|suffix| Companion::new(&self.path, suffix, commits.is_some()));
        if commits.as_ref().is_some_and(|commits| commits.file() != Some(expected)) {
            return None;
        }
        let mut state = self.state();
        if state.opened_unexpected_file {
            return None;
        }
        state.sessions += 1;
        let number = state.sessions;
        state.session = Some(Session {
            number,
            database: before.id,
            wal,
            shm,
            logged: None,
            commits,
            immutable_stamp: immutable.then_some(before),
            opened_other_file: false,
            released: false,
            other_file: None,
            claim: Some(Arc::clone(claim)),
        });
        Some(number)
    }

    /// Ends a session, unless another one has replaced it. No key is cached until the next session begins.
    pub(super) fn end(&self, session: u64) {
        let mut state = self.state();
        if state.session.as_ref().is_some_and(|current| current.number == session) {
            state.session = None;
        }
    }

    /// Ends the watch over commits, so that the connections of a pool are the last to close: they copy the log into the
    /// file. Calls that are finishing can still ask for the status of the file; its log and its wal-index are removed now.
    pub(super) fn release(&self, session: u64) {
        let mut state = self.state();
        if let Some(current) = state.session.as_mut().filter(|current| current.number == session) {
            current.released = true;
            current.commits = None;
            current.immutable_stamp = None;
            current.claim = None;
            for companion in [&mut current.wal, &mut current.shm] {
                companion.release();
            }
        }
    }

    /// Returns the status of a session's file; `Replaced` if another session has begun.
    pub(super) fn status(&self, session: u64) -> FileStatus {
        match &mut self.state().session {
            Some(current) if current.number == session => current.status(&self.path),
            _ => FileStatus::Replaced,
        }
    }

    /// Returns what prevents opening the file that is at the path now.
    ///
    /// The result is valid only during the session because inode numbers are reused.
    pub(super) fn remnant(&self, session: u64) -> Option<Remnant> {
        let mut state = self.state();
        let former = state.session.as_mut().filter(|current| current.number == session)?;
        let now = stamp(&self.path).ok()?;
        let has_index = former.shm.is_beside(&self.path, "-shm");
        if now.id != former.database {
            let has_log = former.wal.is_beside(&self.path, "-wal");
            return (has_log || has_index).then_some(Remnant::OfFormerFile);
        }
        (has_index && former.wal.is_lost(now.names)).then_some(Remnant::IndexOfRemovedLog)
    }

    /// Notes a new connection and the file that it opened. Returns `false` if that is not the session's, or not at the path;
    /// then the session becomes invalid.
    ///
    /// The last connection to close copies the log into the file, and the log at the path may be that of the session's
    /// file. So a connection that copies nothing stays open until the session ends.
    pub(super) fn connected(&self, file: Option<FileId>) -> bool {
        let (fits, to_keep_open) = self.note_connection(file);
        if let Some((number, claim)) = to_keep_open {
            // It may wait for another process, and answers from the cache need the state meanwhile. The new connection is
            // still open, so no other one to its file is the last to close.
            let other_file = Commits::open(&self.path, &claim);
            let mut state = self.state();
            if let Some(session) = state.session.as_mut().filter(|now| now.number == number) {
                session.other_file = other_file;
            }
        }
        fits
    }

    /// Returns whether the connection opened the right file; if it is the first that did not, also the number of the session
    /// and its claim.
    fn note_connection(&self, file: Option<FileId>) -> (bool, Option<(u64, Claim)>) {
        let mut state = self.state();
        let State { session, expected, opened_unexpected_file, .. } = &mut *state;
        let Some(session) = session.as_mut().filter(|current| !current.released) else {
            let as_expected = expected.is_none() || file == *expected;
            *opened_unexpected_file |= !as_expected;
            return (as_expected, None);
        };
        if file == Some(session.database) && session.status(&self.path) == FileStatus::Same {
            return (true, None);
        }
        let is_first = !std::mem::replace(&mut session.opened_other_file, true);
        let claim = session.claim.clone().filter(|_| is_first);
        (false, claim.map(|claim| (session.number, claim)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn status(&mut self, path: &Path) -> FileStatus {
        let Ok(now) = stamp(path) else { return FileStatus::Gone };
        match self.status_at(&now) {
            // What is written to a removed log is lost when the last process ends, and no other process sees it.
            FileStatus::Same if self.wal.is_lost(now.names) => FileStatus::Replaced,
            status => status,
        }
    }

    /// Returns the status without regard to the log.
    fn status_at(&mut self, now: &Stamp) -> FileStatus {
        let unchanged = self.immutable_stamp.is_none_or(|then| then == *now && !self.wal.exists());
        let same = now.id == self.database && !self.opened_other_file;
        if same && unchanged && !self.shm.is_lost(now.names) {
            FileStatus::Same
        } else {
            FileStatus::Replaced
        }
    }

    /// Returns whether the log is still at its path. Looks only after a commit: until then, nothing is in another log.
    fn has_log_of(&mut self, version: i64, now: &Stamp) -> bool {
        if self.logged == Some(version) {
            return true;
        }
        let is_there = !self.wal.is_lost(now.names);
        self.logged = is_there.then_some(version);
        is_there
    }
}

impl Freshness for Watch {
    fn epoch(&self) -> Option<u64> {
        let mut state = self.state();
        let session = state.session.as_mut()?;
        let now = stamp(&self.path).ok()?;
        if session.status_at(&now) != FileStatus::Same {
            return None;
        }
        let version = match &mut session.commits {
            Some(commits) => commits.version()?,
            None => session.immutable_stamp.map(|_| 0)?,
        };
        if !session.has_log_of(version, &now) {
            return None;
        }
        // Overwriting the file in place changes its stamp. SQLite also changes it, but rarely.
        let mut hasher = DefaultHasher::new();
        (session.number, version, now).hash(&mut hasher);
        Some(hasher.finish())
    }
}

/// The freshness of a database that no other process can write to.
#[derive(Default)]
pub(in crate::store) struct Private(AtomicBool);

impl Private {
    /// Marks the database as closed.
    pub(in crate::store) fn end(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Freshness for Private {
    fn epoch(&self) -> Option<u64> {
        (!self.0.load(Ordering::Acquire)).then_some(0)
    }
}
