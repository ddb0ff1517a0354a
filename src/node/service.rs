//! The native class.
//!
//! Invariants: a running call owns everything it needs, because Node.js frees this object at once when a worker thread
//! ends; only JavaScript keeps this object alive, and dropping it closes the service.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::{PromiseRaw, Uint8Array, within_runtime_if_available};
use napi_derive::napi;
use zeroize::Zeroizing;

use super::events::{Listener, OnEvent};
use super::input::{context, many, now};
use super::outbox::{Outbox, Ready, Wake};
use super::outcome::{Failure, Output, Text, json, outcome};
use super::output::columns;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::input::{Input, decode};
use crate::query::Selection;
use crate::service::{ApiKeyService, ServiceOptions};

/// The API keys in one database. Arguments are JSON that `module/wire` encoded. `nowMs` is the caller's current time in
/// epoch milliseconds, `entropy` random chunks in the order in which the call uses them, `workflow` the id of the
/// workflow's transaction that makes the call, and `undone` that of a workflow that is being compensated.
#[napi]
pub struct NativeApiKeyService {
    pub(super) service: Result<Arc<ApiKeyService>, ApiKeyError>,
    /// `None` if the service is closed or failed to start.
    outbox: Mutex<Option<Arc<Outbox>>>,
    pub(super) ready: Arc<Ready>,
    listener: Listener,
}

/// Enough to migrate a table of any size.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(3_600);

/// A promise of the JSON `{ value }` or `{ failure }`.
type JsonPromise<'env> = napi::Result<PromiseRaw<'env, Text>>;

