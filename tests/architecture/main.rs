//! ARCHITECTURE.md is true: its table of rings is what the imports obey, its map covers every file, and the paths it names exist.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the complaint")]

mod imports;
mod map;
mod rings;
mod scan;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the checkout.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every file below a directory of the checkout, as a path from the root.
fn files_below(directory: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root().join(directory), &mut found);
    found.sort();
    found
}

fn collect(directory: &Path, found: &mut Vec<String>) {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.collect::<Vec<PathBuf>>() {
        if path.is_dir() {
            collect(&path, found);
        } else {
            let relative = path.strip_prefix(root()).unwrap();
            found.push(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
}
