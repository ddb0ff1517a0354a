//! The declaration of the columns for JavaScript.
//!
//! `npm run build` generates `module/generated/columns.ts` from it, and tests compare every other place with it.

use napi_derive::napi;
use serde::Serialize;

use super::outcome::json;
use super::service::NativeApiKeyService;
use crate::columns::{Access, Field, FieldKind, INTERNAL, silent_columns};

#[derive(Serialize)]
struct Declared {
    fields: Vec<DeclaredField>,
    /// Columns that callers cannot name.
    internal: &'static [&'static str],
    /// Columns whose changes do not trigger a notification.
    silent: Vec<&'static str>,
}

#[derive(Serialize)]
struct DeclaredField {
    name: &'static str,
    kind: &'static str,
    access: &'static str,
    graphql: &'static str,
    nullable: bool,
}

#[napi]
impl NativeApiKeyService {
    /// The columns as `src/columns.rs` declares them, as JSON.
    #[napi(catch_unwind)]
    pub fn declared_columns() -> String {
        let fields = Field::ALL.iter().map(|field| DeclaredField {
            name: field.as_str(),
            kind: match field.kind() {
                FieldKind::Text => "text",
                FieldKind::Time => "time",
            },
            access: match field.access() {
                Access::Open => "open",
                Access::Token => "token",
                Access::Hidden => "hidden",
            },
            graphql: field.graphql(),
            nullable: field.is_nullable(),
        });
        json(&Declared {
            fields: fields.collect(),
            internal: INTERNAL,
            silent: silent_columns().collect(),
        })
    }
}
