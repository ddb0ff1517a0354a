//! A marker for systems without abstract sockets, such as macOS.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A locked file. The lock belongs to this opening of the file, so it also excludes other openings in this process.
#[derive(Debug)]
pub(in super::super) struct Marker {
    path: PathBuf,
    _file: File,
}

impl Marker {
    /// Returns `None` if there is such a marker already.
    ///
    /// # Errors
    /// If the folder for temporary files cannot be written.
    pub(in super::super) fn place(name: &str) -> io::Result<Option<Self>> {
        // On macOS, this folder belongs to the user.
        let path = std::env::temp_dir().join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)?;
        match file.try_lock() {
            Ok(()) if is_at(&file, &path) => Ok(Some(Self { path, _file: file })),
            // Its former holder removed it after it was opened here.
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        // It is still locked, so nothing is removed that another copy holds.
        let _ = fs::remove_file(&self.path);
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(opened), Ok(found)) = (file.metadata(), fs::metadata(path)) else { return false };
    (opened.dev(), opened.ino()) == (found.dev(), found.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_held_once_and_leaves_nothing_behind() {
        let name = format!("api-key-locked-file-{}", std::process::id());
        let path = std::env::temp_dir().join(&name);
        for _ in 0..2 {
            let marker = Marker::place(&name).expect("is permitted");
            assert!(marker.is_some());
            assert!(Marker::place(&name).expect("is permitted").is_none());
            drop(marker);
            assert!(!path.exists());
        }
        // A process that ended without removing it holds no lock.
        fs::write(&path, "").expect("writes");
        assert!(Marker::place(&name).expect("is permitted").is_some());
        assert!(!path.exists());
    }

    #[test]
    fn is_held_by_one_of_many_threads_at_a_time() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let name = format!("api-key-contended-file-{}", std::process::id());
        let (holders, held) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while held.load(Ordering::SeqCst) < 200 {
                        if let Some(marker) = Marker::place(&name).expect("is permitted") {
                            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                            std::thread::yield_now();
                            holders.fetch_sub(1, Ordering::SeqCst);
                            held.fetch_add(1, Ordering::SeqCst);
                            drop(marker);
                        }
                    }
                });
            }
        });
    }
}
