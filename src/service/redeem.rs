//! redeem

use std::net::IpAddr;

use super::ApiKeyService;
use super::authenticate::{Proof, RefusedToken};
use crate::api_key::{
    ApiKey, PublicApiKey, RedemptionData, Refusal, Revocation, refuse_token_as_name,
};
use crate::call_context::Timestamp;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::store::{Redemption, redeem};

/// The number of times that a redemption starts over because the key has changed since it was read.
const MAX_ATTEMPTS: usize = 5;

/// The result of a redemption.
#[derive(Debug)]
pub enum Redeemed {
    /// The call ended the key, and no other call did.
    Key(Box<PublicApiKey>),
    /// Why the token was refused.
    Refused(RefusedToken),
}

impl ApiKeyService {
    /// Ends a live single-use key by its token, once: of all calls with the token, one gets the key.
    ///
    /// Every call reads the table. A commit whose outcome is lost is looked up, so a call that returns the key ended it.
    ///
    /// # Errors
    /// `Invalid` naming the member, `Busy`, `OutcomeUnknown`, `Unavailable` or `Database`.
    pub async fn redeem(
        &self,
        token: String,
        data: &Input,
        now: Timestamp,
    ) -> Result<Redeemed, ApiKeyError> {
        let RedemptionData { purpose, revoked_by, ip } = RedemptionData::parse(data)?;
        refuse_token_as_name("revoked_by", revoked_by.as_deref(), &token)?;
        if !self.may_be_known(&token) {
            return Ok(Redeemed::Refused(RefusedToken::unknown()));
        }
        let presented = self.hasher.present(token);
        let judge = |key: &ApiKey| judge(key, &purpose, ip, now);
        for _ in 0..MAX_ATTEMPTS {
            let found = self.find_proven(&presented, judge, Proof::OfRefusedToo).await?;
            let key = match found {
                Ok(key) => key,
                Err(refused) => return Ok(Redeemed::Refused(refused.into())),
            };
            let transaction = self.database.begin().await?;
            let redemption = Redemption {
                id: key.id.as_str(),
                purpose: &purpose,
                revoked_by: revoked_by.as_deref(),
                now,
            };
            // The statement decides. Otherwise another call was first, and the next read finds the reason.
            if redeem(&transaction.connection(), redemption).await? {
                self.commit(transaction, &[key.id.as_str().to_owned()]).await?;
                let revocation = Revocation { revoked_by, revoked_at: now };
                let key = revocation.apply(ApiKey::clone(&key), now);
                return Ok(Redeemed::Key(Box::new(key.into())));
            }
        }
        Err(ApiKeyError::Contended)
    }
}

fn judge(key: &ApiKey, purpose: &str, ip: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
    if key.has_lost_restrictions() {
        return Err(Refusal::Unknown);
    }
    if key.has_ended(now) {
        return Err(key.reason_of_end());
    }
    let attributes = key.attributes.as_ref();
    let own = attributes.filter(|attributes| attributes.purpose.as_deref() == Some(purpose));
    let Some(attributes) = own else { return Err(Refusal::WrongPurpose) };
    if attributes.limits().allow(ip) { Ok(()) } else { Err(Refusal::IpNotAllowed) }
}
