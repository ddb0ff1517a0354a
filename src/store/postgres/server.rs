//! How sessions with a PostgreSQL server are made, and what stands between.
//!
//! Invariant: a session that a pooler may hand on to others has no settings, no named statements and no LISTEN of ours; a
//! server that only in_recovery another one's changes is used only where the user allows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{PgFailure, connect_failure};
use super::process::first_process;
use super::session::Session;
use super::session_settings::SessionSettings;
use super::tls::encrypt;
use super::url::PostgresUrl;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::settings::{DatabaseSettings, Pooler};

/// How long one address may take to accept a connection before the next one is tried.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(3);

/// When a silent peer is asked whether it is there, how often, and after how many silences it is not.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_RETRIES: u32 = 3;

/// How long a session that was silent may take to show that it is there, at most.
const MAX_LIVENESS_TIMEOUT: Duration = Duration::from_secs(1);

/// For statements that read an index whatever their values: planned once, and of the plans only reads of an index.
const GENERIC_PLAN_SETTINGS: [(&str, &str); 3] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
];

/// A process, and whether the server in_recovery another one's changes.
const SESSION_INFO: &str =
    "/*NO LOAD BALANCE*/ SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery()";

/// A PostgreSQL server, or several of which one is used.
#[derive(Clone)]
pub(in crate::store) struct PostgresServer(Arc<Server>);

struct Server {
    url: PostgresUrl,
    config: Config,
    tls: MakeRustlsConnect,
    session_settings: SessionSettings,
    call_timeout: Duration,
    pooler: Option<Pooler>,
    replica: bool,
    /// Whether settings may come with the beginning of a session, which poolers refuse.
    accepts_startup_options: AtomicBool,
    shares_sessions: AtomicBool,
    in_recovery: AtomicBool,
}

