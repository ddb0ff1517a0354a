//! The calls that a server makes on every request, in batches. See docs/adr/0014.

use std::sync::{Arc, Weak};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use napi::Env;
use napi::bindgen_prelude::{FnArgs, Function, spawn};
use napi_derive::napi;
use serde::Serialize;

use super::input::now;
use super::outcome::json;
use super::service::NativeApiKeyService;
use crate::api_key::{ApiKeyType, PackedKey, PublicApiKey};
use crate::cache::CachedRow;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::service::ApiKeyService;

/// A cached row with its number.
#[derive(Serialize)]
struct NumberedRow<'a> {
    number: u64,
    key: &'a PackedKey,
}

/// Looks up the key of a token: a secret key that is neither revoked nor deleted, or a publishable key, revoked or not.
async fn answer(
    service: &ApiKeyService,
    kind: ApiKeyType,
    token: String,
    now_ms: f64,
) -> Result<Option<Arc<PublicApiKey>>, ApiKeyError> {
    let now = now(now_ms)?;
    match kind {
        ApiKeyType::Secret => service.authenticate(token, now).await,
        ApiKeyType::Publishable => service.publishable(token, now).await,
    }
}

#[napi]
impl NativeApiKeyService {
    /// Starts lookups of tokens. `takeAnswers` returns each answer with its ticket; tickets are consecutive.
    #[napi(
        catch_unwind,
        ts_args_type = "kind: 'secret' | 'publishable', nowMs: number, firstTicket: number, tokens: string[]"
    )]
    pub fn ask(
        &self,
        kind: String,
        now_ms: f64,
        first_ticket: u32,
        tokens: Vec<String>,
    ) -> napi::Result<()> {
        // module/ does not call this if the service failed to start or is closed.
        let (Ok(service), Some(outbox)) = (&self.service, self.outbox()) else {
            return Err(napi::Error::from_reason("The service is closed or failed to start."));
        };
        let kind = key_type(&kind)?;
        let tickets = std::iter::successors(Some(first_ticket), |last| Some(last.wrapping_add(1)));
        let replies = tokens.into_iter().zip(tickets).map(|(token, ticket)| {
            let (service, reply) = (Arc::clone(service), outbox.reply(ticket));
            async move {
                let answer = answer(&service, kind, token, now_ms).await;
                reply.with(&answer.map_err(|error| service.worded(error)));
            }
        });
        let replies = replies.collect::<FuturesUnordered<_>>().collect::<()>();
        spawn(deadline::calls(service.call_timeout(), replies));
        Ok(())
    }

    /// Returns the new answers: JSON lists of `[ticket, key | null]` and `[ticket, null, failure]`.
    #[napi(catch_unwind)]
    pub fn take_answers(&self) -> Vec<String> {
        self.ready.take()
    }

    /// A function that returns the number of the cached row for a token, or 0 if only the database can answer.
    ///
    /// Finding the object of a method takes Node-API longer than all the rest of such a call, so this is a function
    /// without one.
    #[napi(
        catch_unwind,
        ts_args_type = "kind: 'secret' | 'publishable'",
        ts_return_type = "(nowMs: number, token: string) => number"
    )]
    pub fn recaller<'env>(
        &self,
        env: &'env Env,
        kind: String,
    ) -> napi::Result<Function<'env, FnArgs<(f64, String)>, f64>> {
        let kind = key_type(&kind)?;
        // The function must not keep the service alive.
        let service = self.service.as_ref().map(Arc::downgrade).ok();
        env.create_function_from_closure("recall", move |call| {
            let (now_ms, token) = (call.get(0)?, call.get(1)?);
            let service = service.as_ref().and_then(Weak::upgrade);
            let recalled = service
                .zip(now(now_ms).ok())
                .and_then(|(service, now)| service.recall(token, kind, now));
            Ok(number(recalled))
        })
    }

    /// The cached row for a token, as JSON `{ number, key }`. Null if the cache may no longer answer.
    #[napi(
        catch_unwind,
        ts_args_type = "kind: 'secret' | 'publishable', nowMs: number, token: string"
    )]
    pub fn recalled_row(&self, kind: String, now_ms: f64, token: String) -> Option<String> {
        let kind = ApiKeyType::parse(&kind)?;
        let (service, now) = (self.service.as_ref().ok()?, now(now_ms).ok()?);
        let CachedRow { number, key } = service.recalled_row(token, kind, now)?;
        Some(json(&NumberedRow { number, key: &key }))
    }
}

fn key_type(kind: &str) -> napi::Result<ApiKeyType> {
    ApiKeyType::parse(kind)
        .ok_or_else(|| napi::Error::from_reason("The kind must be secret or publishable."))
}

#[expect(clippy::cast_precision_loss, reason = "a cache is not filled 2^53 times")]
fn number(recalled: Option<u64>) -> f64 {
    recalled.map_or(0.0, |number| number as f64)
}
