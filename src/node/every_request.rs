//! The calls that a server makes on every request, in batches. See docs/adr/0014.

use std::sync::{Arc, Weak};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use napi::Env;
use napi::bindgen_prelude::{FnArgs, Function, within_runtime_if_available};
use napi_derive::napi;
use serde::Serialize;

use super::input::now;
use super::outbox::Answer;
use super::outcome::json;
use super::service::NativeApiKeyService;
use crate::api_key::{ApiKeyType, Demand, PackedKey, PublicApiKey, Refusal};
use crate::cache::CachedRow;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::input::decode;
use crate::service::{ApiKeyService, RefusedToken, judge_cached, may_recall};

/// A cached row with its number.
#[derive(Serialize)]
struct NumberedRow<'a> {
    number: u64,
    key: &'a PackedKey,
}

/// What is asked about tokens.
#[derive(Clone)]
enum Question {
    Authenticate,
    Publishable,
    Verify(Arc<Demand>),
}

impl Question {
    /// Parses the name of a question, and the demand of `verify` as JSON.
    fn parse(kind: &str, demand: &str) -> napi::Result<Result<Self, ApiKeyError>> {
        Ok(match kind {
            "secret" => Ok(Self::Authenticate),
            "publishable" => Ok(Self::Publishable),
            "verify" => decode(demand)
                .and_then(|demand| Demand::parse(&demand))
                .map(|demand| Self::Verify(Arc::new(demand))),
            _ => return Err(unknown_kind()),
        })
    }

    /// Looks up the key of a token.
    async fn answer(
        &self,
        service: &ApiKeyService,
        token: String,
        now_ms: f64,
    ) -> Result<Answer, ApiKeyError> {
        let now = now(now_ms)?;
        match self {
            Self::Authenticate => Ok(answered(service.authenticate(token, now).await?)),
            Self::Publishable => service.publishable(token, now).await.map(Answer::of),
            Self::Verify(demand) => Ok(answered(service.verify(token, demand, now).await?)),
        }
    }
}

