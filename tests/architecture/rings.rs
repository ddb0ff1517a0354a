//! The table of rings in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::{files_below, read};

/// The modules and crates that one ring may name besides itself and the standard library.
pub struct Ring {
    pub imports: BTreeSet<String>,
    pub crates: BTreeSet<String>,
}

/// The Rust rings by name. A ring may name only what its row lists.
pub fn rings() -> BTreeMap<String, Ring> {
    let text = read("ARCHITECTURE.md");
    let section = text.split("\n## Rings\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .filter(|cells| !cells[1].contains('/'))
        .map(|cells| {
            let ring = Ring { imports: names(cells[3]), crates: names(cells[4]) };
            (cells[1].trim_matches('`').to_owned(), ring)
        })
        .collect()
}

/// Splits a cell into names; a dash means none.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split(',').map(|name| name.trim().to_owned()).filter(|name| name != "–").collect()
}

#[test]
fn the_top_level_modules_are_exactly_the_rings() {
    let files = files_below("src");
    let modules = files.iter().map(|file| file.split(['/', '.']).nth(1).unwrap());
    let modules: BTreeSet<&str> = modules.filter(|name| *name != "lib").collect();
    let rings = rings();
    assert_eq!(modules, rings.keys().map(String::as_str).collect());
}

#[test]
fn rings_import_only_rings_above_them() {
    let text = read("ARCHITECTURE.md");
    let position = |name: &str| text.find(&format!("\n| `{name}` |")).unwrap();
    for (name, ring) in rings() {
        for import in &ring.imports {
            assert!(
                position(import) < position(&name),
                "{name} imports {import}, which is below it"
            );
        }
    }
}
