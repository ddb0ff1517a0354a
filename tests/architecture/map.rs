//! Checks the map in ARCHITECTURE.md and the paths in documents.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use super::{files_below, read, root};

/// The documents to check for paths.
const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The directories to which a path in a document may be relative.
const STARTS: &[&str] = &["", "src/", "module/", "__test__/"];

/// The paths on the map: files and, with a trailing slash, directories.
fn mapped() -> BTreeSet<String> {
    let text = read("ARCHITECTURE.md");
    let map = text.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let mut parents: Vec<(usize, String)> = Vec::new();
    let mut paths = BTreeSet::new();
    for line in map.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        parents.retain(|(depth, _)| *depth < indent);
        let parent = parents.last().map_or("", |(_, path)| path).to_owned();
        // Two spaces separate the names from the description.
        let names = line.trim_start().split("  ").next().unwrap();
        for name in names.split(' ') {
            let path = format!("{parent}{name}");
            if path.ends_with('/') {
                parents.push((indent, path.clone()));
            }
            paths.insert(path);
        }
    }
    paths
}

#[test]
fn every_path_on_the_map_exists() {
    for path in mapped() {
        let is_directory = path.ends_with('/');
        let found = root().join(&path);
        assert!(found.exists() && found.is_dir() == is_directory, "the map names {path}");
    }
}

#[test]
fn the_map_covers_every_source_file() {
    let mapped = mapped();
    let covered = |file: &str| {
        // `src/` and `module/` themselves cover no file: the map lists their files individually.
        let directories = Path::new(file).ancestors().skip(1).map(|path| path.to_str().unwrap());
        let mut directories = directories.filter(|path| path.contains('/'));
        mapped.contains(file) || directories.any(|path| mapped.contains(&format!("{path}/")))
    };
    let files = ["src", "module"].into_iter().flat_map(files_below);
    let missing: Vec<String> = files.filter(|file| !covered(file)).collect();
    assert!(missing.is_empty(), "the map lacks {}", missing.join(", "));
}

#[test]
fn every_path_in_the_documents_exists() {
    let quoted = Regex::new("`([^`\\s]+)`").unwrap();
    let is_path =
        Regex::new(r"^[\w.@-]+(?:/[\w.@-]+)*(?:/|\.(?:rs|ts|js|mjs|md|json|toml))$").unwrap();
    for document in DOCUMENTS {
        let text = read(document);
        let prose: String = text.split("```").step_by(2).collect();
        let missing: Vec<&str> = quoted
            .captures_iter(&prose)
            .map(|found| found.get(1).unwrap().as_str())
            .filter(|name| name.contains('/') && is_path.is_match(name))
            // Commands write there; a clone has nothing in it.
            .filter(|name| !name.starts_with("target/"))
            .filter(|name| !STARTS.iter().any(|start| root().join(start).join(name).exists()))
            .collect();
        assert!(missing.is_empty(), "{document} names {}", missing.join(", "));
    }
}
