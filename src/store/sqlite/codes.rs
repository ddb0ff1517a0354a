//! Descriptions of SQLite's result codes, which are not SQLSTATEs.

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;

/// The lowest eight bits of a result code are the primary code.
const PRIMARY: u32 = 0xff;

const BUSY: u32 = 5;

/// The description of a lock that another connection holds.
pub(super) const LOCKED: &str = "the SQLite file is locked by another connection";

/// Returns the description of an error if it is SQLite's.
pub(super) fn describe(error: &dyn DatabaseError) -> Option<&'static str> {
    primary(error).map(description)
}

/// Returns whether another connection holds a lock.
pub(super) fn is_busy(error: &dyn DatabaseError) -> bool {
    primary(error) == Some(BUSY)
}

/// Returns whether the file, or one of its companion files, cannot be opened or written.
pub(super) fn lacks_access(error: &dyn DatabaseError) -> bool {
    matches!(primary(error), Some(3 | 8 | 14))
}

fn primary(error: &dyn DatabaseError) -> Option<u32> {
    error.try_downcast_ref::<SqliteError>()?;
    error.code()?.parse::<u32>().ok().map(|code| code & PRIMARY)
}

fn description(primary: u32) -> &'static str {
    match primary {
        3 | 23 => "this process has no permission to use the SQLite file",
        4 | 9 => "SQLite aborted the statement",
        BUSY | 6 => LOCKED,
        7 => "SQLite is out of memory",
        8 => "the SQLite file or its directory cannot be written",
        10 => "the SQLite file cannot be read or written: the disk or the file system failed",
        11 => "the SQLite file is damaged",
        13 => "the disk is full",
        14 => "the SQLite file, or a file that SQLite keeps beside it, cannot be opened",
        18 => "a value is too long for SQLite",
        19 => "the table's constraints do not allow it",
        22 => "the file system does not support a file of this size",
        26 => "the file is not an SQLite database",
        _ => "SQLite rejected the statement",
    }
}
