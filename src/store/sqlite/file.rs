//! Identifies and creates the file of a database.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// The identity of a file on disk, independent of its name. Two files that exist at the same time differ in it.
///
/// On Windows, an open SQLite file cannot be renamed or deleted, so all existing files count as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Returns the numbers of the device and of the inode.
    pub(super) fn numbers(self) -> (u64, u64) {
        (self.device, self.inode)
    }
}

/// A file's identity, and the attributes that change when the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    pub(super) id: FileId,
    pub(super) names: NameChange,
    modified: (i64, i64),
    bytes: u64,
}

/// The attributes of a file that change when one of its names is added, moved or removed, and when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NameChange {
    pub(super) seconds: i64,
    nanoseconds: i64,
    names: u64,
}

// SECURITY: this code never opens the file. Closing a file cancels every POSIX lock of this process on it, including
// SQLite's.
pub(super) fn stamp(path: &Path) -> io::Result<Stamp> {
    fs::metadata(path).map(|metadata| stamp_of(&metadata))
}

pub(super) fn id(path: &Path) -> Option<FileId> {
    stamp(path).ok().map(|stamp| stamp.id)
}

#[cfg(unix)]
pub(super) fn stamp_of(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    Stamp {
        id: FileId { device: metadata.dev(), inode: metadata.ino() },
        names: NameChange {
            seconds: metadata.ctime(),
            nanoseconds: metadata.ctime_nsec(),
            names: metadata.nlink(),
        },
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        bytes: metadata.size(),
    }
}

#[cfg(not(unix))]
pub(super) fn stamp_of(metadata: &Metadata) -> Stamp {
    let since_epoch =
        metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since_epoch.unwrap_or_default();
    Stamp {
        id: FileId { device: 0, inode: 0 },
        names: NameChange { seconds: 0, nanoseconds: 0, names: 1 },
        modified: (modified.as_secs().cast_signed(), i64::from(modified.subsec_nanos())),
        bytes: metadata.len(),
    }
}

/// Creates an empty file with mode 0600, unless the file exists.
///
/// The file is never open under its final name. If this fails, SQLite creates the file.
#[cfg(unix)]
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::PathBuf;
    const MAX_ATTEMPTS: u32 = 100;
    for attempt in 0..MAX_ATTEMPTS {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}-{attempt}.new", std::process::id()));
        let draft = PathBuf::from(name);
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        // Unlike a rename, a hard link never replaces a file that another process created in the meantime.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        return match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            outcome => outcome,
        };
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn create_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Sets mode 0600 on a file that SQLite created.
#[cfg(unix)]
pub(super) fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // On a file system without modes there is nothing to protect.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
pub(super) fn make_private(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn creates_a_private_file_and_keeps_an_existing_one() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("api-key-file-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("makes a directory");
        let path = directory.join("keys.db");
        create_private(&path).expect("creates");
        let mode = fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        fs::write(&path, "content").expect("writes");
        create_private(&path).expect("leaves it");
        assert_eq!(fs::read_to_string(&path).expect("reads"), "content");
        assert_eq!(fs::read_dir(&directory).expect("lists").count(), 1);
        fs::remove_dir_all(&directory).expect("removes");
    }
}
