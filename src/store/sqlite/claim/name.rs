//! The names of markers. All copies and versions of the package must use the same, so this format does not change:
//!
//! `medusa-api-key-native.<process-namespace>.<process>.<hash>`
//!
//! - process namespace: the inode of `/proc/self/ns/pid`, or 0 where there is none. Containers that share a network have
//!   equal process numbers.
//! - process: the number of the process.
//! - hash: the first 16 bytes, in hexadecimal, of the SHA-256 of `file\0<device>\0<inode>` or, for a path,
//!   `path\0<device>\0<inode>\0<name>`: the folder's device and inode, and the name within it, with symbolic links
//!   resolved. Numbers are decimal.
//!
//! Invariant: no file is opened.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::file::{FileId, id};

/// As many links as Linux follows.
const MAX_LINKS: usize = 40;
const HASH_BYTES: usize = 16;

/// Returns the name for a file that exists.
pub(super) fn of_file(file: FileId) -> String {
    let (device, inode) = file.numbers();
    in_process(format!("file\0{device}\0{inode}").as_bytes())
}

/// Returns the name for a path, whether a file exists there or not; `None` if its folder does not exist.
pub(super) fn of_path(path: &Path) -> Option<String> {
    let path = resolved(path)?;
    let (device, inode) = id(path.parent()?)?.numbers();
    let mut place = format!("path\0{device}\0{inode}\0").into_bytes();
    place.extend_from_slice(bytes(path.file_name()?));
    Some(in_process(&place))
}

/// Follows the symbolic links that the last component of a path is. Those of its folder need not be followed.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { return Some(path) };
        path = path.parent()?.join(target);
    }
    None
}

fn in_process(place: &[u8]) -> String {
    let hash = hex::encode(&Sha256::digest(place)[..HASH_BYTES]);
    format!("medusa-api-key-native.{}.{}.{hash}", process_namespace(), std::process::id())
}

fn process_namespace() -> u64 {
    id(Path::new("/proc/self/ns/pid")).map_or(0, |namespace| namespace.numbers().1)
}

fn bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn has_a_fixed_format() {
        let name = in_process(b"file\x00259\x001234");
        let parts: Vec<_> = name.split('.').collect();
        assert_eq!(parts[0], "medusa-api-key-native");
        #[cfg(target_os = "linux")]
        assert_ne!(parts[1], "0");
        assert_eq!(parts[2], std::process::id().to_string());
        assert_eq!(parts[3], HASH);
        assert_eq!(parts.len(), 4);
    }

    /// The start of the output of `printf 'file\000259\0001234' | sha256sum`.
    const HASH: &str = "3d50ae5aba3ae8ee8585b9b81bdd994c";

    #[test]
    fn is_the_same_by_all_paths_to_a_place() {
        let folder = std::env::temp_dir().join(format!("api-key-name-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("sub")).expect("makes a folder");
        symlink(&folder, folder.join("sub/up")).expect("links");
        symlink("keys.db", folder.join("link.db")).expect("links");
        symlink("../link.db", folder.join("sub/link.db")).expect("links");
        symlink("loop.db", folder.join("loop.db")).expect("links");

        let expected = of_path(&folder.join("keys.db"));
        assert!(expected.is_some());
        for exists in [false, true] {
            if exists {
                fs::write(folder.join("keys.db"), "").expect("writes");
            }
            for path in ["link.db", "sub/../keys.db", "sub/up/keys.db", "sub/link.db"] {
                assert_eq!(of_path(&folder.join(path)), expected, "{path}");
            }
        }
        assert_ne!(of_path(&folder.join("other.db")), expected);
        assert_ne!(of_path(&folder.join("sub/keys.db")), expected);
        assert_eq!(of_path(&folder.join("loop.db")), None);
        assert_eq!(of_path(&folder.join("missing/keys.db")), None);
        fs::remove_dir_all(folder).expect("removes");
    }
}
