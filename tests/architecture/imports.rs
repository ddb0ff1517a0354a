//! Checks that imports point inward: the table must allow every `crate::…` path and every external crate that `src/`
//! names.

use std::collections::{BTreeMap, BTreeSet};

use super::rings::{Ring, rings};
use super::scan::{
    crates_named, dependencies, depth, modules_named, without_comments_and_literals,
    without_unit_tests,
};
use super::{files_below, read};

#[test]
fn every_import_points_inward() {
    let (rings, dependencies) = (rings(), dependencies());
    let files = files_below("src").into_iter().filter(|file| file != "src/lib.rs");
    let violations: Vec<String> = files
        .flat_map(|file| {
            // Unit tests may use modules outside the ring.
            let code = read(&file);
            let code = without_unit_tests(&code);
            forbidden(file.strip_prefix("src/").unwrap(), code, &rings, &dependencies)
        })
        .collect();
    assert!(
        violations.is_empty(),
        "imports that the table of rings in ARCHITECTURE.md does not allow:\n{}",
        violations.join("\n")
    );
}

#[test]
fn every_form_of_a_forbidden_import_is_reported() {
    let samples = [
        ("token/raw.rs", "use crate::store::Store;", "store"),
        ("token/raw.rs", "fn f() { crate::store::open() }", "store"),
        ("token/raw.rs", "use crate::{error::ApiKeyError, service};", "service"),
        ("token/raw.rs", "use super::super::store;", "store"),
        ("token/mod.rs", "pub use super::store::{Store};", "store"),
        ("context.rs", "use super::{token::RawToken};", "token"),
        ("service/create.rs", "use sea_orm::{DbErr};", "sea_orm"),
        ("service/create.rs", "fn f() -> ::sea_orm::DbErr {}", "sea_orm"),
        ("api_key/id.rs", "#[napi_derive::napi]", "napi_derive"),
        ("query/mod.rs", "use sea_orm as orm;", "sea_orm"),
        ("store/failure.rs", "use sqlx::Error;", "sqlx"),
        ("stray.rs", "use crate::error::ApiKeyError;", "error"),
    ];
    for (file, code, named) in samples {
        let violations = forbidden(file, code, &rings(), &dependencies());
        assert_eq!(violations, [format!("src/{file} names {named}")], "for {code}");
    }
}

#[test]
fn an_allowed_import_is_not_reported() {
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
        assert!(forbidden(file, code, &rings(), &dependencies()).is_empty(), "for {code}");
    }
}

/// A message for each module or crate that `code`, at `path` below `src/`, names without permission.
fn forbidden(
    path: &str,
    code: &str,
    rings: &BTreeMap<String, Ring>,
    dependencies: &BTreeSet<String>,
) -> Vec<String> {
    let own = path.split(['/', '.']).next().unwrap();
    let ring = rings.get(own);
    let code = without_comments_and_literals(code);
    let may_import = |name: &String| {
        name == own || ring.is_some_and(|ring| ring.imports.contains(name.as_str()))
    };
    let may_name = |name: &String| ring.is_some_and(|ring| ring.crates.contains(name.as_str()));
    let imported = modules_named(&code, depth(path), rings).into_iter();
    let named = crates_named(&code, dependencies).into_iter();
    let violations: BTreeSet<String> = imported
        .filter(|name| !may_import(name))
        .chain(named.filter(|name| !may_name(name)))
        .map(|name| format!("src/{path} names {name}"))
        .collect();
    violations.into_iter().collect()
}
