//! Rejects unknown members of arguments.
//!
//! Stock drops every unknown member. Here, methods that stock does not have reject all of them, and stock's own
//! methods reject the names in `near_misses`: a dropped `expires_at` would create a key that never expires, a dropped
//! `limit` would read the whole table.

use super::Input;
use super::near_misses::{DATA, EXTENT, Meaning, PAGES};
use crate::error::{ApiKeyError, Shown};

/// The method whose data is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataOf {
    /// `createApiKeys`, and `upsertApiKeys` without an id.
    Creation,
    /// `updateApiKeys`, and `upsertApiKeys` with an id.
    Update,
    /// `revoke`.
    Revocation,
    /// `ensureApiKeys`.
    Declaration,
    /// `importApiKeys`.
    Import,
}

impl DataOf {
    /// The names that are valid here or in stock: they are read, or ignored as in stock.
    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Creation => &[
                "expires_in",
                "revoked_at",
                "revoked_by",
                "created_by",
                "scopes",
                "owner",
                "allowed_ips",
            ],
            Self::Update => {
                &["revoked_at", "revoked_by", "created_by", "scopes", "owner", "allowed_ips"]
            }
            Self::Revocation => {
                &["revoke_in", "revoked_at", "revoked_by", "created_by", "cascade", "dry_run"]
            }
            Self::Declaration => &["expires_in", "created_by", "scopes", "owner", "allowed_ips"],
            Self::Import => &[
                "expires_in",
                "revoked_at",
                "revoked_by",
                "created_by",
                "scopes",
                "owner",
                "allowed_ips",
            ],
        }
    }

    fn advice(self, meaning: Meaning) -> &'static str {
        match (self, meaning) {
            (Self::Creation | Self::Declaration | Self::Import, Meaning::End) => {
                "did you mean \"expires_in\", in seconds from now?"
            }
            (Self::Revocation, Meaning::End) => "did you mean \"revoke_in\", in seconds from now?",
            (Self::Update, Meaning::End) => "an update cannot end a key; use revoke",
            (_, Meaning::Start) => "a key is valid from its creation",
            (Self::Update, Meaning::RevokedBy | Meaning::CreatedBy) => {
                "an update cannot change who created or revoked a key"
            }
            (
                Self::Revocation,
                Meaning::Scope | Meaning::Owner | Meaning::AllowedIps | Meaning::Purpose,
            ) => "a revocation applies to the whole key",
            (_, Meaning::Scope) => "did you mean \"scopes\", an array of strings?",
            (_, Meaning::Owner) => "did you mean \"owner\", an object { type, id }?",
            (_, Meaning::Purpose) => "did you mean \"purpose\", which is set at creation?",
            (_, Meaning::AllowedIps) => "did you mean \"allowed_ips\", an array of strings?",
            (_, Meaning::RevokedBy) => "did you mean \"revoked_by\"?",
            (_, Meaning::CreatedBy) => "did you mean \"created_by\"?",
            (Self::Declaration, Meaning::Token) => "did you mean \"token\"?",
            (Self::Import, Meaning::Token) => "did you mean \"sha256\"?",
            (_, Meaning::Token) => {
                "tokens are generated here; ensureApiKeys takes a token, importApiKeys a hash"
            }
        }
    }
}

/// Rejects data with a member that was likely meant to set an expiry, a restriction or a token, and would be dropped.
///
/// # Errors
/// `Invalid`, naming the member.
pub fn refuse_near_misses(data: &Input, of: DataOf) -> Result<(), ApiKeyError> {
    for name in defined(data).filter(|name| !of.known().contains(name)) {
        let normalized = normalize(name);
        if of == DataOf::Revocation
            && let Some((member, _)) =
                EXTENT.iter().find(|(_, names)| names.contains(&normalized.as_str()))
        {
            return Err(unknown(name, "the data", &format!("did you mean \"{member}\"?")));
        }
        let meant = DATA.iter().find(|(_, names)| names.contains(&normalized.as_str()));
        if let Some((meaning, _)) = meant {
            return Err(unknown(name, "the data", of.advice(*meaning)));
        }
    }
    Ok(())
}

/// Rejects a config with a member that was likely meant to request a page, and would be dropped.
///
/// # Errors
/// `Invalid`, naming the member.
pub fn refuse_other_pages(config: &Input) -> Result<(), ApiKeyError> {
    for name in defined(config) {
        let normalized = normalize(name);
        let meant = PAGES.iter().find(|(_, names)| names.contains(&normalized.as_str()));
        if let Some((member, _)) = meant.filter(|(member, _)| *member != name) {
            return Err(unknown(name, "config", &format!("did you mean \"{member}\"?")));
        }
    }
    Ok(())
}

/// Rejects every unknown member.
///
/// # Errors
/// `Invalid`, naming the first one.
pub fn refuse_unknown(what: &str, value: &Input, known: &[&str]) -> Result<(), ApiKeyError> {
    let Some(name) = defined(value).find(|name| !known.contains(name)) else { return Ok(()) };
    let advice = match nearest(name, known) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("known members: {}", known.join(", ")),
    };
    Err(unknown(name, what, &advice))
}

