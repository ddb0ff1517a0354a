//! Scans Rust code for the modules and crates that it names.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::read;
use super::rings::Ring;

/// Crates that unit tests may name in any ring.
const TEST_CRATES: &[&str] = &["proptest", "rcgen"];

/// The top-level modules of this crate that the code names, through `crate` or through `super` up to the root.
pub fn modules_named(code: &str, depth: usize, rings: &BTreeMap<String, Ring>) -> BTreeSet<String> {
    let prefixes = format!(r"\bcrate::|(?:\bsuper::){{{depth},}}");
    let start = Regex::new(&prefixes).unwrap();
    start
        .find_iter(code)
        .flat_map(|found| first_names(&code[found.end()..]))
        .filter(|name| rings.contains_key(name))
        .collect()
}

/// The first names after `crate::`: one, or all of a group.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| {
        let text = text.trim_start();
        text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
            .to_owned()
    };
    let Some(group) = rest.trim_start().strip_prefix('{') else { return vec![name(rest)] };
    let mut names = vec![name(group)];
    let mut nested = 0_usize;
    for (at, character) in group.char_indices() {
        match character {
            '{' => nested += 1,
            '}' if nested == 0 => break,
            '}' => nested -= 1,
            ',' if nested == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names
}

/// The dependencies that the code names, at the start of a path or in a `use` of the crate itself.
///
/// Excludes a module of the same name that the code imports from elsewhere, such as `sea_orm::sqlx`.
pub fn crates_named(code: &str, dependencies: &BTreeSet<String>) -> BTreeSet<String> {
    let path_start = Regex::new(r"(?:^|[^:\w\s]|[^:\s]\s+|^\s+)(?:::)?(\w+)::").unwrap();
    let whole = Regex::new(r"\buse\s+(?:::)?(\w+)\s*(?:;|\bas\b)").unwrap();
    let imported = imported_names(code);
    path_start
        .captures_iter(code)
        .chain(whole.captures_iter(code))
        .map(|found| found[1].to_owned())
        .filter(|name| dependencies.contains(name) && !imported.contains(name))
        .filter(|name| !TEST_CRATES.contains(&name.as_str()))
        .collect()
}

/// The names that `use a::b;` and `use a::{b, c};` import.
fn imported_names(code: &str) -> BTreeSet<String> {
    let imported = Regex::new(r"\buse\s+\w+::([^;]*;)").unwrap();
    let last = Regex::new(r"(\w+)\s*[;,}]").unwrap();
    let uses: Vec<&str> =
        imported.captures_iter(code).map(|found| found.get(1).unwrap().as_str()).collect();
    uses.iter().flat_map(|list| last.captures_iter(list)).map(|found| found[1].to_owned()).collect()
}

/// Removes comments and literals from code.
pub fn without_comments_and_literals(code: &str) -> String {
    comments_and_literals().replace_all(code, " ").into_owned()
}

/// The string literals of code, with their quotes.
pub fn literals(code: &str) -> Vec<String> {
    let found = comments_and_literals();
    let texts = found.find_iter(code).map(|found| found.as_str().to_owned());
    texts.filter(|text| !text.starts_with(['/', '\''])).collect()
}

/// The code before a file's unit tests.
pub fn without_unit_tests(code: &str) -> &str {
    code.split("\n#[cfg(test)]\nmod tests {").next().unwrap()
}

fn comments_and_literals() -> Regex {
    let comment = r"//[^\n]*|/\*.*?\*/";
    let raw_string = r###"r##".*?"##|r#".*?"#|r".*?""###;
    let string = r#"'(?:\\.|[^'\\])'|"(?:\\.|[^"\\])*""#;
    Regex::new(&format!("(?s){comment}|{raw_string}|{string}")).unwrap()
}

/// The number of `super`s from a file to the crate's root.
pub fn depth(path: &str) -> usize {
    path.split('/').count() - usize::from(path.ends_with("/mod.rs"))
}

/// The crates in Cargo.toml, by their names in code.
pub fn dependencies() -> BTreeSet<String> {
    let manifest = read("Cargo.toml");
    let sections = manifest.split("\n[").filter(|section| section.contains("dependencies]"));
    let name = Regex::new(r"(?m)^([\w-]+) = ").unwrap();
    sections
        .flat_map(|section| name.captures_iter(section).map(|found| found[1].replace('-', "_")))
        .collect()
}
