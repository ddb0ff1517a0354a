//! The judgement of a use: pure, so that it can be made on cached keys.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::USER;
use super::address::{address, checked_ip, network};
use super::scope::{MAX_SCOPES, checked_scopes, covers, is_scope};
use crate::error::ApiKeyError;
use crate::input::{Input, refuse_unknown};

/// The attributes that limit the use of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits<'a> {
    pub(super) scopes: Option<Vec<Cow<'a, str>>>,
    pub(super) owner_type: Option<Cow<'a, str>>,
    pub(super) allowed_ips: Option<Vec<Cow<'a, str>>>,
    pub(super) has_purpose: bool,
}

/// The JSON of attributes, as far as a use is judged by them.
#[derive(Deserialize)]
struct Judged<'a> {
    #[serde(borrow, default)]
    scopes: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    owner: Option<JudgedOwner<'a>>,
    #[serde(borrow, default)]
    allowed_ips: Option<Vec<Cow<'a, str>>>,
    #[serde(default)]
    purpose: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct JudgedOwner<'a> {
    #[serde(borrow, rename = "type")]
    owner_type: Cow<'a, str>,
}

/// What a caller demands of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// The scopes that the key must have, all of them.
    pub scopes: Vec<String>,
    /// The address from which the key is used.
    pub ip: Option<IpAddr>,
    /// The type of the owner that the key must have.
    pub owner_type: Option<String>,
}

/// Why a key may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The token belongs to no key, or to one that nothing but `redeem` accepts.
    Unknown,
    /// The key was revoked.
    Revoked,
    /// The end that was set at its creation has passed.
    Expired,
    /// The key may not be used from this address, or the address is not known.
    IpNotAllowed,
    /// The key's owner has another type.
    WrongOwnerType,
    /// The key has another purpose, or none.
    WrongPurpose,
    /// The key lacks a scope.
    InsufficientScope,
    /// `authenticate` never returns a restricted key. Only events show this reason, not callers.
    Restricted,
}

impl Refusal {
    /// The reason as callers receive it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::WrongOwnerType => "wrong_owner_type",
            Self::WrongPurpose => "wrong_purpose",
            Self::InsufficientScope => "insufficient_scope",
            Self::Restricted => "restricted",
        }
    }
}

impl Demand {
    /// Parses the second argument of `verify`.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse(demand: &Input) -> Result<Self, ApiKeyError> {
        if !matches!(demand, Input::Undefined | Input::Object(_)) {
            return Err(ApiKeyError::invalid(format!(
                "The demand of verify must be a plain object, '{}' found",
                demand.kind()
            )));
        }
        refuse_unknown("the demand of verify", demand, &["scopes", "ip", "owner_type"])?;
        Ok(Self {
            // SECURITY: a demand that is undefined, perhaps for a typing error, must not admit every key.
            scopes: match demand.own("scopes") {
                None => Vec::new(),
                Some(scopes) => checked_scopes("scopes", scopes)?,
            },
            ip: checked_ip(demand.member("ip"))?,
            owner_type: match demand.own("owner_type") {
                None => None,
                Some(Input::Text(text)) => Some(text.clone()),
                _ => return Err(ApiKeyError::invalid("owner_type must be a string")),
            },
        })
    }

    /// Parses a demand whose scopes are separated by spaces. `None` if it is invalid, or hard to parse.
    #[must_use]
    pub fn of_texts(
        scopes: Option<&str>,
        scope_count: u32,
        ip: Option<&str>,
        owner_type: Option<String>,
    ) -> Option<Self> {
        let scopes: Vec<_> = match scopes {
            None => Vec::new(),
            Some(text) => text.split(' ').map(str::to_owned).collect(),
        };
        let counted = u32::try_from(scopes.len()) == Ok(scope_count) && scopes.len() <= MAX_SCOPES;
        if !counted || !scopes.iter().all(|scope| is_scope(scope)) {
            return None;
        }
        let ip = match ip {
            None => None,
            Some(text) => Some(address(text)?),
        };
        Some(Self { scopes, ip, owner_type })
    }
}

impl<'a> Limits<'a> {
    /// Reads the JSON of attributes.
    #[must_use]
    pub fn of_json(json: &'a str) -> Option<Self> {
        let judged: Judged<'a> = serde_json::from_str(json).ok()?;
        Some(Self {
            scopes: judged.scopes,
            owner_type: judged.owner.map(|owner| owner.owner_type),
            allowed_ips: judged.allowed_ips,
            has_purpose: judged.purpose.is_some(),
        })
    }

    /// Whether they restrict the key.
    pub(super) fn restrict(&self) -> bool {
        self.scopes.is_some()
            || self.allowed_ips.is_some()
            || self.has_purpose
            || self.owner_type.as_deref().is_some_and(|owner| owner != USER)
    }

    /// Whether the key may be used from an address. An unknown address is none that a key is limited to.
    #[must_use]
    pub fn allow(&self, ip: Option<IpAddr>) -> bool {
        let Some(allowed) = &self.allowed_ips else { return true };
        let is_allowed = |ip: IpAddr| {
            allowed.iter().filter_map(|text| network(text)).any(|network| network.contains(&ip))
        };
        ip.is_some_and(is_allowed)
    }

