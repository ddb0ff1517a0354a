//! Imports point inward only: every `crate::…` path and every external crate that `src/` names is checked against [`RINGS`].

#![expect(clippy::unwrap_used, reason = "in a test a panic is the complaint")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What the modules of one ring may name besides themselves and the standard library.
struct Ring {
    name: &'static str,
    imports: &'static [&'static str],
    crates: &'static [&'static str],
}

/// The innermost first. Whatever is not in a ring's row is forbidden to it.
const RINGS: &[Ring] = &[
    Ring { name: "error", imports: &[], crates: &["chrono", "thiserror"] },
    Ring { name: "notice", imports: &[], crates: &[] },
    Ring { name: "deadline", imports: &["error"], crates: &["tokio"] },
    Ring { name: "edge", imports: &["error"], crates: &["chrono", "thiserror"] },
    Ring { name: "input", imports: &["error", "edge"], crates: &["serde", "serde_json", "strsim"] },
    Ring {
        name: "token",
        imports: &["error", "notice", "edge"],
        crates: &[
            "argon2",
            "getrandom",
            "hex",
            "hmac",
            "quick_cache",
            "rustix",
            "scrypt",
            "sha2",
            "subtle",
            "tokio",
            "zeroize",
        ],
    },
    Ring {
        name: "api_key",
        imports: &["error", "edge", "input", "token"],
        crates: &["chrono", "uuid"],
    },
    Ring { name: "query", imports: &["error", "edge", "input", "api_key"], crates: &[] },
    Ring {
        name: "cache",
        imports: &["notice", "edge", "token", "api_key"],
        crates: &["lru", "rustix", "sha2"],
    },
    Ring {
        name: "store",
        imports: &["error", "notice", "deadline", "edge", "token", "api_key", "query", "cache"],
        crates: &[
            "async_trait",
            "chrono",
            "deadpool",
            "getrandom",
            "hex",
            "lru",
            "regex",
            "rusqlite",
            "rustls",
            "sea_orm",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tokio_postgres",
            "tokio_postgres_rustls",
            "url",
            "webpki_roots",
        ],
    },
    Ring {
        name: "service",
        imports: &[
            "error", "notice", "deadline", "edge", "input", "token", "api_key", "query", "cache",
            "store",
        ],
        crates: &["chrono", "serde", "tokio"],
    },
    Ring {
        name: "node",
        imports: &[
            "error", "notice", "deadline", "edge", "input", "api_key", "query", "cache", "service",
        ],
        crates: &["futures_util", "napi", "napi_derive", "serde_json"],
    },
];

/// Tests inside a module may name these anywhere.
const TEST_CRATES: &[&str] = &["proptest", "rcgen"];

#[test]
fn every_import_points_inward() {
    let dependencies = dependencies();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source);
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| **file != source.join("lib.rs")) {
        let place = file.strip_prefix(&source).unwrap();
        let code = fs::read_to_string(file).unwrap();
        // What a test makes its examples with is no part of the ring.
        let code = code.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        complaints.extend(forbidden(place, code, &dependencies));
    }
    assert!(
        complaints.is_empty(),
        "imports against the table in tests/imports.rs:\n{}",
        complaints.join("\n")
    );
}

#[test]
fn every_ring_of_the_table_is_a_module_and_the_other_way_round() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: BTreeSet<String> = fs::read_dir(source)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "lib")
        .collect();
    let rings: BTreeSet<String> = RINGS.iter().map(|ring| ring.name.to_owned()).collect();
    assert_eq!(modules, rings);
}

#[test]
fn a_forbidden_import_is_caught_however_it_is_written() {
    let samples = [
        ("token/raw.rs", "use crate::store::Store;", "store"),
        ("token/raw.rs", "fn f() { crate::store::open() }", "store"),
        ("token/raw.rs", "use crate::{error::ApiKeyError, service};", "service"),
        ("token/raw.rs", "use super::super::store;", "store"),
        ("token/mod.rs", "pub use super::store::{Store};", "store"),
        ("edge.rs", "use super::{token::RawToken};", "token"),
        ("service/create.rs", "use sea_orm::{DbErr};", "sea_orm"),
        ("service/create.rs", "fn f() -> ::sea_orm::DbErr {}", "sea_orm"),
        ("api_key/id.rs", "#[napi_derive::napi]", "napi_derive"),
        ("query/mod.rs", "use sea_orm as orm;", "sea_orm"),
        ("store/failure.rs", "use sqlx::Error;", "sqlx"),
        ("stray.rs", "use crate::error::ApiKeyError;", "error"),
    ];
    for (file, code, named) in samples {
        let complaints = forbidden(Path::new(file), code, &dependencies());
        assert_eq!(complaints, [format!("src/{file} names {named}")], "for {code}");
    }
}

