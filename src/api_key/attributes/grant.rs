//! What a restricted key may grant to the keys that it creates: never more than it has.

use ipnet::IpNet;

use super::Attributes;
use super::address::network;
use super::scope::covers;
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;

impl Attributes {
    /// The attributes of a key that a key with these attributes creates: what is missing is inherited.
    ///
    /// # Errors
    /// `MayNotGrant` for more than the creator has.
    pub fn grant(&self, wanted: Self) -> Result<Self, ApiKeyError> {
        if self.unreadable || self.purpose.is_some() {
            return Err(ApiKeyError::MayNotGrant("anything"));
        }
        let scopes = within(&self.scopes, wanted.scopes, covers)
            .ok_or(ApiKeyError::MayNotGrant("scopes"))?;
        let allowed_ips = within(&self.allowed_ips, wanted.allowed_ips, contains)
            .ok_or(ApiKeyError::MayNotGrant("allowed_ips"))?;
        let owner = match (&self.owner, wanted.owner) {
            (None, None) => None,
            (Some(own), None) => Some(own.clone()),
            (Some(own), Some(wanted)) if *own == wanted => Some(wanted),
            (_, Some(_)) => return Err(ApiKeyError::MayNotGrant("an owner that it does not have")),
        };
        // SECURITY: a single-use key acts for its owner, for example on a new password.
        if wanted.purpose.is_some() {
            return Err(ApiKeyError::MayNotGrant("a purpose"));
        }
        Ok(Self { scopes, owner, allowed_ips, ..wanted })
    }

    /// The end of a key that a key with this end creates.
    ///
    /// # Errors
    /// `MayNotGrant` for a later end than the creator's.
    pub fn grant_until(
        own: Option<Timestamp>,
        wanted: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, ApiKeyError> {
        match (own, wanted) {
            (None, wanted) => Ok(wanted),
            (Some(own), None) => Ok(Some(own)),
            (Some(own), Some(wanted)) if wanted <= own => Ok(Some(wanted)),
            (Some(_), Some(_)) => Err(ApiKeyError::MayNotGrant("a later end")),
        }
    }
}

/// The wanted list, or the own one if none is wanted. `None` if an element is not within an own one.
fn within(
    own: &Option<Vec<String>>,
    wanted: Option<Vec<String>>,
    covers: impl Fn(&str, &str) -> bool,
) -> Option<Option<Vec<String>>> {
    let Some(own) = own else { return Some(wanted) };
    let Some(wanted) = wanted else { return Some(Some(own.clone())) };
    let is_within = |wanted: &String| own.iter().any(|own| covers(own, wanted));
    wanted.iter().all(is_within).then_some(Some(wanted))
}

fn contains(own: &str, wanted: &str) -> bool {
    let both: Option<(IpNet, IpNet)> = network(own).zip(network(wanted));
    both.is_some_and(|(own, wanted)| own.contains(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(own: &str, wanted: &str) -> Result<String, ApiKeyError> {
        let granted = Attributes::of_column(own).grant(Attributes::of_column(wanted))?;
        Ok(granted.to_column().unwrap_or_else(|| "{}".to_owned()))
    }

    #[test]
    fn a_creator_grants_what_it_has_or_less() {
        let own = r#"{"scopes":["a:*","b:read"],"owner":{"type":"seller","id":"1"},"allowed_ips":["10.0.0.0/8"]}"#;
        assert_eq!(grant(own, "{}").as_deref(), Ok(own));
        let less = r#"{"scopes":["a:read"],"owner":{"type":"seller","id":"1"},"metadata":{"x":1},"allowed_ips":["10.1.0.0/16","10.2.3.4"]}"#;
        assert_eq!(grant(own, less).as_deref(), Ok(less));
        for more in [
            r#"{"scopes":["b:write"]}"#,
            r#"{"scopes":["*:read"]}"#,
            r#"{"owner":{"type":"seller","id":"2"}}"#,
            r#"{"owner":{"type":"user","id":"1"}}"#,
            r#"{"allowed_ips":["11.0.0.0/8"]}"#,
            r#"{"allowed_ips":["10.0.0.0/7"]}"#,
            r#"{"allowed_ips":["::/0"]}"#,
        ] {
            assert!(matches!(grant(own, more), Err(ApiKeyError::MayNotGrant(_))), "{more}");
        }
    }

    #[test]
    fn a_creator_without_an_owner_grants_none_and_no_purpose() {
        for more in [r#"{"owner":{"type":"seller","id":"1"}}"#, r#"{"purpose":"reset"}"#] {
            let granted = grant(r#"{"scopes":["*:*"]}"#, more);
            assert!(matches!(granted, Err(ApiKeyError::MayNotGrant(_))), "{more}");
        }
    }

    #[test]
    fn a_key_that_nothing_may_use_grants_nothing() {
        for own in [r#"{"purpose":"reset"}"#, "unreadable"] {
            assert!(grant(own, "{}").is_err(), "{own}");
        }
    }
}