/// A member that is true or false; `false` if it is missing.
///
/// # Errors
/// `Invalid`, naming the member.
pub fn optional_flag(name: &str, of: &Input) -> Result<bool, ApiKeyError> {
    match of.member(name) {
        Input::Undefined | Input::Null => Ok(false),
        Input::Bool(value) => Ok(*value),
        other => Err(ApiKeyError::invalid(format!(
            "{name} must be true or false, '{}' found",
            other.kind()
        ))),
    }
}

/// The names of the members that are not undefined.
fn defined(value: &Input) -> impl Iterator<Item = &str> {
    let members = match value {
        Input::Object(members) => members.as_slice(),
        _ => &[],
    };
    members.iter().filter(|(_, value)| *value != Input::Undefined).map(|(name, _)| name.as_str())
}

fn unknown(name: &str, what: &str, advice: &str) -> ApiKeyError {
    ApiKeyError::invalid(format!("unknown member \"{}\" of {what}; {advice}", Shown(name)))
}

fn normalize(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The known name that is most similar to a misspelled one, if any is similar enough.
#[must_use]
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    const MAX_EDITS: usize = 2;
    const MAX_BYTES: usize = 64;
    if name.len() > MAX_BYTES {
        return None;
    }
    let name = normalize(name);
    known
        .iter()
        .map(|known| (strsim::levenshtein(&name, &normalize(known)), *known))
        .filter(|(edits, known)| *edits <= MAX_EDITS && 2 * edits < known.len())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str) -> Input {
        Input::Object(vec![(name.to_owned(), Input::Null)])
    }

    #[test]
    fn rejects_a_near_miss_in_every_spelling_and_accepts_known_members() {
        for name in [
            "expires_at",
            "expiresAt",
            "EXPIRES_AT",
            "expiresIn",
            "ttl",
            "valid-until",
            "Scopes",
            "permissions",
            "ownerId",
            "allowedIps",
        ] {
            for of in [DataOf::Creation, DataOf::Update, DataOf::Revocation] {
                assert!(refuse_near_misses(&with(name), of).is_err(), "{name} {of:?}");
            }
        }
        for name in ["title", "revoked_at", "created_at", "token", "salt", "metadata", "redacted"] {
            for of in [DataOf::Creation, DataOf::Update, DataOf::Revocation] {
                assert_eq!(refuse_near_misses(&with(name), of), Ok(()), "{name} {of:?}");
            }
        }
        assert_eq!(refuse_near_misses(&with("expires_in"), DataOf::Creation), Ok(()));
        for name in ["scopes", "owner", "allowed_ips"] {
            assert_eq!(refuse_near_misses(&with(name), DataOf::Creation), Ok(()), "{name}");
            assert_eq!(refuse_near_misses(&with(name), DataOf::Update), Ok(()), "{name}");
            assert!(refuse_near_misses(&with(name), DataOf::Revocation).is_err(), "{name}");
        }
        assert!(refuse_near_misses(&with("expires_in"), DataOf::Revocation).is_err());
        for name in ["dryRun", "Dry-Run", "preview", "Cascade", "recursive", "descendants"] {
            assert!(refuse_near_misses(&with(name), DataOf::Revocation).is_err(), "{name}");
            assert_eq!(refuse_near_misses(&with(name), DataOf::Update), Ok(()), "{name}");
        }
        for name in ["cascade", "dry_run"] {
            assert_eq!(refuse_near_misses(&with(name), DataOf::Revocation), Ok(()), "{name}");
        }
        assert_eq!(refuse_near_misses(&with("revoke_in"), DataOf::Revocation), Ok(()));
        assert!(refuse_near_misses(&with("revoke_in"), DataOf::Creation).is_err());
        let undefined = Input::Object(vec![("ttl".to_owned(), Input::Undefined)]);
        assert_eq!(refuse_near_misses(&undefined, DataOf::Creation), Ok(()));
    }

    #[test]
    fn rejects_other_names_for_a_page() {
        for name in ["limit", "offset", "per_page", "pageSize", "Take"] {
            assert!(refuse_other_pages(&with(name)).is_err(), "{name}");
        }
        for name in ["take", "skip", "options", "args"] {
            assert_eq!(refuse_other_pages(&with(name)), Ok(()), "{name}");
        }
    }

    #[test]
    fn the_error_for_an_unknown_member_suggests_the_nearest_known_one() {
        let known = ["revoked_by", "revoke_in", "title"];
        let message =
            |name: &str| refuse_unknown("data", &with(name), &known).map_err(|e| e.to_string());
        assert_eq!(
            message("revokeIn"),
            Err("unknown member \"revokeIn\" of data; did you mean \"revoke_in\"?".to_owned())
        );
        assert_eq!(
            message("titel"),
            Err("unknown member \"titel\" of data; did you mean \"title\"?".to_owned())
        );
        assert_eq!(
            message("x"),
            Err("unknown member \"x\" of data; known members: revoked_by, revoke_in, title"
                .to_owned())
        );
        assert_eq!(message("title"), Ok(()));
    }
}