    /// Judges the use of a live key. `restricted` says whether the key is marked as restricted.
    ///
    /// # Errors
    /// The first reason against the use.
    pub fn judge(&self, restricted: bool, demand: &Demand) -> Result<(), Refusal> {
        // SECURITY: a key that lost its restrictions, for example by a rollback of the migration, may do nothing.
        if self.has_purpose || restricted && !self.restrict() {
            return Err(Refusal::Unknown);
        }
        if !self.allow(demand.ip) {
            return Err(Refusal::IpNotAllowed);
        }
        if let Some(demanded) = &demand.owner_type
            && self.owner_type.as_deref() != Some(demanded)
        {
            return Err(Refusal::WrongOwnerType);
        }
        match &self.scopes {
            Some(granted) => {
                let is_covered =
                    |demanded: &String| granted.iter().any(|granted| covers(granted, demanded));
                // A key without any scope may do nothing, not even what no scope is demanded for.
                if granted.is_empty() || !demand.scopes.iter().all(is_covered) {
                    return Err(Refusal::InsufficientScope);
                }
                Ok(())
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn judge(json: &str, demand: &str) -> Result<(), Refusal> {
        let demand = Demand::parse(&decode(demand).expect("decodes")).expect("a demand");
        let limits = Limits::of_json(json).expect("attributes");
        limits.judge(limits.restrict(), &demand)
    }

    #[test]
    fn judges_address_then_owner_then_scopes() {
        let key = r#"{"scopes":["a:read"],"owner":{"type":"seller","id":"1"},"allowed_ips":["10.0.0.0/8","::1"]}"#;
        for (demand, verdict) in [
            (r#"{"scopes":["a:read"],"ip":"10.1.2.3","owner_type":"seller"}"#, Ok(())),
            (r#"{"scopes":["a:read"],"ip":"::ffff:10.1.2.3"}"#, Ok(())),
            (r#"{"ip":"::1"}"#, Ok(())),
            (r#"{"scopes":["a:write"],"owner_type":"user"}"#, Err(Refusal::IpNotAllowed)),
            (r#"{"ip":"11.0.0.1"}"#, Err(Refusal::IpNotAllowed)),
            (
                r#"{"ip":"::1","scopes":["a:write"],"owner_type":"user"}"#,
                Err(Refusal::WrongOwnerType),
            ),
            (r#"{"ip":"::1","scopes":["a:read","a:write"]}"#, Err(Refusal::InsufficientScope)),
        ] {
            assert_eq!(judge(key, demand), verdict, "{demand}");
        }
    }

    #[test]
    fn a_key_without_limits_satisfies_every_demand_but_that_for_an_owner() {
        assert_eq!(judge("{}", r#"{"scopes":["a:write"],"ip":"::1"}"#), Ok(()));
        assert_eq!(judge("{}", r#"{"owner_type":"user"}"#), Err(Refusal::WrongOwnerType));
    }

    #[test]
    fn empty_lists_allow_nothing_and_a_purpose_is_for_redeem_alone() {
        assert_eq!(judge(r#"{"scopes":[]}"#, "{}"), Err(Refusal::InsufficientScope));
        assert_eq!(judge(r#"{"allowed_ips":[]}"#, r#"{"ip":"::1"}"#), Err(Refusal::IpNotAllowed));
        assert_eq!(judge(r#"{"purpose":"reset"}"#, "{}"), Err(Refusal::Unknown));
    }

    #[test]
    fn a_key_that_lost_its_limits_is_refused() {
        let limits = Limits::of_json(r#"{"metadata":{"a":1}}"#).expect("attributes");
        assert_eq!(limits.judge(true, &Demand::default()), Err(Refusal::Unknown));
        assert_eq!(limits.judge(false, &Demand::default()), Ok(()));
    }

    #[test]
    fn a_demand_of_texts_is_the_same_as_one_of_an_object() {
        let object = r#"{"scopes":["a:read","b:*"],"ip":"::ffff:1.2.3.4","owner_type":"seller"}"#;
        let parsed = Demand::parse(&decode(object).expect("decodes")).expect("a demand");
        let texts =
            |scopes, count, ip| Demand::of_texts(scopes, count, ip, Some("seller".to_owned()));
        assert_eq!(texts(Some("a:read b:*"), 2, Some("1.2.3.4")), Some(parsed));
        assert_eq!(texts(Some("a:read b:*"), 1, None), None);
        assert_eq!(texts(Some(""), 1, None), None);
        assert_eq!(texts(Some("A:read"), 1, None), None);
        assert_eq!(texts(None, 0, Some("nowhere")), None);
    }

    #[test]
    fn rejects_invalid_demands() {
        for demand in [
            "null",
            "[]",
            r#"{"scope":["a:read"]}"#,
            r#"{"scopes":"a:read"}"#,
            r#"{"scopes":["A:read"]}"#,
            r#"{"scopes":null}"#,
            r#"{"scopes":{"\u0000undefined":true}}"#,
            r#"{"owner_type":{"\u0000undefined":true}}"#,
            r#"{"ip":"nowhere"}"#,
            r#"{"ip":null}"#,
            r#"{"owner_type":1}"#,
        ] {
            assert!(Demand::parse(&decode(demand).expect("decodes")).is_err(), "{demand}");
        }
    }
}
