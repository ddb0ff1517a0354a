//! The calls that a server makes with every request, on ways of their own: see docs/adr/0014.

use std::sync::{Arc, PoisonError};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use napi::bindgen_prelude::{FnArgs, Function, spawn};
use napi_derive::napi;

use super::input::now;
use super::outcome::NativeFailure;
use super::output::{NativeApiKey, RowArgs, row_args};
use super::service::NativeApiKeyService;
use crate::api_key::PublicApiKey;
use crate::cache::Remembered;
use crate::deadline;
use crate::service::ApiKeyService;

#[napi]
impl NativeApiKeyService {
    /// Asks many questions, each at its place in all four lists: for the publishable key of a token, live or not, or else
    /// for the live secret key. Each answer comes under its ticket.
    #[napi(catch_unwind)]
    pub fn ask(
        &self,
        tickets: Vec<u32>,
        now_ms: Vec<f64>,
        tokens: Vec<String>,
        publishable: Vec<bool>,
    ) -> napi::Result<()> {
        // module/ asks nothing of a service that it could not make or has closed.
        let (Ok(service), Some(outbox)) = (&self.service, self.outbox()) else {
            return Err(napi::Error::from_reason("The service takes no questions."));
        };
        let questions = tokens.into_iter().zip(now_ms).zip(publishable);
        let replies = tickets.into_iter().map(|ticket| outbox.reply(ticket));
        let asked = replies.zip(questions).map(|(reply, ((token, now_ms), publishable))| {
            let service = Arc::clone(service);
            async move {
                let answer = match now(now_ms) {
                    Ok(now) if publishable => service.publishable(token, now).await,
                    Ok(now) => service.authenticate(token, now).await,
                    Err(error) => Err(error),
                };
                reply.with(answer.map_err(|error| service.worded(error)));
            }
        });
        let asked = asked.collect::<FuturesUnordered<_>>().collect::<()>();
        spawn(deadline::calls(service.call_timeout(), asked));
        Ok(())
    }

    /// Hands over the answers that are ready: `found` is called with a ticket and the fields of a row, `none` with a
    /// ticket, `failed` with a ticket and a failure.
    #[napi(
        catch_unwind,
        ts_args_type = "found: (ticket: number, ...row: any[]) => void, none: (ticket: number) => void, failed: (ticket: number, failure: NativeFailure) => void"
    )]
    pub fn take_answers(
        &self,
        found: Function<'_, FnArgs<RowArgs>, ()>,
        none: Function<'_, u32, ()>,
        failed: Function<'_, FnArgs<(u32, NativeFailure)>, ()>,
    ) -> napi::Result<()> {
        for (ticket, answer) in self.ready.take() {
            match answer {
                Ok(Some(key)) => found.call(row_args(ticket, &key))?,
                Ok(None) => none.call(ticket)?,
                Err(error) => failed.call(FnArgs::from((ticket, error.into())))?,
            }
        }
        Ok(())
    }

    /// Whether memory may tell the live secret key of a token: the number of what it remembers, or else 0. The same number
    /// stands for the same row, which `recalled` tells.
    #[napi(catch_unwind)]
    pub fn recall_secret(&self, now_ms: f64, token: String) -> f64 {
        self.recall(|service| service.recall_secret(token, now(now_ms).ok()?))
    }

    /// The same for the publishable key of a token, live or not.
    #[napi(catch_unwind)]
    pub fn recall_publishable(&self, now_ms: f64, token: String) -> f64 {
        self.recall(|service| service.recall_publishable(token, now(now_ms).ok()?))
    }

    /// The row whose number was told last.
    #[napi(catch_unwind)]
    pub fn recalled(&self) -> Option<NativeApiKey> {
        let recalled = self.recalled.lock().unwrap_or_else(PoisonError::into_inner).clone();
        recalled.map(|key| PublicApiKey::clone(&key).into())
    }

    /// Asks memory, on this thread.
    fn recall(&self, ask: impl FnOnce(&ApiKeyService) -> Option<Remembered>) -> f64 {
        let Some(Remembered { number, key }) = self.service.as_deref().ok().and_then(ask) else {
            return 0.0;
        };
        *self.recalled.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        #[expect(clippy::cast_precision_loss, reason = "nobody fills a cache 2^53 times")]
        let number = number as f64;
        number
    }
}
