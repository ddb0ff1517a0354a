//! A key in one allocation, as the cache holds it.
//!
//! Owns the encoding: one byte of flags, the values of the columns that results include, in model order, and the JSON of
//! the attributes, if there are any. A packed key is never stored or sent, so the encoding may change.
//! Invariant: a packed key holds what a [`PublicApiKey`] shows, hence no hash, no salt and no digest of a secret.

use chrono::DateTime;

use super::id::{generated_bits, generated_text};
use super::key::has_ended;
use super::{ApiKeyType, ColumnValue, CompactId, Demand, Limits, PublicApiKey, Refusal};
use crate::call_context::Timestamp;
use crate::columns::Field;

/// The first byte of a value. A text of at most [`MAX_SHORT`](tag::MAX_SHORT) bytes begins with its length instead.
mod tag {
    pub(super) const MAX_SHORT: u8 = 0xef;
    pub(super) const LONG_TEXT: u8 = 0xf0;
    pub(super) const GENERATED_ID: u8 = 0xf1;
    pub(super) const TIME: u8 = 0xf2;
    pub(super) const NULL: u8 = 0xf3;
}

/// The bits of the first byte.
mod flag {
    pub(super) const REVOKED_AT_ONCE: u8 = 1;
    pub(super) const RESTRICTED: u8 = 2;
}

/// A key without its verifier, in one allocation.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedKey(Box<[u8]>);

/// What a use of a key needs: its id, its type, its last recorded use and whether it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essentials {
    /// The id.
    pub id: CompactId,
    /// The type.
    pub kind: ApiKeyType,
    /// The last recorded use.
    pub last_used_at: Option<Timestamp>,
    /// Whether `authenticate` refuses it.
    pub restricted: bool,
    end: Option<End>,
}

/// What decides whether a key with a `revoked_at` has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct End {
    revoked_at: Timestamp,
    updated_at: Timestamp,
    revoked_at_once: bool,
}

impl Essentials {
    /// Whether the key is already revoked, as [`ApiKey::has_ended`](super::ApiKey::has_ended).
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.end.as_ref().is_some_and(|end| {
            has_ended(end.revoked_at_once, Some(end.revoked_at), end.updated_at, now)
        })
    }
}

impl PackedKey {
    /// Packs a key.
    #[must_use]
    pub fn of(key: &PublicApiKey) -> Self {
        let mut bytes = Vec::with_capacity(2 * key.text_bytes() + 128);
        let at_once = if key.revoked_at_once { flag::REVOKED_AT_ONCE } else { 0 };
        let restricted = if key.restricted { flag::RESTRICTED } else { 0 };
        bytes.push(at_once | restricted);
        for value in Field::ALL.iter().filter_map(|field| key.shown(*field)) {
            push(&mut bytes, value);
        }
        if let Some(attributes) = key.shown_attributes() {
            bytes.extend(attributes.as_bytes());
        }
        // A new allocation of exactly this size: shrinking the larger one would leave a gap behind each key.
        Self(Box::from(bytes.as_slice()))
    }