#[test]
fn an_allowed_import_is_not_caught() {
    let samples = [
        ("service/create.rs", "use crate::{store::Store, token::{Hasher, RawToken}};"),
        ("store/row.rs", "use sea_orm::entity::prelude::*; use super::url::Url;"),
        ("store/failure.rs", "use sea_orm::{DbErr, sqlx}; fn f(error: sqlx::Error) {}"),
        (
            "token/mod.rs",
            "// crate::store\nconst TEXT: &str = \"sea_orm::DbErr\"; /* use crate::node; */",
        ),
        ("token/raw.rs", "mod tests { use super::*; use proptest::prelude::*; }"),
        ("query/field.rs", "use super::store; mod store {}"),
    ];
    for (file, code) in samples {
        assert!(forbidden(Path::new(file), code, &dependencies()).is_empty(), "for {code}");
    }
}

/// A sentence for each thing that `code`, at `place` below `src/`, names and may not.
fn forbidden(place: &Path, code: &str, dependencies: &BTreeSet<String>) -> Vec<String> {
    let path = place.to_str().unwrap().replace('\\', "/");
    let own = path.split(['/', '.']).next().unwrap();
    let ring = RINGS.iter().find(|ring| ring.name == own);
    let allowed = |name: &str, of: fn(&Ring) -> &'static [&'static str]| {
        ring.is_some_and(|ring| of(ring).contains(&name))
    };
    let code = without_text(code);
    let rings = modules_named(&code, depth(&path));
    let mut named: BTreeSet<String> = rings
        .into_iter()
        .filter(|name| name != own && !allowed(name, |ring| ring.imports))
        .collect();
    named.extend(
        crates_named(&code, dependencies)
            .into_iter()
            .filter(|name| !allowed(name, |ring| ring.crates)),
    );
    named.into_iter().map(|name| format!("src/{path} names {name}")).collect()
}

/// The top-level modules of this crate that the code names, from `crate` or by climbing there with `super`.
fn modules_named(code: &str, depth: usize) -> BTreeSet<String> {
    let climbs = format!(r"\bcrate::|(?:\bsuper::){{{depth},}}");
    let start = Regex::new(&climbs).unwrap();
    start
        .find_iter(code)
        .flat_map(|found| first_names(&code[found.end()..]))
        .filter(|name| RINGS.iter().any(|ring| ring.name == name))
        .collect()
}

/// The names right after `crate::`: one, or those of a group.
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

/// The dependencies that the code names: at the start of a path, or in a `use` of the crate itself. A module of that name which the
/// code has from elsewhere, such as `sea_orm::sqlx`, is none.
fn crates_named(code: &str, dependencies: &BTreeSet<String>) -> BTreeSet<String> {
    let path_start = Regex::new(r"(?:^|[^:\w\s]|[^:\s]\s+|^\s+)(?:::)?(\w+)::").unwrap();
    let whole = Regex::new(r"\buse\s+(?:::)?(\w+)\s*(?:;|\bas\b)").unwrap();
    let bound = names_bound(code);
    path_start
        .captures_iter(code)
        .chain(whole.captures_iter(code))
        .map(|found| found[1].to_owned())
        .filter(|name| dependencies.contains(name) && !bound.contains(name))
        .filter(|name| !TEST_CRATES.contains(&name.as_str()))
        .collect()
}

/// The names that `use a::b;` and `use a::{b, c};` bring into the code.
fn names_bound(code: &str) -> BTreeSet<String> {
    let imported = Regex::new(r"\buse\s+\w+::([^;]*;)").unwrap();
    let last = Regex::new(r"(\w+)\s*[;,}]").unwrap();
    let uses: Vec<&str> =
        imported.captures_iter(code).map(|found| found.get(1).unwrap().as_str()).collect();
    uses.iter().flat_map(|list| last.captures_iter(list)).map(|found| found[1].to_owned()).collect()
}

/// The code without its comments and literals.
fn without_text(code: &str) -> String {
    let comment = r"//[^\n]*|/\*.*?\*/";
    let raw_text = r###"r##".*?"##|r#".*?"#|r".*?""###;
    let text = r#"'(?:\\.|[^'\\])'|"(?:\\.|[^"\\])*""#;
    let ignored = Regex::new(&format!("(?s){comment}|{raw_text}|{text}")).unwrap();
    ignored.replace_all(code, " ").into_owned()
}

/// How many `super`s lead from a file to the crate's root.
fn depth(path: &str) -> usize {
    path.split('/').count() - usize::from(path.ends_with("/mod.rs"))
}

/// The crates in Cargo.toml, as code names them.
fn dependencies() -> BTreeSet<String> {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").filter(|section| section.contains("dependencies]"));
    let name = Regex::new(r"(?m)^([\w-]+) = ").unwrap();
    sections
        .flat_map(|section| name.captures_iter(section).map(|found| found[1].replace('-', "_")))
        .collect()
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