#[napi]
impl NativeApiKeyService {
    /// A service that connects on first use. `onEvent` receives the name and reason of background events; `wake` is
    /// called when answers are ready.
    #[napi(
        constructor,
        catch_unwind,
        ts_args_type = "options: string, onEvent: (name: string, reason: string | null) => void, wake: () => void"
    )]
    pub fn new(options: String, on_event: OnEvent, wake: Wake) -> Self {
        let listener = Listener::new(on_event);
        // SECURITY: the options may hold passwords, private keys and hash keys.
        let options = Zeroizing::new(options);
        let parsed = decode(&options).and_then(|mut options| {
            let parsed = ServiceOptions::parse(&options);
            options.wipe();
            parsed
        });
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

    /// Why the service accepts no calls: invalid options, or it is closed. Null if it accepts calls.
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
    ) -> JsonPromise<'env> {
        let context = context(now_ms, &entropy);
        self.run(env, move |service| async move {
            service.create(&many(decode(&data)?)?, context?, &decode(&workflow)?).await
        })
    }

    /// Creates the keys of a list whose tokens have no row. `settings` holds the caller's `options` and `inProduction`,
    /// which forbids tokens that can be guessed.
    #[napi(catch_unwind)]
    pub fn ensure_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
        settings: String,
        workflow: String,
    ) -> JsonPromise<'env> {
        let context = context(now_ms, &entropy);
        // SECURITY: the data hold raw tokens.
        let data = Zeroizing::new(data);
        self.run(env, move |service| async move {
            let mut keys = many(decode(&data)?)?;
            let (settings, workflow) = (decode(&settings)?, decode(&workflow)?);
            let in_production = *settings.member("inProduction") == Input::Bool(true);
            let options = settings.member("options");
            let ensured = service.ensure(&keys, options, in_production, context?, &workflow).await;
            keys.iter_mut().for_each(Input::wipe);
            ensured
        })
    }

    /// Creates secret keys from a list of hashes of their tokens.
    #[napi(catch_unwind)]
    pub fn import_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
        workflow: String,
    ) -> JsonPromise<'env> {
        let context = context(now_ms, &entropy);
        self.run(env, move |service| async move {
            let keys = many(decode(&data)?)?;
            drop(data);
            service.import(keys, context?, &decode(&workflow)?).await
        })
    }

    /// Creates keys or changes their titles, from a list.
    #[napi(catch_unwind)]
    pub fn upsert_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        data: String,
        workflow: String,
    ) -> JsonPromise<'env> {
        let context = context(now_ms, &entropy);
        self.run(env, move |service| async move {
            service.upsert(&many(decode(&data)?)?, context?, &decode(&workflow)?).await
        })
    }

    /// Changes the title of keys.
    #[napi(catch_unwind)]
    pub fn update_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        target: String,
        data: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.update(&decode(&target)?, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Revokes keys.
    #[napi(catch_unwind)]
    pub fn revoke<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        target: String,
        data: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.revoke(&decode(&target)?, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Replaces a key with a new one.
    #[napi(catch_unwind)]
    pub fn roll_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        entropy: Vec<Uint8Array>,
        id: String,
        data: String,
        workflow: String,
    ) -> JsonPromise<'env> {
        let context = context(now_ms, &entropy);
        self.run(env, move |service| async move {
            service.roll(&decode(&id)?, &decode(&data)?, context?, &decode(&workflow)?).await
        })
    }

    /// Ends a single-use key by its token, once.
    #[napi(catch_unwind)]
    pub fn redeem<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        token: String,
        data: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.redeem(token, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Revokes the key of a secret token, if there is one. The result holds no keys.
    #[napi(catch_unwind)]
    pub fn revoke_token<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        token: String,
        data: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.revoke_token(token, &decode(&data)?, now(now_ms)?).await
        })
    }

    /// Deletes keys that ended before a time.
    #[napi(catch_unwind)]
    pub fn prune<'env>(&self, env: &'env Env, now_ms: f64, settings: String) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.prune(&decode(&settings)?, now(now_ms)?).await
        })
    }

    /// Deletes revoked keys permanently.
    #[napi(catch_unwind)]
    pub fn delete_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        ids: String,
        undone: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.delete(&decode(&ids)?, now(now_ms)?, &decode(&undone)?).await
        })
    }

    /// Soft-deletes keys.
    #[napi(catch_unwind)]
    pub fn soft_delete_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        targets: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.soft_delete(&decode(&targets)?, now(now_ms)?).await
        })
    }

    /// Restores soft-deleted keys.
    #[napi(catch_unwind)]
    pub fn restore_api_keys<'env>(
        &self,
        env: &'env Env,
        now_ms: f64,
        targets: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.restore(&decode(&targets)?, now(now_ms)?).await
        })
    }

    /// Returns a key by its id.
    #[napi(catch_unwind)]
    pub fn retrieve_api_key<'env>(
        &self,
        env: &'env Env,
        id: String,
        config: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.retrieve(&decode(&id)?, &decode(&config)?).await
        })
    }

    /// Returns the keys that match.
    #[napi(catch_unwind)]
    pub fn list_api_keys<'env>(
        &self,
        env: &'env Env,
        filters: String,
        config: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.list(&decode(&filters)?, &decode(&config)?).await
        })
    }

    /// Returns the keys that match, and the number of keys on all pages.
    #[napi(catch_unwind)]
    pub fn list_and_count_api_keys<'env>(
        &self,
        env: &'env Env,
        filters: String,
        config: String,
    ) -> JsonPromise<'env> {
        self.run(env, move |service| async move {
            service.list_and_count(&decode(&filters)?, &decode(&config)?).await
        })
    }

    /// The columns that `config.select` selects, in model order; null means all.
    #[napi(catch_unwind)]
    pub fn selected_columns(select: String) -> Option<Vec<&'static str>> {
        let selection = decode(&select).and_then(|select| Selection::parse(&select));
        columns(&selection.unwrap_or(Selection::Some(Vec::new())))
    }

    /// The status as JSON; null if the constructor's options were rejected.
    #[napi(catch_unwind)]
    pub fn status(&self) -> Option<String> {
        let service = self.service.as_ref().ok()?;
        serde_json::to_string(&service.status()).ok()
    }

    /// Gathers facts about the database and its table of keys, for the command `doctor`.
    #[napi(catch_unwind)]
    pub fn diagnose<'env>(&self, env: &'env Env, now_ms: f64) -> JsonPromise<'env> {
        self.run(env, move |service| async move { service.diagnose(now(now_ms)?).await })
    }

    /// Whether keys can be verified, and what is wrong: `{ ok, problems }`. A problem of the database is part of the value.
    #[napi(catch_unwind)]
    pub fn ping<'env>(&self, env: &'env Env) -> JsonPromise<'env> {
        self.run(env, move |service| async move { Ok(service.ping().await) })
    }

    /// Creates or migrates the table, and returns the names of the applied steps.
    #[napi(catch_unwind)]
    pub fn migrate<'env>(&self, env: &'env Env) -> JsonPromise<'env> {
        self.run_with_timeout(MIGRATION_TIMEOUT, env, move |service| async move {
            service.migrate().await
        })
    }

    /// Reverts the named migration steps, or all of them, and returns their names.
    #[napi(catch_unwind)]
    pub fn roll_back<'env>(&self, env: &'env Env, names: Option<Vec<String>>) -> JsonPromise<'env> {
        self.run_with_timeout(MIGRATION_TIMEOUT, env, move |service| async move {
            service.roll_back(names.as_deref()).await
        })
    }

    /// Closes all connections after running statements finish. The cache stops answering at once; when done, no
    /// JavaScript function is referenced any more, except by pending lookups.
    #[napi(catch_unwind)]
    pub fn close<'env>(&self, env: &'env Env) -> JsonPromise<'env> {
        if let Ok(service) = &self.service {
            service.begin_close();
        }
        let (outbox, listener) = (self.take_outbox(), self.listener.clone());
        self.run_with_timeout(MIGRATION_TIMEOUT, env, move |service| async move {
            let closed = service.close().await;
            drop(outbox);
            listener.release();
            closed
        })
    }

    /// The outbox; `None` after `close`.
    pub(super) fn outbox(&self) -> Option<Arc<Outbox>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take_outbox(&self) -> Option<Arc<Outbox>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Releases JavaScript's functions.
    fn release(&self) {
        drop(self.take_outbox());
        self.listener.release();
    }

    /// Starts a use case. The promise resolves to its outcome, even if it fails.
    fn run<'env, T, F>(
        &self,
        env: &'env Env,
        use_case: impl FnOnce(Arc<ApiKeyService>) -> F,
    ) -> JsonPromise<'env>
    where
        F: Future<Output = Result<T, ApiKeyError>> + Send + 'static,
        T: Output,
    {
        let limit =
            self.service.as_ref().map_or(MIGRATION_TIMEOUT, |service| service.call_timeout());
        self.run_with_timeout(limit, env, use_case)
    }

    fn run_with_timeout<'env, T, F>(
        &self,
        limit: Duration,
        env: &'env Env,
        use_case: impl FnOnce(Arc<ApiKeyService>) -> F,
    ) -> JsonPromise<'env>
    where
        F: Future<Output = Result<T, ApiKeyError>> + Send + 'static,
        T: Output,
    {
        let started = self.service.clone().map(|service| {
            // napi creates the promise on the remaining stack, so a large future must be on the heap.
            let running = Box::pin(use_case(Arc::clone(&service)));
            (service, running)
        });
        env.spawn_future(async move {
            Ok(outcome(match started {
                Ok((service, running)) => {
                    deadline::call(limit, running).await.map_err(|error| service.worded(error))
                }
                Err(error) => Err(error),
            }))
        })
    }
}

impl Drop for NativeApiKeyService {
    /// Runs when JavaScript collects the service or its environment ends.
    fn drop(&mut self) {
        self.release();
        if let Ok(service) = &self.service {
            Arc::clone(service).close_in_background();
        }
    }
}