    /// Calls `visit` with the value of each column that results include, in model order.
    ///
    /// # Errors
    /// The first error of `visit`.
    pub fn try_for_each<E>(
        &self,
        mut visit: impl FnMut(ColumnValue<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (_, value) in self.values() {
            match value {
                Value::Text(text) => visit(String::from_utf8_lossy(text).as_ref().into()),
                Value::GeneratedId(bits) => {
                    visit(generated_text(u128::from_be_bytes(bits)).as_str().into())
                }
                Value::Time(micros) => visit(DateTime::from_timestamp_micros(micros).into()),
                Value::Null => visit(ColumnValue::Null),
            }?;
        }
        Ok(())
    }

    /// The JSON of the attributes; `None` if the key has none.
    #[must_use]
    pub fn attributes(&self) -> Option<&str> {
        self.parts()?.1
    }

    /// Judges a use of the key, apart from whether it has ended, as [`ApiKey::judge`](super::ApiKey::judge); returns what a
    /// use needs, too.
    #[must_use]
    pub fn judge(&self, demand: &Demand) -> Option<(Essentials, Result<(), Refusal>)> {
        let (essentials, attributes) = self.parts()?;
        let restricted = essentials.restricted;
        let verdict = match attributes {
            // A key without restrictions satisfies every demand, except perhaps that for an owner.
            _ if !restricted && demand.owner_type.is_none() => Ok(()),
            None => Limits::default().judge(restricted, demand),
            Some(json) => match Limits::of_json(json) {
                Some(limits) => limits.judge(restricted, demand),
                None => Err(Refusal::Unknown),
            },
        };
        Some((essentials, verdict))
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        self.values().find_map(|(field, value)| match (field, value) {
            (Field::Id, Value::GeneratedId(bits)) => {
                Some(generated_text(u128::from_be_bytes(bits)).as_str().to_owned())
            }
            (Field::Id, Value::Text(text)) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        })
    }

    /// The values that a use of the key needs.
    #[must_use]
    pub fn essentials(&self) -> Option<Essentials> {
        self.parts().map(|(essentials, _)| essentials)
    }

    /// The essentials, and the JSON of the attributes.
    fn parts(&self) -> Option<(Essentials, Option<&str>)> {
        // Only these values are decoded, because every answer from the cache needs them.
        let (mut id, mut kind, mut updated_at) = (None, None, None);
        let (mut last_used_at, mut revoked_at) = (None, None);
        let mut values = self.values();
        for (field, value) in values.by_ref() {
            match (field, value) {
                (Field::Id, Value::GeneratedId(bits)) => id = Some(CompactId::generated(bits)),
                (Field::Id, Value::Text(text)) => {
                    id = Some(CompactId::of(str::from_utf8(text).ok()?));
                }
                (Field::Type, Value::Text(name)) => {
                    kind = ApiKeyType::parse(str::from_utf8(name).ok()?);
                }
                (Field::LastUsedAt, Value::Time(at)) => last_used_at = Some(at),
                (Field::RevokedAt, Value::Time(at)) => revoked_at = Some(at),
                (Field::UpdatedAt, Value::Time(at)) => updated_at = Some(at),
                _ => {}
            }
        }
        // It comes after `revoked_at`: a key that cannot be read to its end is not used.
        let updated_at = updated_at?;
        let end = match revoked_at {
            None => None,
            Some(revoked_at) => Some(End {
                revoked_at: DateTime::from_timestamp_micros(revoked_at)?,
                updated_at: DateTime::from_timestamp_micros(updated_at)?,
                revoked_at_once: self.has(flag::REVOKED_AT_ONCE),
            }),
        };
        let last_used_at = last_used_at.and_then(DateTime::from_timestamp_micros);
        let restricted = self.has(flag::RESTRICTED);
        let json =
            if values.rest.is_empty() { None } else { Some(str::from_utf8(values.rest).ok()?) };
        Some((Essentials { id: id?, kind: kind?, last_used_at, restricted, end }, json))
    }

    fn has(&self, flag: u8) -> bool {
        self.0.first().is_some_and(|flags| flags & flag != 0)
    }

    fn values(&self) -> Values<'_> {
        Values { fields: Field::ALL.iter(), rest: self.0.get(1..).unwrap_or_default() }
    }
}

/// The values of the columns that results include, and the bytes after those that were visited.
struct Values<'a> {
    fields: std::slice::Iter<'static, Field>,
    rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = (Field, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.fields.by_ref().copied().find(|field| field.is_shown())?;
        let (value, rest) = take(self.rest)?;
        self.rest = rest;
        Some((field, value))
    }
}

enum Value<'a> {
    Text(&'a [u8]),
    GeneratedId([u8; 16]),
    /// Microseconds since 1970.
    Time(i64),
    Null,
}

fn push(bytes: &mut Vec<u8>, value: ColumnValue<'_>) {
    match value {
        ColumnValue::Null => bytes.push(tag::NULL),
        ColumnValue::Time(at) => {
            bytes.push(tag::TIME);
            bytes.extend(at.timestamp_micros().to_le_bytes());
        }
        ColumnValue::Text(text) => match (generated_bits(text), u8::try_from(text.len())) {
            (Some(bits), _) => {
                bytes.push(tag::GENERATED_ID);
                bytes.extend(bits.to_be_bytes());
            }
            (None, Ok(length @ ..=tag::MAX_SHORT)) => {
                bytes.push(length);
                bytes.extend(text.as_bytes());
            }
            (None, _) => {
                bytes.push(tag::LONG_TEXT);
                bytes.extend(text.len().to_le_bytes());
                bytes.extend(text.as_bytes());
            }
        },
    }
}

/// The first value of `bytes`, and the bytes after it.
fn take(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        length @ ..=tag::MAX_SHORT => take_text(rest, length.into()),
        tag::LONG_TEXT => {
            let (length, rest) = rest.split_first_chunk()?;
            take_text(rest, usize::from_le_bytes(*length))
        }
        tag::GENERATED_ID => {
            let (bits, rest) = rest.split_first_chunk()?;
            Some((Value::GeneratedId(*bits), rest))
        }
        tag::TIME => {
            let (micros, rest) = rest.split_first_chunk()?;
            Some((Value::Time(i64::from_le_bytes(*micros)), rest))
        }
        tag::NULL => Some((Value::Null, rest)),
        _ => None,
    }
}

