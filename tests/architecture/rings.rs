//! The table of rings in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::{files_below, read};

/// What the modules of one ring may name besides themselves and the standard library.
pub struct Ring {
    pub imports: BTreeSet<String>,
    pub crates: BTreeSet<String>,
}

/// The rings of Rust by name. What is not in a ring's row is forbidden to it.
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

/// The names in a cell, which holds a dash for none.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split(',').map(|name| name.trim().to_owned()).filter(|name| name != "–").collect()
}

#[test]
fn every_module_is_a_ring_and_every_ring_a_module() {
    let files = files_below("src");
    let modules = files.iter().map(|file| file.split(['/', '.']).nth(1).unwrap());
    let modules: BTreeSet<&str> = modules.filter(|name| *name != "lib").collect();
    let rings = rings();
    assert_eq!(modules, rings.keys().map(String::as_str).collect());
}

#[test]
fn rings_import_rings_that_stand_above_them() {
    let text = read("ARCHITECTURE.md");
    let place = |name: &str| text.find(&format!("\n| `{name}` |")).unwrap();
    for (name, ring) in rings() {
        for import in &ring.imports {
            assert!(place(import) < place(&name), "{name} imports {import}, which stands below it");
        }
    }
}
