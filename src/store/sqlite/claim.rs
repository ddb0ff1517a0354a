//! The claim of this copy of the package to a file, within this process.
//!
//! SQLite's locks are POSIX locks, which belong to the process: they do not protect two copies of SQLite in one process
//! from each other, and closing any descriptor of a file cancels all of them. SQLite takes this into account within one
//! copy, so only one copy of the package may have a file open. See ADR 37.
//!
//! Invariant: a database, its log and its wal-index are opened only while they are claimed, and the claim is held until
//! the last descriptor is closed.

mod marker;
mod name;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::sleep;

use self::marker::Marker;
use super::file::FileId;

/// A claim to a file, shared by all connections to it.
pub(super) type Claim = Arc<Claimed>;

/// What a claim holds. Another copy may reach the file by another name, or another file by the same name.
pub(super) struct Claimed {
    _path: Option<Hold>,
    _file: Option<Hold>,
}

impl Claimed {
    pub(super) fn new(path: Option<Hold>, file: Option<Hold>) -> Claim {
        Arc::new(Self { _path: path, _file: file })
    }
}

/// Another copy of the package holds the file.
#[derive(Debug)]
pub(super) struct Taken;

/// The names that this copy holds. The services of a copy share their markers, those in other threads too.
static HELD: Mutex<Option<HashMap<String, Holders>>> = Mutex::new(None);

struct Holders {
    count: usize,
    /// `None` if the system permits no marker. Then other copies are not kept out.
    _marker: Option<Marker>,
}

/// A name that this copy holds, until it is dropped.
#[derive(Debug)]
pub(super) struct Hold {
    name: String,
}

impl Hold {
    /// Holds a path, whether a file exists there or not. Returns `None` if its folder does not exist.
    pub(super) fn of_path(path: &Path) -> Result<Option<Self>, Taken> {
        name::of_path(path).map(Self::of).transpose()
    }

    pub(super) fn of_file(file: FileId) -> Result<Self, Taken> {
        Self::of(name::of_file(file))
    }

    fn of(name: String) -> Result<Self, Taken> {
        let mut held = held();
        let names = held.get_or_insert_default();
        if let Some(holders) = names.get_mut(&name) {
            holders.count += 1;
        } else {
            let marker = match Marker::place(&name) {
                Ok(None) => return Err(Taken),
                Ok(marker) => marker,
                Err(_) => None,
            };
            names.insert(name.clone(), Holders { count: 1, _marker: marker });
        }
        Ok(Self { name })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // The marker is removed while the names are locked: this copy must not find its own.
        let mut held = held();
        let Some(names) = held.as_mut() else { return };
        let Some(holders) = names.get_mut(&self.name) else { return };
        holders.count -= 1;
        if holders.count == 0 {
            names.remove(&self.name);
        }
    }
}

fn held() -> MutexGuard<'static, Option<HashMap<String, Holders>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a claim for some time after it is dropped: a connection that was being opened closes by itself, later.
pub(super) struct Lingering<T: Send + 'static> {
    claim: Option<T>,
    time: Duration,
    runtime: Option<Handle>,
}

impl<T: Send + 'static> Lingering<T> {
    pub(super) fn new(claim: T, time: Duration) -> Self {
        Self { claim: Some(claim), time, runtime: Handle::try_current().ok() }
    }

    /// Returns the claim, which no longer lingers.
    pub(super) fn into_inner(mut self) -> Option<T> {
        self.claim.take()
    }
}

impl<T: Send + 'static> Drop for Lingering<T> {
    fn drop(&mut self) {
        if let (Some(claim), Some(runtime)) = (self.claim.take(), &self.runtime) {
            let time = self.time;
            runtime.spawn(async move {
                sleep(time).await;
                drop(claim);
            });
        }
    }
}

/// What another copy of the package does first.
#[cfg(test)]
fn other_copy(name: &str) -> Option<Marker> {
    Marker::place(name).expect("is permitted")
}

/// Returns whether another copy of the package could open a file.
#[cfg(all(test, target_os = "linux"))]
pub(super) fn is_free(file: FileId) -> bool {
    other_copy(&name::of_file(file)).is_some()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::super::file::id;
    use super::*;

    #[test]
    fn excludes_other_copies_until_the_last_holder_of_this_one_is_dropped() {
        let path = std::env::temp_dir().join(format!("api-key-hold-{}", std::process::id()));
        fs::write(&path, "").expect("writes");
        let file = id(&path).expect("exists");
        let by_name = name::of_path(&path).expect("has a folder");
        for (name, hold) in [
            (name::of_file(file), (|_, file| Hold::of_file(file).ok()) as fn(&Path, FileId) -> _),
            (by_name, |path, _| Hold::of_path(path).ok().flatten()),
        ] {
            let other = other_copy(&name);
            assert!(other.is_some());
            assert!(hold(&path, file).is_none());
            drop(other);
            let holds = [hold(&path, file), hold(&path, file)];
            assert!(holds.iter().all(Option::is_some));
            assert!(other_copy(&name).is_none());
            let [one, two] = holds;
            drop(one);
            assert!(other_copy(&name).is_none());
            drop(two);
            assert!(other_copy(&name).is_some());
        }
        fs::remove_file(path).expect("removes");
    }

    #[test]
    fn is_granted_where_the_system_permits_no_marker() {
        let too_long = "x".repeat(300);
        Marker::place(&too_long).expect_err("is too long");
        let holds = [Hold::of(too_long.clone()), Hold::of(too_long)];
        assert!(holds.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn lingers_unless_it_is_taken_out() {
        let path = std::env::temp_dir().join(format!("api-key-linger-{}", std::process::id()));
        let name = name::of_path(&path).expect("has a folder");
        let hold = || Hold::of_path(&path).expect("is free");

        drop(Lingering::new(hold(), Duration::from_secs(1)));
        assert!(other_copy(&name).is_none());
        sleep(Duration::from_secs(2)).await;
        assert!(other_copy(&name).is_some());

        drop(Lingering::new(hold(), Duration::from_secs(60)).into_inner());
        assert!(other_copy(&name).is_some());
    }
}