fn take_text(bytes: &[u8], length: usize) -> Option<(Value<'_>, &[u8])> {
    let (text, rest) = bytes.split_at_checked(length)?;
    Some((Value::Text(text), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api_key::{ApiKey, ApiKeyId, Attributes};
    use crate::call_context::from_epoch_ms;

    fn shown(value: ColumnValue<'_>) -> String {
        match value {
            ColumnValue::Text(text) => format!("text {text}"),
            ColumnValue::Time(at) => at.to_rfc3339(),
            ColumnValue::Null => "null".to_owned(),
        }
    }

    fn key() -> impl Strategy<Value = PublicApiKey> {
        let id = prop_oneof!["[a-z_]{0,300}", any::<u128>().prop_map(generated_text)];
        let at = || {
            (-62_135_596_800_000_000..253_402_300_799_999_999_i64)
                .prop_map(|micros| DateTime::from_timestamp_micros(micros).expect("in range"))
        };
        let texts = (id, ".{0,600}", prop::option::of(".{0,40}"));
        let times = (prop::option::of(at()), prop::option::of(at()), at());
        (texts, times, any::<(bool, bool)>()).prop_map(|(texts, times, (secret, at_once))| {
            let (id, title, revoked_by) = texts;
            let (last_used_at, revoked_at, updated_at) = times;
            let now = from_epoch_ms(0.0).expect("in range");
            let kind = if secret { ApiKeyType::Secret } else { ApiKeyType::Publishable };
            let key = ApiKey { kind, ..ApiKey::example(String::new(), title, now) };
            let (id, revoked_at_once) = (ApiKeyId::new(id), at_once);
            PublicApiKey::from(ApiKey {
                ..ApiKey {
                    id,
                    revoked_by,
                    last_used_at,
                    revoked_at,
                    updated_at,
                    revoked_at_once,
                    ..key
                }
            })
        })
    }

    /// Stored attributes, and whether the hash is sealed anyway.
    fn attributes() -> impl Strategy<Value = (&'static str, bool)> {
        let columns = [
            "{}",
            r#"{"scopes":[]}"#,
            r#"{"scopes":["a:read","b:*"]}"#,
            r#"{"owner":{"type":"seller","id":"1\"\n"},"metadata":{"scopes":["*:*"]}}"#,
            r#"{"owner":{"type":"user","id":"1"}}"#,
            r#"{"allowed_ips":["10.0.0.0/8","::1"],"expires_at":5}"#,
            r#"{"purpose":"reset"}"#,
            r#"{"later":1}"#,
        ];
        (prop::sample::select(columns.to_vec()), any::<bool>())
    }

    fn demand() -> impl Strategy<Value = Demand> {
        let scopes = prop::sample::subsequence(vec!["a:read", "a:write", "b:x"], 0..3);
        let ip = prop::sample::select(vec![None, Some("10.0.0.1"), Some("::1")]);
        let owner = prop::sample::select(vec![None, Some("seller"), Some("user")]);
        (scopes, ip, owner).prop_map(|(scopes, ip, owner)| Demand {
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            ip: ip.map(|ip| ip.parse().expect("an address")),
            owner_type: owner.map(str::to_owned),
        })
    }

    proptest! {
        #[test]
        fn a_packed_key_shows_the_same_values(key in key()) {
            let mut values = Vec::new();
            let visited = PackedKey::of(&key).try_for_each(|value| {
                values.push(shown(value));
                Ok::<_, ()>(())
            });
            prop_assert_eq!(visited, Ok(()));
            let expected = Field::ALL.iter().filter_map(|field| key.shown(*field)).map(shown);
            prop_assert_eq!(values, expected.collect::<Vec<_>>());
        }

        #[test]
        fn the_essentials_of_a_packed_key_are_its_own(key in key(), now in -1e13..1e13_f64) {
            let essentials = PackedKey::of(&key).essentials().expect("a whole key");
            prop_assert_eq!(essentials.id.to_string(), key.id.as_str());
            prop_assert_eq!(essentials.kind, key.kind);
            prop_assert_eq!(essentials.last_used_at, key.last_used_at);
            let now = from_epoch_ms(now).expect("in range");
            for now in key.revoked_at.into_iter().chain([now]) {
                prop_assert_eq!(essentials.has_ended(now), key.has_ended(now));
            }
        }

        #[test]
        fn a_packed_key_is_judged_as_the_key(key in key(), column in attributes(), demand in demand()) {
            let key = PublicApiKey {
                restricted: column.1 || Attributes::of_column(column.0).restrict(),
                attributes: Some(Box::new(Attributes::of_column(column.0))),
                ..key
            };
            let packed = PackedKey::of(&key);
            let (essentials, verdict) = packed.judge(&demand).expect("a whole key");
            prop_assert_eq!(essentials.restricted, key.restricted);
            prop_assert_eq!(verdict, key.judge(&demand));
            prop_assert_eq!(packed.attributes().map(str::to_owned), key.shown_attributes());
        }
    }
}