impl PostgresServer {
    pub(in crate::store) fn new(
        url: &PostgresUrl,
        settings: &DatabaseSettings,
    ) -> Result<Self, ApiKeyError> {
        let mut config = url.config();
        let connector = encrypt(&mut config, &settings.tls, url)?;
        config
            .keepalives(true)
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES)
            .tcp_user_timeout(settings.call_timeout);
        url.keep_alive(&mut config);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(ADDRESS_TIMEOUT.min(settings.call_timeout));
        }
        Ok(Self(Arc::new(Server {
            url: url.clone(),
            config,
            tls: connector,
            session_settings: SessionSettings::new(settings.call_timeout, settings.search_path()),
            call_timeout: settings.call_timeout,
            pooler: settings.pooler,
            replica: settings.replica,
            accepts_startup_options: AtomicBool::new(true),
            shares_sessions: AtomicBool::new(false),
            in_recovery: AtomicBool::new(false),
        })))
    }

    /// How long a session that was silent has to answer before it is used. Time for another one must remain.
    pub(in crate::store) fn liveness_timeout(&self) -> Duration {
        MAX_LIVENESS_TIMEOUT.min(self.0.call_timeout / 4)
    }

    /// Whether a pooler hands the server's sessions on, as far as is known.
    pub(in crate::store) fn shares_sessions(&self) -> bool {
        self.0.shares_sessions.load(Ordering::Relaxed)
    }

    /// Whether the server in_recovery another one's changes, as far as is known.
    pub(in crate::store) fn is_replica(&self) -> bool {
        self.0.in_recovery.load(Ordering::Relaxed)
    }

    /// Notes what an answer says of the server that gave it.
    pub(in crate::store) fn note_role(&self, in_recovery: bool) {
        if self.is_replica() != in_recovery {
            self.0.in_recovery.store(in_recovery, Ordering::Relaxed);
        }
    }

    /// Whether answers may be as old as a replica.
    pub(in crate::store) fn allows_replicas(&self) -> bool {
        self.0.replica
    }

    /// A session.
    pub(in crate::store) async fn connect(&self) -> Result<Session, ApiKeyError> {
        self.connect_with(self.0.session_settings.clone()).await
    }

    /// A session for statements that are planned once, if the server takes that from its client.
    pub(in crate::store) async fn connect_with_generic_plans(
        &self,
    ) -> Result<Session, ApiKeyError> {
        self.connect_with(self.0.session_settings.with(&GENERIC_PLAN_SETTINGS)).await
    }

    async fn connect_with(&self, settings: SessionSettings) -> Result<Session, ApiKeyError> {
        match deadline::wait(self.begin(&settings)).await {
            Some(Ok(session)) => Ok(session),
            Some(Err(PgFailure::NoSession(error))) => Err(error),
            Some(Err(PgFailure::Broken)) => Err(self.unavailable("the connection broke")),
            Some(Err(failure)) => Err(failure.into()),
            None => Err(self.unavailable("timed out")),
        }
    }

    async fn begin(&self, settings: &SessionSettings) -> Result<Session, PgFailure> {
        let server = &*self.0;
        let (mut session, settings_applied) = self.open(settings).await?;
        let rows = session.query_unprepared(SESSION_INFO).await?;
        let unreadable = || PgFailure::Broken;
        let (process, in_recovery): (i32, bool) = match rows.first() {
            Some(row) => (
                row.try_get(0).map_err(|_| unreadable())?,
                row.try_get(1).map_err(|_| unreadable())?,
            ),
            None => return Err(unreadable()),
        };
        if in_recovery && !server.replica {
            return Err(PgFailure::NoSession(ApiKeyError::Replica));
        }
        server.in_recovery.store(in_recovery, Ordering::Relaxed);
        let first = first_process(&session.client().cancel_token()).await;
        let shared = match server.pooler {
            Some(Pooler::Session) => false,
            Some(Pooler::Transaction) => true,
            None => first != Some(process),
        };
        server.shares_sessions.store(shared, Ordering::Relaxed);
        if shared {
            session.share();
            let own = &server.session_settings;
            session.begin_with(own.of_a_transaction(), own.are_required());
            self.reject_statement_mode(&mut session).await?;
        } else if !settings_applied || server.pooler.is_some() {
            apply_settings(&mut session, settings).await?;
        }
        Ok(session)
    }

    /// Opens a session, with settings if they are taken. Tells whether they were.
    async fn open(&self, settings: &SessionSettings) -> Result<(Session, bool), PgFailure> {
        let server = &*self.0;
        if server.accepts_startup_options.load(Ordering::Relaxed) {
            let mut config = server.config.clone();
            let own = server.config.get_options().unwrap_or_default();
            // What the URL says comes last, and so holds.
            config.options(format!("{} {own}", settings.startup_options()).trim().to_owned());
            match config.connect(server.tls.clone()).await {
                Ok((client, link)) => return Ok((Session::new(client, link), true)),
                // An older server lacks one of the extra settings.
                Err(error) if error.code() == Some(&SqlState::UNDEFINED_OBJECT) => {}
                Err(error) if rejects_startup_options(&error) => {
                    server.accepts_startup_options.store(false, Ordering::Relaxed);
                }
                Err(error) => return Err(self.connect_failure(&error)),
            }
        }
        match server.config.connect(server.tls.clone()).await {
            Ok((client, link)) => Ok((Session::new(client, link), false)),
            Err(error) => Err(self.connect_failure(&error)),
        }
    }

    /// A pooler in statement mode ends a session that begins a transaction.
    async fn reject_statement_mode(&self, session: &mut Session) -> Result<(), PgFailure> {
        let tried = match session.begin("").await {
            Ok(()) => session.commit().await,
            failed => failed,
        };
        match tried {
            Err(PgFailure::Refused(refusal)) if refusal.code().code().starts_with("08") => {
                Err(PgFailure::NoSession(self.unavailable(
                    "the pooler is in statement mode, which has no transactions; set its pool_mode to transaction or session",
                )))
            }
            outcome => outcome,
        }
    }

    fn connect_failure(&self, error: &tokio_postgres::Error) -> PgFailure {
        PgFailure::NoSession(self.unavailable(&connect_failure(error)))
    }

    fn unavailable(&self, reason: &str) -> ApiKeyError {
        ApiKeyError::Unavailable(format!("cannot connect to {}: {reason}", self.0.url))
    }
}

/// Makes the settings in a session that is ours alone. A server may refuse those that are not required.
async fn apply_settings(
    session: &mut Session,
    settings: &SessionSettings,
) -> Result<(), PgFailure> {
    for (statement, required) in settings.statements() {
        match session.run(&statement).await {
            Err(PgFailure::Refused(_)) if !required => {}
            outcome => outcome?,
        }
    }
    Ok(())
}

/// Whether a pooler has refused that a session begins with settings.
fn rejects_startup_options(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("08"))
}
