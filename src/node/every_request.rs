//! The calls that a server makes with every request, in batches: see docs/adr/0014.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use napi::bindgen_prelude::spawn;
use napi_derive::napi;
use serde::{Deserialize, Serialize};

use super::input::now;
use super::outcome::json;
use super::service::NativeApiKeyService;
use crate::api_key::{ApiKeyType, PublicApiKey};
use crate::cache::CachedKey;
use crate::call_context::Timestamp;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::service::ApiKeyService;

/// A question of `ask`.
#[derive(Deserialize)]
struct Question {
    ticket: u32,
    kind: QuestionKind,
    /// The caller's present in epoch milliseconds.
    now: f64,
    token: String,
}

/// What a question asks for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum QuestionKind {
    /// The secret key of a token that is neither revoked nor deleted.
    Secret,
    /// The publishable key of a token, revoked or not.
    Publishable,
}

/// A row in memory, with the number that stands for it.
#[derive(Serialize)]
struct NumberedRow<'a> {
    number: u64,
    key: &'a PublicApiKey,
}

impl Question {
    async fn answer(
        self,
        service: &ApiKeyService,
    ) -> Result<Option<Arc<PublicApiKey>>, ApiKeyError> {
        let now = now(self.now)?;
        match self.kind {
            QuestionKind::Secret => service.authenticate(self.token, now).await,
            QuestionKind::Publishable => service.publishable(self.token, now).await,
        }
    }
}

#[napi]
impl NativeApiKeyService {
    /// Asks questions: the JSON text of a list of `{ ticket, kind, now, token }`. `takeAnswers` returns each answer with its
    /// ticket.
    #[napi(catch_unwind)]
    pub fn ask(&self, questions: String) -> napi::Result<()> {
        // module/ asks nothing of a service that could not be made or is closed.
        let (Ok(service), Some(outbox)) = (&self.service, self.outbox()) else {
            return Err(napi::Error::from_reason("The service takes no questions."));
        };
        let questions: Vec<Question> = serde_json::from_str(&questions)
            .map_err(|_| napi::Error::from_reason("Questions are a list of JSON objects."))?;
        let asked = questions.into_iter().map(|question| {
            let (service, reply) = (Arc::clone(service), outbox.reply(question.ticket));
            async move {
                let answer = question.answer(&service).await;
                reply.with(&answer.map_err(|error| service.worded(error)));
            }
        });
        let asked = asked.collect::<FuturesUnordered<_>>().collect::<()>();
        spawn(deadline::calls(service.call_timeout(), asked));
        Ok(())
    }

    /// The answers since the last time: the JSON text of a list of `[ticket, { value: key | null } | { failure }]`.
    #[napi(catch_unwind)]
    pub fn take_answers(&self) -> String {
        self.ready.take()
    }

    /// The number of the row that answers for a secret token from memory, or 0 when only the database can answer.
    #[napi(catch_unwind)]
    pub fn recall_secret(&self, now_ms: f64, token: String) -> f64 {
        number(self.recall(now_ms, |service, now| service.recall_secret(token, now)))
    }

    /// The same for a publishable token.
    #[napi(catch_unwind)]
    pub fn recall_publishable(&self, now_ms: f64, token: String) -> f64 {
        number(self.recall(now_ms, |service, now| service.recall_publishable(token, now)))
    }

    /// The row behind the number that was recalled for a token: the JSON text of `{ number, key }`. Null when memory may no
    /// longer answer.
    #[napi(catch_unwind)]
    pub fn recalled_row(&self, kind: String, now_ms: f64, token: String) -> Option<String> {
        let kind = ApiKeyType::parse(&kind)?;
        let CachedKey { number, key } =
            self.recall(now_ms, |service, now| service.recalled_row(token, kind, now))?;
        Some(json(&NumberedRow { number, key: &key }))
    }

    fn recall(
        &self,
        now_ms: f64,
        ask: impl FnOnce(&ApiKeyService, Timestamp) -> Option<CachedKey>,
    ) -> Option<CachedKey> {
        ask(self.service.as_deref().ok()?, now(now_ms).ok()?)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a cache is not filled 2^53 times")]
fn number(remembered: Option<CachedKey>) -> f64 {
    remembered.map_or(0.0, |remembered| remembered.number as f64)
}