#[napi]
impl NativeApiKeyService {
    /// Starts lookups of tokens; `demand` is the demand of `verify` as JSON. `takeAnswers` returns each answer with its ticket; tickets are consecutive.
    #[napi(
        catch_unwind,
        ts_args_type = "kind: 'secret' | 'publishable' | 'verify', demand: string, nowMs: number, firstTicket: number, tokens: string[]"
    )]
    pub fn ask(
        &self,
        kind: String,
        demand: String,
        now_ms: f64,
        first_ticket: u32,
        tokens: Vec<String>,
    ) -> napi::Result<()> {
        // module/ does not call this if the service failed to start or is closed.
        let (Ok(service), Some(outbox)) = (&self.service, self.outbox()) else {
            return Err(napi::Error::from_reason("The service is closed or failed to start."));
        };
        let question = Question::parse(&kind, &demand)?;
        let tickets = std::iter::successors(Some(first_ticket), |last| Some(last.wrapping_add(1)));
        let replies = tokens.into_iter().zip(tickets).map(|(token, ticket)| {
            let (service, reply) = (Arc::clone(service), outbox.reply(ticket));
            let question = question.clone();
            async move {
                let answer = match question {
                    Ok(question) => question.answer(&service, token, now_ms).await,
                    Err(error) => Err(error),
                };
                reply.with(&answer.map_err(|error| service.worded(error)));
            }
        });
        let replies = replies.collect::<FuturesUnordered<_>>().collect::<()>();
        let replies = deadline::calls(service.call_timeout(), replies);
        within_runtime_if_available(|| service.call_thread().spawn(replies));
        Ok(())
    }

    /// Returns the new answers: JSON lists of `[ticket, key | null | { reason, keyId }]` and `[ticket, null, failure]`.
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

    /// A function that returns the number of the cached row for a token that satisfies a demand, the negative number of a
    /// reason against it, or 0 if only the database can answer. `scopes` are separated by spaces.
    #[napi(
        catch_unwind,
        ts_return_type = "(nowMs: number, token: string, scopes: string | undefined, scopeCount: number, ip: string | undefined, ownerType: string | undefined) => number"
    )]
    pub fn verifier<'env>(
        &self,
        env: &'env Env,
    ) -> napi::Result<Function<'env, FnArgs<DemandArgs>, f64>> {
        let service = self.service.as_ref().map(Arc::downgrade).ok();
        env.create_function_from_closure("recallVerified", move |call| {
            let (now_ms, token) = (call.get(0)?, call.get(1)?);
            let demand = demand_of(call.get(2)?, call.get(3)?, call.get(4)?, call.get(5)?);
            let recalled = service
                .as_ref()
                .and_then(Weak::upgrade)
                .zip(now(now_ms).ok())
                .zip(demand)
                .and_then(|((service, now), demand)| service.recall_verified(token, &demand, now));
            Ok(match recalled {
                Some(Err(reason)) => -f64::from(reason_number(reason)),
                recalled => number(recalled.and_then(Result::ok)),
            })
        })
    }

    /// The reasons that `verifier` returns, in the order of their negative numbers, from -1 on.
    #[napi(catch_unwind)]
    pub fn refusals() -> Vec<&'static str> {
        REFUSALS.iter().map(|reason| reason.as_str()).collect()
    }

    /// The id of the cached key of a token, for events about its refusal.
    #[napi(catch_unwind)]
    pub fn recalled_id(&self, token: String) -> Option<String> {
        self.service.as_ref().ok()?.recalled_row(token, |_| true)?.key.id()
    }

    /// The cached row for a token, as JSON `{ number, key }`. Null if the cache may no longer answer. For `verify` it is
    /// the row of a key that satisfies the demand, given as JSON.
    #[napi(
        catch_unwind,
        ts_args_type = "kind: 'secret' | 'publishable' | 'verify', demand: string, nowMs: number, token: string"
    )]
    pub fn recalled_row(
        &self,
        kind: String,
        demand: String,
        now_ms: f64,
        token: String,
    ) -> Option<String> {
        let (service, now) = (self.service.as_ref().ok()?, now(now_ms).ok()?);
        let CachedRow { number, key } = if kind == "verify" {
            let demand = Demand::parse(&decode(&demand).ok()?).ok()?;
            service.recalled_row(token, |key| {
                judge_cached(key, &demand, now).is_some_and(|(_, verdict)| verdict.is_ok())
            })
        } else {
            let kind = ApiKeyType::parse(&kind)?;
            service.recalled_row(token, |key| {
                key.essentials().is_some_and(|essentials| may_recall(&essentials, kind, now))
            })
        }?;
        Some(json(&NumberedRow { number, key: &key }))
    }
}

fn answered(verdict: Result<Arc<PublicApiKey>, RefusedToken>) -> Answer {
    match verdict {
        Ok(key) => Answer::Key(key),
        Err(refused) => Answer::Refused(refused),
    }
}

/// Arguments of a verifier: the time, the token, and the demand.
type DemandArgs = (f64, String, Option<String>, u32, Option<String>, Option<String>);

const REFUSALS: [Refusal; 6] = [
    Refusal::Unknown,
    Refusal::Revoked,
    Refusal::Expired,
    Refusal::IpNotAllowed,
    Refusal::WrongOwnerType,
    Refusal::InsufficientScope,
];

fn reason_number(reason: Refusal) -> u8 {
    (1..).zip(REFUSALS).find(|(_, one)| *one == reason).map_or(1, |(number, _)| number)
}

fn demand_of(
    scopes: Option<String>,
    scope_count: u32,
    ip: Option<String>,
    owner_type: Option<String>,
) -> Option<Demand> {
    Demand::of_texts(scopes.as_deref(), scope_count, ip.as_deref(), owner_type)
}

fn key_type(kind: &str) -> napi::Result<ApiKeyType> {
    ApiKeyType::parse(kind).ok_or_else(unknown_kind)
}

fn unknown_kind() -> napi::Error {
    napi::Error::from_reason("The kind must be secret, publishable or verify.")
}

#[expect(clippy::cast_precision_loss, reason = "a cache is not filled 2^53 times")]
fn number(recalled: Option<u64>) -> f64 {
    recalled.map_or(0.0, |number| number as f64)
}
