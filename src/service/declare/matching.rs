//! Which row belongs to a declared token.

use std::collections::HashMap;

use super::declarations::Declarations;
use crate::api_key::{ApiKey, ApiKeyType, DeclaredApiKey, DeclaredToken};
use crate::deadline;
use crate::error::ApiKeyError;
use crate::service::ApiKeyService;
use crate::store::TokenIdentity;
use crate::token::{RawToken, StoredToken, TokenDigest};

/// What the table knows of a declared token.
pub(super) fn identity(declared: &DeclaredApiKey) -> TokenIdentity {
    match (declared.token(), declared.kind()) {
        (DeclaredToken::Raw(token), ApiKeyType::Publishable) => {
            TokenIdentity::Publishable(token.expose().to_owned())
        }
        (DeclaredToken::Raw(token), ApiKeyType::Secret) => {
            TokenIdentity::Secret { digest: TokenDigest::of(token), redacted: Some(token.redact()) }
        }
        (DeclaredToken::Sha256(sha256, _), _) => {
            TokenIdentity::Secret { digest: sha256.selector(), redacted: None }
        }
    }
}

impl ApiKeyService {
    /// Returns the key of each declared token among those that were read. Holds no connection.
    ///
    /// # Errors
    /// `Unverifiable` for a row that has a token's selector and a hash that does not verify it.
    pub(super) async fn existing(
        &self,
        declarations: &Declarations,
        seen: &[ApiKey],
    ) -> Result<Vec<Option<ApiKey>>, ApiKeyError> {
        let index = Index::of(seen);
        let mut existing = Vec::with_capacity(declarations.keys.len());
        for (declared, identity) in declarations.keys.iter().zip(&declarations.identities) {
            let mut of_token = Vec::new();
            for key in index.candidates(identity) {
                if self.belongs(key, declared.token()).await? {
                    of_token.push(key);
                }
            }
            // Rows that stock wrote can share a token. A live one decides.
            let rank = |key: &&&ApiKey| (key.deleted_at.is_some(), key.has_ended(declarations.now));
            existing.push(of_token.iter().min_by_key(rank).map(|key| (*key).clone()));
        }
        Ok(existing)
    }

    async fn belongs(&self, key: &ApiKey, token: &DeclaredToken) -> Result<bool, ApiKeyError> {
        match (token, &key.token) {
            (DeclaredToken::Raw(token), StoredToken::Public(stored)) => {
                Ok(token.expose() == stored)
            }
            (DeclaredToken::Raw(token), StoredToken::Hashed { .. }) => {
                let verified = self.verifies(key, token).await?;
                // A second row would be verified by other processes, and both could not be revoked at once.
                if !verified && key.token_digest.is_some() {
                    return Err(ApiKeyError::Unverifiable(key.id.as_str().to_owned()));
                }
                Ok(verified)
            }
            (DeclaredToken::Sha256(sha256, _), StoredToken::Hashed { hash, .. }) => {
                Ok(sha256.may_match(hash))
            }
            (DeclaredToken::Sha256(..), StoredToken::Public(_)) => Ok(false),
        }
    }

    async fn verifies(&self, key: &ApiKey, token: &RawToken) -> Result<bool, ApiKeyError> {
        let StoredToken::Hashed { hash, salt } = &key.token else { return Ok(false) };
        let presented = self.hasher.present(token.expose().to_owned());
        let verified = deadline::wait(self.hasher.verify(&presented, hash, salt)).await;
        match verified.unwrap_or(Err(ApiKeyError::TimedOut)) {
            // A hash that this version cannot parse matches no token.
            Err(ApiKeyError::UnknownHash) => Ok(false),
            outcome => outcome,
        }
    }
}

/// Keys by what identifies their tokens.
#[derive(Default)]
struct Index<'a> {
    digested: HashMap<&'a TokenDigest, Vec<&'a ApiKey>>,
    undigested: HashMap<&'a str, Vec<&'a ApiKey>>,
    publishable: HashMap<&'a str, Vec<&'a ApiKey>>,
}

impl<'a> Index<'a> {
    fn of(keys: &'a [ApiKey]) -> Self {
        let mut index = Self::default();
        for key in keys {
            match (&key.token, &key.token_digest) {
                (StoredToken::Public(token), _) => {
                    index.publishable.entry(token.as_str()).or_default().push(key);
                }
                (StoredToken::Hashed { .. }, Some(digest)) => {
                    index.digested.entry(digest).or_default().push(key);
                }
                (StoredToken::Hashed { .. }, None) => {
                    index.undigested.entry(key.redacted.as_str()).or_default().push(key);
                }
            }
        }
        index
    }

    fn candidates(&self, token: &TokenIdentity) -> impl Iterator<Item = &'a ApiKey> {
        let (some, others) = match token {
            TokenIdentity::Secret { digest, redacted } => (
                self.digested.get(digest),
                redacted.as_ref().and_then(|shown| self.undigested.get(shown.as_str())),
            ),
            TokenIdentity::Publishable(token) => (self.publishable.get(token.as_str()), None),
        };
        some.into_iter().chain(others).flatten().copied()
    }
}
