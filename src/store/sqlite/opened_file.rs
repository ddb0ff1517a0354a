//! Which file a connection has opened.
//!
//! The configured path may have led to another file at the time when the connection was opened than before and after. So
//! the connection is asked, not the path.

use std::path::{Path, PathBuf};

use sea_orm::sqlx;
use sea_orm::sqlx::Row as _;
use sea_orm::sqlx::sqlite::SqliteConnection;

use super::file::{FileId, id};
use super::file_control::pooled_has_moved;

/// Returns the file that a connection opened by a path without symbolic links; `None` if another file is there now.
pub(super) fn opened_file(path: &Path, has_moved: impl FnOnce() -> bool) -> Option<FileId> {
    let before = id(path);
    // SQLite compares the file with the one at the path.
    if has_moved() || id(path) != before { None } else { before }
}

/// Returns the same of a connection of a pool. `configured` is the path of a file whose name is not Unicode.
pub(super) async fn opened_by_pool(
    connection: &mut SqliteConnection,
    configured: &Path,
) -> Result<Option<FileId>, sqlx::Error> {
    // The name has its symbolic links resolved.
    let main = sqlx::query("PRAGMA database_list").fetch_one(&mut *connection).await?;
    let path = main.try_get::<String, _>(2).map_or_else(|_| configured.to_owned(), PathBuf::from);
    let mut handle = connection.lock_handle().await?;
    Ok(opened_file(&path, || pooled_has_moved(&mut handle)))
}
