//! The class.

use napi::bindgen_prelude::{Either3, Null, Uint8Array};
use napi_derive::napi;

use super::input::{edge, many, now};
use super::outcome::{NativeFailure, Outcome, outcome};
use super::output::{NativeApiKey, NativePage, NativeRolled, NativeWritten};
use crate::error::ApiKeyError;
use crate::input::decode;
use crate::service::{ApiKeyService, ServiceOptions};

/// API keys in one database. Arguments are JSON text that `module/wire` encoded, `nowMs` the caller's
/// present in epoch milliseconds, `entropy` random chunks in the order in which the call draws them.
#[napi]
pub struct NativeApiKeyService(Result<ApiKeyService, ApiKeyError>);

#[napi]
impl NativeApiKeyService {
    /// A service that connects when it is first needed.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: String) -> Self {
        let parsed = decode(&options).and_then(|options| ServiceOptions::parse(&options));
        Self(parsed.and_then(ApiKeyService::new))
    }

    /// What is wrong with the options, if anything.
    #[napi(catch_unwind)]
    pub fn failure(&self) -> Option<NativeFailure> {
        self.0.as_ref().err().cloned().map(NativeFailure::from)
    }

    /// Creates keys from a list.
    #[napi]
    pub async fn create_api_keys(
        &self,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
    ) -> Outcome<NativeWritten> {
        let call = async || {
            let data = many(decode(&data)?)?;
            self.service()?.create(&data, edge(now_ms, &entropy)?).await
        };
        outcome(call().await)
    }

    /// Creates or retitles keys from a list.
    #[napi]
    pub async fn upsert_api_keys(
        &self,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
    ) -> Outcome<NativeWritten> {
        let call = async || {
            let data = many(decode(&data)?)?;
            self.service()?.upsert(&data, edge(now_ms, &entropy)?).await
        };
        outcome(call().await)
    }

    /// Gives keys a title.
    #[napi]
    pub async fn update_api_keys(
        &self,
        now_ms: f64,
        target: String,
        data: String,
    ) -> Outcome<NativeWritten> {
        let call =
            async || self.service()?.update(&decode(&target)?, &decode(&data)?, now(now_ms)?).await;
        outcome(call().await)
    }

    /// Ends keys.
    #[napi]
    pub async fn revoke(
        &self,
        now_ms: f64,
        target: String,
        data: String,
    ) -> Outcome<NativeWritten> {
        let call =
            async || self.service()?.revoke(&decode(&target)?, &decode(&data)?, now(now_ms)?).await;
        outcome(call().await)
    }

    /// Replaces a key by a successor.
    #[napi]
    pub async fn roll_api_keys(
        &self,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        id: String,
        data: String,
    ) -> Outcome<NativeRolled> {
        let call = async || {
            let edge = edge(now_ms, &entropy)?;
            self.service()?.roll(&decode(&id)?, &decode(&data)?, edge).await
        };
        outcome(call().await)
    }

    /// Removes revoked keys.
    #[napi]
    pub async fn delete_api_keys(&self, now_ms: f64, ids: String) -> Outcome<NativeWritten> {
        let call = async || self.service()?.delete(&decode(&ids)?, now(now_ms)?).await;
        outcome(call().await)
    }

    /// Hides keys.
    #[napi]
    pub async fn soft_delete_api_keys(
        &self,
        now_ms: f64,
        targets: String,
    ) -> Outcome<NativeWritten> {
        let call = async || self.service()?.soft_delete(&decode(&targets)?, now(now_ms)?).await;
        outcome(call().await)
    }

    /// Shows hidden keys again.
    #[napi]
    pub async fn restore_api_keys(&self, now_ms: f64, targets: String) -> Outcome<NativeWritten> {
        let call = async || self.service()?.restore(&decode(&targets)?, now(now_ms)?).await;
        outcome(call().await)
    }

    /// One key by its id.
    #[napi]
    pub async fn retrieve_api_key(&self, id: String, config: String) -> Outcome<NativePage> {
        let call = async || self.service()?.retrieve(&decode(&id)?, &decode(&config)?).await;
        outcome(call().await)
    }

    /// The keys that filters match.
    #[napi]
    pub async fn list_api_keys(&self, filters: String, config: String) -> Outcome<NativePage> {
        let call = async || self.service()?.list(&decode(&filters)?, &decode(&config)?).await;
        outcome(call().await)
    }

    /// The keys that filters match, and how many there are on all pages.
    #[napi]
    pub async fn list_and_count_api_keys(
        &self,
        filters: String,
        config: String,
    ) -> Outcome<NativePage> {
        let call =
            async || self.service()?.list_and_count(&decode(&filters)?, &decode(&config)?).await;
        outcome(call().await)
    }

    /// The live secret key of a token, or null.
    #[napi]
    pub async fn authenticate(
        &self,
        now_ms: f64,
        token: String,
    ) -> Either3<NativeApiKey, Null, NativeFailure> {
        let call = async || self.service()?.authenticate(token, now(now_ms)?).await;
        match call().await {
            Ok(Some(key)) => Either3::A(key.into()),
            Ok(None) => Either3::B(Null),
            Err(error) => Either3::C(error.into()),
        }
    }

    /// Creates the table or brings it up to date.
    #[napi]
    pub async fn migrate(&self) -> Option<NativeFailure> {
        let call = async || self.service()?.migrate().await;
        call().await.err().map(NativeFailure::from)
    }

    /// Waits for running statements and closes every connection.
    #[napi]
    pub async fn close(&self) -> Option<NativeFailure> {
        let call = async || self.service()?.close().await;
        call().await.err().map(NativeFailure::from)
    }

    fn service(&self) -> Result<&ApiKeyService, ApiKeyError> {
        self.0.as_ref().map_err(Clone::clone)
    }
}
