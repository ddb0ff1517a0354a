//! The class.
//!
//! Invariants: a call that is under way owns what it needs, for a worker thread may end meanwhile, and Node.js then
//! frees this object at once; nothing but JavaScript keeps this object, and what it leaves is closed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Uint8Array, within_runtime_if_available};
use napi_derive::napi;
use serde::Serialize;

use super::events::{Hear, Listener};
use super::input::{context, many, now};
use super::outbox::{Outbox, Ready, Wake};
use super::outcome::{Failure, json, outcome};
use super::output::columns;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::input::decode;
use crate::query::Selection;
use crate::service::{ApiKeyService, ServiceOptions};

/// API keys in one database. Arguments are JSON text that `module/wire` encoded, `nowMs` the caller's
/// present in epoch milliseconds, `entropy` random chunks in the order in which the call draws them, `workflow` the
/// id of the workflow's transaction in which the call is made and `undone` that of one whose steps are being undone.
#[napi]
pub struct NativeApiKeyService {
    pub(super) service: Result<Arc<ApiKeyService>, ApiKeyError>,
    /// Gone when the service is closed, or could not be made.
    outbox: Mutex<Option<Arc<Outbox>>>,
    pub(super) ready: Arc<Ready>,
    listener: Listener,
}

/// A table of any size is migrated in that time.
const A_LONG_TIME: Duration = Duration::from_secs(3_600);

/// A promise of the JSON text of `{ value }` or `{ failure }`.
type Answer<'env> = napi::Result<PromiseRaw<'env, String>>;

