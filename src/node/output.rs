//! What goes out.

use napi::bindgen_prelude::FnArgs;
use napi_derive::napi;

use crate::api_key::PublicApiKey;
use crate::edge::to_epoch_ms;
use crate::query::{Field, Selection};
use crate::service::{Page, Rolled, Written};

/// A key; times are epoch milliseconds. Null is an empty column, or one that was not selected.
#[napi(object, use_nullable = true, object_from_js = false)]
pub struct NativeApiKey {
    pub id: String,
    pub token: Option<String>,
    pub redacted: Option<String>,
    pub title: Option<String>,
    pub r#type: Option<String>,
    pub last_used_at: Option<f64>,
    pub created_by: Option<String>,
    pub revoked_by: Option<String>,
    pub revoked_at: Option<f64>,
    pub created_at: Option<f64>,
    pub updated_at: Option<f64>,
    pub deleted_at: Option<f64>,
}

/// A page of keys.
#[napi(object, use_nullable = true, object_from_js = false)]
pub struct NativePage {
    /// The keys.
    pub keys: Vec<NativeApiKey>,
    /// The selected columns in model order; null means every one.
    pub columns: Option<Vec<String>>,
    /// How many keys there are on all pages, if that was asked.
    pub count: Option<f64>,
}

/// What a write did; the ids are in the order in which events name them.
#[napi(object, object_from_js = false)]
pub struct NativeWritten {
    /// The keys to answer with.
    pub keys: Vec<NativeApiKey>,
    /// The ids of keys that came to be.
    pub created: Vec<String>,
    /// The ids of keys that changed.
    pub updated: Vec<String>,
    /// The ids of keys that went.
    pub deleted: Vec<String>,
}

/// A key and the one that took its place.
#[napi(object, object_from_js = false)]
pub struct NativeRolled {
    /// The old key.
    pub revoked: NativeApiKey,
    /// The new key, with its token.
    pub created: NativeApiKey,
}

impl From<PublicApiKey> for NativeApiKey {
    fn from(key: PublicApiKey) -> Self {
        Self {
            id: key.id,
            token: Some(key.token),
            redacted: Some(key.redacted),
            title: Some(key.title),
            r#type: Some(key.kind.as_str().to_owned()),
            last_used_at: key.last_used_at.map(to_epoch_ms),
            created_by: Some(key.created_by),
            revoked_by: key.revoked_by,
            revoked_at: key.revoked_at.map(to_epoch_ms),
            created_at: Some(to_epoch_ms(key.created_at)),
            updated_at: Some(to_epoch_ms(key.updated_at)),
            deleted_at: key.deleted_at.map(to_epoch_ms),
        }
    }
}

/// A ticket and the key that it was answered with, as the arguments of a function, which is the fastest way over: the
/// fields of [`NativeApiKey`] in order.
pub(super) type RowArgs = (
    u32,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<String>,
    Option<String>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
    Option<f64>,
);

pub(super) fn row_args(ticket: u32, key: &PublicApiKey) -> FnArgs<RowArgs> {
    let row = NativeApiKey::from(key.clone());
    FnArgs::from((
        ticket,
        row.id,
        row.token,
        row.redacted,
        row.title,
        row.r#type,
        row.last_used_at,
        row.created_by,
        row.revoked_by,
        row.revoked_at,
        row.created_at,
        row.updated_at,
        row.deleted_at,
    ))
}

impl NativeApiKey {
    fn selected(key: PublicApiKey, selection: &Selection) -> Self {
        // Stock 2.21.2: selecting the type of a secret key brings its empty token along.
        let token =
            selection.shows(Field::Token) || selection.shows(Field::Type) && key.token.is_empty();
        let all = Self::from(key);
        Self {
            id: all.id,
            token: all.token.filter(|_| token),
            redacted: all.redacted.filter(|_| selection.shows(Field::Redacted)),
            title: all.title.filter(|_| selection.shows(Field::Title)),
            r#type: all.r#type.filter(|_| selection.shows(Field::Type)),
            last_used_at: all.last_used_at.filter(|_| selection.shows(Field::LastUsedAt)),
            created_by: all.created_by.filter(|_| selection.shows(Field::CreatedBy)),
            revoked_by: all.revoked_by.filter(|_| selection.shows(Field::RevokedBy)),
            revoked_at: all.revoked_at.filter(|_| selection.shows(Field::RevokedAt)),
            created_at: all.created_at.filter(|_| selection.shows(Field::CreatedAt)),
            updated_at: all.updated_at.filter(|_| selection.shows(Field::UpdatedAt)),
            deleted_at: all.deleted_at.filter(|_| selection.shows(Field::DeletedAt)),
        }
    }
}

/// The selected columns in model order, or `None` for every one.
pub(super) fn columns(selection: &Selection) -> Option<Vec<String>> {
    match selection {
        Selection::All => None,
        Selection::Some(fields) => {
            Some(fields.iter().map(|field| field.as_str().to_owned()).collect())
        }
    }
}

impl From<Page> for NativePage {
    fn from(page: Page) -> Self {
        let columns = columns(&page.selection);
        let keys = page.keys.into_iter();
        Self {
            keys: keys.map(|key| NativeApiKey::selected(key, &page.selection)).collect(),
            columns,
            #[expect(clippy::cast_precision_loss, reason = "no table holds 2^53 rows")]
            count: page.count.map(|count| count as f64),
        }
    }
}

impl From<Written> for NativeWritten {
    fn from(written: Written) -> Self {
        Self {
            keys: written.keys.into_iter().map(NativeApiKey::from).collect(),
            created: written.created,
            updated: written.updated,
            deleted: written.deleted,
        }
    }
}

impl From<Rolled> for NativeRolled {
    fn from(rolled: Rolled) -> Self {
        Self { revoked: rolled.revoked.into(), created: rolled.created.into() }
    }
}
