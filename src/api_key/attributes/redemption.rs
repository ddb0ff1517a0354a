//! The argument of `redeem`.

use std::net::IpAddr;

use super::address::checked_ip;
use super::input::checked_name;
use crate::api_key::actor::optional_actor;
use crate::error::ApiKeyError;
use crate::input::{Input, refuse_unknown};

/// The validated second argument of `redeem`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionData {
    /// The purpose that the key must have.
    pub purpose: String,
    /// Who redeems the key.
    pub revoked_by: Option<String>,
    /// The address from which it is redeemed.
    pub ip: Option<IpAddr>,
}

impl RedemptionData {
    /// Parses the argument; rejects unknown members.
    ///
    /// # Errors
    /// `Invalid`, naming the member.
    pub fn parse(given: &Input) -> Result<Self, ApiKeyError> {
        if !matches!(given, Input::Object(_)) {
            return Err(ApiKeyError::invalid(format!(
                "The data of redeem must be an object with purpose, '{}' found",
                given.kind()
            )));
        }
        refuse_unknown("the data of redeem", given, &["purpose", "revoked_by", "ip"])?;
        Ok(Self {
            purpose: checked_name("purpose", given.member("purpose"))?,
            revoked_by: optional_actor("revoked_by", given.member("revoked_by"))?,
            ip: checked_ip(given.member("ip"))?,
        })
    }
}
