//! Checks that what belongs to one database is in that database's directory, so that a third one cannot be forgotten.
//!
//! Only the files in the row "a database" of ARCHITECTURE.md may name PostgreSQL or SQLite in code: they choose with an
//! exhaustive `match`.

use std::collections::BTreeSet;

use regex::Regex;

use super::scan::{literals, without_comments_and_literals, without_unit_tests};
use super::{files_below, read};

const DIRECTORIES: &[&str] = &["src/store/postgres/", "src/store/sqlite/"];

/// The files that choose a database.
fn choosing_files() -> BTreeSet<String> {
    let text = read("ARCHITECTURE.md");
    let row = text.lines().find(|line| line.starts_with("| a database |")).unwrap();
    let path = Regex::new(r"`(store/[\w/]+\.rs)`").unwrap();
    path.captures_iter(row).map(|found| format!("src/{}", &found[1])).collect()
}

/// The code of every file outside the directories of the databases, without its unit tests.
fn shared_code() -> Vec<(String, String)> {
    let files = files_below("src").into_iter();
    files
        .filter(|file| !DIRECTORIES.iter().any(|directory| file.starts_with(directory)))
        .map(|file| {
            let code = without_unit_tests(&read(&file)).to_owned();
            (file, code)
        })
        .collect()
}

/// The first word of the code that names one database.
fn database_named(code: &str) -> Option<String> {
    let name = Regex::new(r"\w*(?i:postgres|sqlite|sqlx)\w*|\bPg[A-Z]\w*").unwrap();
    let code = without_comments_and_literals(code);
    name.find(&code).map(|found| found.as_str().to_owned())
}

/// The first literal of the code that only one database understands: SQL, or an error code.
fn database_specific(code: &str) -> Option<String> {
    let specific = Regex::new(concat!(
        r"\bpg_|::(?:pg_catalog|jsonb?|text|numeric|boolean|bool|bigint|int\d|regclass|timestamptz)\b",
        r"|\b(?:timestamptz|plpgsql|ILIKE|SKIP LOCKED|ANY\(\$|to_regclass|unnest)",
        r"|\b(?:sqlite_\w|PRAGMA|REGEXP|json_each|json_extract|unixepoch|strftime|AUTOINCREMENT)",
        "|^\"[0-9][0-9A-Z]{4}\"$",
    ))
    .unwrap();
    literals(code).into_iter().find(|literal| specific.is_match(literal))
}

#[test]
fn only_the_choosing_files_name_a_database() {
    let choosing = choosing_files();
    let naming: BTreeSet<String> = shared_code()
        .into_iter()
        .filter(|(_, code)| database_named(code).is_some())
        .map(|(file, _)| file)
        .collect();
    assert_eq!(
        naming, choosing,
        "left: files that name a database; right: the row in ARCHITECTURE.md"
    );
}

#[test]
fn no_statement_outside_the_directories_is_of_one_database() {
    let found: Vec<String> = shared_code()
        .iter()
        .filter(|(file, _)| file.starts_with("src/store/"))
        .filter_map(|(file, code)| Some(format!("{file}: {}", database_specific(code)?)))
        .collect();
    assert!(found.is_empty(), "of one database:\n{}", found.join("\n"));
}

#[test]
fn no_match_on_a_database_has_a_catch_all() {
    let arm = Regex::new(r"(?m)^\s*(?:_|\([_, ]+\)|[a-z]\w*)(?: if [^=]*)? =>").unwrap();
    for file in choosing_files() {
        let code = without_comments_and_literals(without_unit_tests(&read(&file)));
        let found = arm.find(&code).map(|found| found.as_str().trim());
        assert_eq!(found, None, "{file} has an arm for any database");
    }
}

#[test]
fn every_form_of_naming_a_database_is_reported() {
    for code in [
        "use super::postgres::Param;",
        "use crate::store::{row, sqlite};",
        "match on.backend() { Backend::Sqlite => 1, _ => 2 }",
        "fn f(executor: PgExecutor<'_>) {}",
        "fn f(error: sea_orm::sqlx::Error) {}",
        "fn insert_on_postgres() {}",
    ] {
        assert!(database_named(code).is_some(), "{code}");
    }
    for code in ["// PostgreSQL's default", "const URL: &str = \"sqlite::memory:\";", "Page::new()"]
    {
        assert_eq!(database_named(code), None, "{code}");
    }
}

#[test]
fn every_kind_of_database_specific_literal_is_reported() {
    for code in [
        r#"const A: &str = "$1::jsonb";"#,
        r#"const A: &str = "SELECT pg_catalog.count(*)";"#,
        r##"const A: &str = r#"CREATE TABLE "a" ("at" timestamptz)"#;"##,
        r#"const A: &str = "PRAGMA data_version";"#,
        r#"const A: &str = "SELECT name FROM sqlite_master";"#,
        r#"if code == "42501" {}"#,
    ] {
        assert!(database_specific(code).is_some(), "{code}");
    }
    for code in [
        "// SELECT pg_catalog.count(*)",
        r#"const A: &str = "sqlite::memory:";"#,
        r##"const A: &str = r#"SELECT "version" FROM "api_key_native_migrations""#;"##,
    ] {
        assert_eq!(database_specific(code), None, "{code}");
    }
}