#[napi]
impl NativeApiKeyService {
    /// A service that connects when it is first needed. `hear` is told the name of what happens beside the calls, and
    /// why; `wake` is called when there are answers to take.
    #[napi(
        constructor,
        catch_unwind,
        ts_args_type = "options: string, hear: (name: string, reason: string | null) => void, wake: () => void"
    )]
    pub fn new(options: String, hear: Hear, wake: Wake) -> Self {
        let listener = Listener::new(hear);
        let parsed = decode(&options).and_then(|options| ServiceOptions::parse(&options));
        let service = parsed.and_then(|options| {
            within_runtime_if_available(|| ApiKeyService::new(&options, listener.events()))
        });
        let ready = Arc::<Ready>::default();
        let outbox = Mutex::new(Some(Outbox::new(Arc::clone(&ready), wake)));
        let service = service.map(Arc::new);
        let native = Self { service, outbox, ready, listener };
        if native.service.is_err() {
            native.release();
        }
        native
    }

    /// Why the service takes no calls, if it takes none: its options are wrong, or it is closed.
    #[napi(catch_unwind)]
    pub fn failure(&self) -> Option<String> {
        let closed =
            |service: &Arc<ApiKeyService>| service.is_closed().then_some(ApiKeyError::Closed);
        self.service
            .as_ref()
            .map_or_else(|error| Some(error.clone()), closed)
            .map(|error| json(&Failure::from(&error)))
    }

    /// Creates keys from a list.
    #[napi(catch_unwind)]
    pub fn create_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
        workflow: String,
    ) -> Answer<'env> {
        let context = context(now_ms, &entropy);
        self.answer(env, move |service| async move {
            service.create(&many(decode(&data)?)?, context?, &decode(&workflow)?).await
        })
    }

    /// Creates or retitles keys from a list.
    #[napi(catch_unwind)]
    pub fn upsert_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
        workflow: String,
    ) -> Answer<'env> {
        let context = context(now_ms, &entropy);
        self.answer(env, move |service| async move {
            service.upsert(&many(decode(&data)?)?, context?, &decode(&workflow)?).await
        })
    }

    /// Gives keys a title.
    #[napi(catch_unwind)]
    pub fn update_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        target: String,
        data: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.update(&decode(&target)?, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Ends keys.
    #[napi(catch_unwind)]
    pub fn revoke<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        target: String,
        data: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.revoke(&decode(&target)?, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Replaces a key by a successor.
    #[napi(catch_unwind)]
    pub fn roll_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        id: String,
        data: String,
        workflow: String,
    ) -> Answer<'env> {
        let context = context(now_ms, &entropy);
        self.answer(env, move |service| async move {
            service.roll(&decode(&id)?, &decode(&data)?, context?, &decode(&workflow)?).await
        })
    }

    /// Removes revoked keys.
    #[napi(catch_unwind)]
    pub fn delete_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        ids: String,
        undone: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.delete(&decode(&ids)?, now(now_ms)?, &decode(&undone)?).await
        })
    }

    /// Hides keys.
    #[napi(catch_unwind)]
    pub fn soft_delete_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        targets: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.soft_delete(&decode(&targets)?, now(now_ms)?).await
        })
    }

    /// Shows hidden keys again.
    #[napi(catch_unwind)]
    pub fn restore_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        targets: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.restore(&decode(&targets)?, now(now_ms)?).await
        })
    }

    /// One key by its id.
    #[napi(catch_unwind)]
    pub fn retrieve_api_key<'env>(
        &self,
        env: &'env Env,
        id: String,
        config: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.retrieve(&decode(&id)?, &decode(&config)?).await
        })
    }

    /// The keys that filters match.
    #[napi(catch_unwind)]
    pub fn list_api_keys<'env>(
        &self,
        env: &'env Env,
        filters: String,
        config: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.list(&decode(&filters)?, &decode(&config)?).await
        })
    }

    /// The keys that filters match, and how many there are on all pages.
    #[napi(catch_unwind)]
    pub fn list_and_count_api_keys<'env>(
        &self,
        env: &'env Env,
        filters: String,
        config: String,
    ) -> Answer<'env> {
        self.answer(env, move |service| async move {
            service.list_and_count(&decode(&filters)?, &decode(&config)?).await
        })
    }

    /// The columns that `config.select` shows, in model order; null means every one.
    #[napi(catch_unwind)]
    pub fn selected_columns(select: String) -> Option<Vec<&'static str>> {
        let selection = decode(&select).and_then(|select| Selection::parse(&select));
        columns(&selection.unwrap_or(Selection::Some(Vec::new())))
    }

    /// The status as JSON text; null if the options of the constructor were rejected.
    #[napi(catch_unwind)]
    pub fn status(&self) -> Option<String> {
        let service = self.service.as_ref().ok()?;
        serde_json::to_string(&service.status()).ok()
    }

    /// Creates the table or brings it up to date, and names the steps that this took.
    #[napi(catch_unwind)]
    pub fn migrate<'env>(&self, env: &'env Env) -> Answer<'env> {
        self.answer_within(A_LONG_TIME, env, move |service| async move { service.migrate().await })
    }

    /// Takes steps of the migration back, those named or every one, and names them.
    #[napi(catch_unwind)]
    pub fn roll_back<'env>(&self, env: &'env Env, names: Option<Vec<String>>) -> Answer<'env> {
        self.answer_within(A_LONG_TIME, env, move |service| async move {
            service.roll_back(names.as_deref()).await
        })
    }

    /// Closes every connection, after the statements that run. From now on nothing is answered from memory, and at the end
    /// no function of JavaScript is held any more, save by questions that are still under way.
    #[napi(catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> Answer<'env> {
        if let Ok(service) = &self.service {
            service.begin_close();
        }
        let (outbox, listener) = (self.take_outbox(), self.listener.clone());
        self.answer_within(A_LONG_TIME, env, move |service| async move {
            let closed = service.close().await;
            drop(outbox);
            listener.release();
            closed
        })
    }

    /// Where answers go, until the service is closed.
    pub(super) fn outbox(&self) -> Option<Arc<Outbox>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take_outbox(&self) -> Option<Arc<Outbox>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets go of JavaScript's functions.
    fn release(&self) {
        drop(self.take_outbox());
        self.listener.release();
    }

    /// Starts a use case; its outcome, a failure too, is what the promise resolves to.
    fn answer<'env, T, F>(
        &self,
        env: &'env Env,
        use_case: impl FnOnce(Arc<ApiKeyService>) -> F,
    ) -> Answer<'env>
    where
        F: Future<Output = Result<T, ApiKeyError>> + Send + 'static,
        T: Serialize,
    {
        let limit = self.service.as_ref().map_or(A_LONG_TIME, |service| service.call_timeout());
        self.answer_within(limit, env, use_case)
    }

    fn answer_within<'env, T, F>(
        &self,
        limit: Duration,
        env: &'env Env,
        use_case: impl FnOnce(Arc<ApiKeyService>) -> F,
    ) -> Answer<'env>
    where
        F: Future<Output = Result<T, ApiKeyError>> + Send + 'static,
        T: Serialize,
    {
        let started = self.service.clone().map(|service| {
            // A promise is made with what is left of the stack: a large future must not lie there.
            let running = Box::pin(use_case(Arc::clone(&service)));
            (service, running)
        });
        env.spawn_future(async move {
            Ok(outcome(&match started {
                Ok((service, running)) => {
                    deadline::call(limit, running).await.map_err(|error| service.worded(error))
                }
                Err(error) => Err(error),
            }))
        })
    }
}

impl Drop for NativeApiKeyService {
    /// JavaScript has dropped the service, or its environment ends.
    fn drop(&mut self) {
        self.release();
        if let Ok(service) = &self.service {
            Arc::clone(service).close_in_background();
        }
    }
}
