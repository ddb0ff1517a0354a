//! What SQLite offers only through `sqlite3_file_control`: the header of the wal-index, and whether a file was moved.
//!
//! The wal-index is the memory that the processes with an open database file share. SQLite changes its header with each commit, before the commit returns (<https://www.sqlite.org/walformat.html>,
//! section 2.1). SQLite itself compares the header with its copy to learn whether the database has changed; this module
//! reads it through the same function of SQLite's VFS. See ADR 24.
#![expect(unsafe_code, reason = "SQLite offers these only through its C interface; ADR 24")]

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use rusqlite::{Connection, ffi};
use sea_orm::sqlx::sqlite::LockedSqliteHandle;

/// The length of the header: 48 bytes, stored twice.
const WORDS: usize = 12;
/// The word whose first byte reports whether the header was initialized.
const INITIALIZED_WORD: usize = 3;
const REGION_BYTES: i32 = 32 * 1024;
/// The first version of SQLite's I/O methods that has shared memory.
const SHARED_MEMORY_VERSION: i32 = 2;

/// A copy of the header. The format is stable: processes with different versions of SQLite share it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Header([u32; WORDS]);

/// Returns the header, or `None` if it is not initialized or is being written. Makes no system call.
///
/// The connection must be in WAL mode and must have read the database; otherwise SQLite would create a wal-index.
pub(super) fn header(connection: &Connection) -> Option<Header> {
    let words = words(connection)?;
    let [first, second] = [0, WORDS].map(|start| {
        let mut copy = [0; WORDS];
        for (word, shared) in copy.iter_mut().zip(&words[start..]) {
            *word = shared.load(Ordering::Relaxed);
        }
        // A writer writes the second copy, then the first: reading in the opposite order shows each torn write.
        fence(Ordering::SeqCst);
        copy
    });
    (first == second && first[INITIALIZED_WORD].to_ne_bytes()[0] != 0).then_some(Header(first))
}

/// Returns whether the path by which a connection opened its file no longer leads to that file.
pub(super) fn has_moved(connection: &Connection) -> bool {
    // SAFETY: the handle is open while `connection` is borrowed.
    unsafe { handle_has_moved(connection.handle()) }
}

/// Returns the same about a connection of a pool.
pub(super) fn pooled_has_moved(connection: &mut LockedSqliteHandle<'_>) -> bool {
    // SAFETY: the handle is open and not in use elsewhere while `connection` is borrowed.
    unsafe { handle_has_moved(connection.as_raw_handle().as_ptr()) }
}

/// # Safety
/// The handle must be that of an open connection.
unsafe fn handle_has_moved(handle: *mut ffi::sqlite3) -> bool {
    let mut moved = 0_i32;
    // SAFETY: the handle is open, and SQLite writes one integer to `moved`. Where an open file cannot be moved, it writes
    // nothing.
    let _ = unsafe {
        ffi::sqlite3_file_control(
            handle,
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_HAS_MOVED,
            (&raw mut moved).cast::<c_void>(),
        )
    };
    moved != 0
}

/// Borrows both copies of the header from SQLite.
fn words(connection: &Connection) -> Option<&[AtomicU32; 2 * WORDS]> {
    let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
    // SAFETY: the handle is open while `connection` is borrowed, and SQLite writes one pointer to `file`.
    let code = unsafe {
        ffi::sqlite3_file_control(
            connection.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_FILE_POINTER,
            (&raw mut file).cast::<c_void>(),
        )
    };
    // SAFETY: SQLite returned a pointer to the open file of this connection; its methods are constants.
    let methods = unsafe { file.as_ref()?.pMethods.as_ref()? };
    if code != ffi::SQLITE_OK || methods.iVersion < SHARED_MEMORY_VERSION {
        return None;
    }
    let mut region: *mut c_void = ptr::null_mut();
    // SAFETY: the methods belong to this file. The last argument but one forbids creating the region.
    let code = unsafe { methods.xShmMap?(file, 0, REGION_BYTES, 0, &raw mut region) };
    if code != ffi::SQLITE_OK {
        return None;
    }
    // SAFETY: the region is mapped until this connection closes, is aligned to a page, and is longer than two headers.
    // Other processes write to it, which atomics allow.
    unsafe { region.cast::<[AtomicU32; 2 * WORDS]>().as_ref() }
}
