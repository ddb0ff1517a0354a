//! Opens sessions with a PostgreSQL server, and detects poolers and replicas.
//!
//! Invariant: a session that a pooler may assign to others has none of our settings, named statements or LISTENs; a
//! replica is used only if the user allows it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{PgFailure, connect_failure};
use super::process::first_process;
use super::session::Session;
use super::session_settings::SessionSettings;
use super::sslmode::Protection;
use super::tls::{encrypt, protection};
use super::transaction_id::HAS_CHECKPOINTS;
use super::url::PostgresUrl;
use crate::deadline;
use crate::error::ApiKeyError;
use crate::store::settings::{DatabaseSettings, Pooler};

/// The time that one address has to accept a connection before the next one is tried.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(3);

/// TCP keepalive: the idle time before the first probe, the interval between probes, and the number of failed probes
/// after which the connection is dead.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
const KEEPALIVE_RETRIES: u32 = 3;

/// The maximum time for an idle session to prove that it is alive.
const MAX_LIVENESS_TIMEOUT: Duration = Duration::from_secs(1);

/// Settings for statements that use an index for all values: planned once, with plain index scans only.
const GENERIC_PLAN_SETTINGS: [(&str, &str); 3] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
];

/// Selects the server process, and whether the server is a replica.
const SESSION_INFO: &str =
    "/*NO LOAD BALANCE*/ SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery()";

/// A PostgreSQL server, or several of which one is used.
#[derive(Clone)]
pub(in crate::store) struct PostgresServer(Arc<Server>);

struct Server {
    url: PostgresUrl,
    config: Config,
    tls: MakeRustlsConnect,
    protection: Protection,
    session_settings: SessionSettings,
    call_timeout: Duration,
    pooler: Option<Pooler>,
    replica: bool,
    /// Whether the server accepts settings as startup options, which poolers reject.
    accepts_startup_options: AtomicBool,
    shares_sessions: AtomicBool,
    has_checkpoints: OnceLock<bool>,
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
            protection: protection(&settings.tls, url),
            session_settings: SessionSettings::new(settings.call_timeout, search_path(settings)),
            call_timeout: settings.call_timeout,
            pooler: settings.pooler,
            replica: settings.replica,
            accepts_startup_options: AtomicBool::new(true),
            shares_sessions: AtomicBool::new(false),
            has_checkpoints: OnceLock::new(),
            in_recovery: AtomicBool::new(false),
        })))
    }

    /// Returns the time that an idle session has to respond before it is used. It leaves time for connecting again.
    pub(in crate::store) fn liveness_timeout(&self) -> Duration {
        MAX_LIVENESS_TIMEOUT.min(self.0.call_timeout / 4)
    }

    /// Returns whether a pooler shares the server's sessions among clients, as far as known.
    pub(in crate::store) fn shares_sessions(&self) -> bool {
        self.0.shares_sessions.load(Ordering::Relaxed)
    }

    /// Returns whether the server is a replica, as far as known.
    pub(in crate::store) fn is_replica(&self) -> bool {
        self.0.in_recovery.load(Ordering::Relaxed)
    }

    /// Notes the role that a server reported.
    pub(in crate::store) fn note_role(&self, in_recovery: bool) {
        if self.is_replica() != in_recovery {
            self.0.in_recovery.store(in_recovery, Ordering::Relaxed);
        }
    }

    /// Returns the hosts of the server.
    pub(in crate::store) fn hosts(&self) -> &[Host] {
        self.0.config.get_hosts()
    }

    /// Returns the protection that the settings demand of a connection.
    pub(in crate::store) fn protection(&self) -> Protection {
        self.0.protection
    }

    /// Returns whether reads from a replica are allowed.
    pub(in crate::store) fn allows_replicas(&self) -> bool {
        self.0.replica
    }

    /// Opens a session.
    pub(in crate::store) async fn connect(&self) -> Result<Session, ApiKeyError> {
        self.connect_with(self.0.session_settings.clone()).await
    }

    /// Opens a session for statements that are planned once, if the server supports that setting.
    pub(in crate::store) async fn connect_with_generic_plans(
        &self,
    ) -> Result<Session, ApiKeyError> {
        self.connect_with(self.0.session_settings.with(&GENERIC_PLAN_SETTINGS)).await
    }

    async fn connect_with(&self, settings: SessionSettings) -> Result<Session, ApiKeyError> {
        match deadline::wait(self.begin(&settings)).await {
            Some(Ok(session)) => Ok(session),
            Some(Err(PgFailure::NoSession(error))) => Err(error),
            Some(Err(PgFailure::Broken)) => Err(self.unavailable("the connection was lost")),
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
        if server.pooler.is_some() || first != Some(process) {
            session.note_pooler();
        }
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

    /// Prepares a session for the ids of transactions. Asks once whether the server returns the position of its last
    /// checkpoint.
    ///
    /// To be called before a transaction begins, because a rejected statement would abort it.
    pub(super) async fn detect_checkpoints(&self, session: &mut Session) -> Result<(), PgFailure> {
        let has_checkpoints = match self.0.has_checkpoints.get() {
            Some(known) => *known,
            None => {
                let has = match session.query_unprepared(HAS_CHECKPOINTS).await {
                    Ok(rows) => !rows.is_empty(),
                    Err(failure) if failure.is_lost_session() => return Err(failure),
                    Err(PgFailure::Rejected(_)) => false,
                    Err(failure) => return Err(failure),
                };
                *self.0.has_checkpoints.get_or_init(|| has)
            }
        };
        session.use_checkpoints(has_checkpoints);
        Ok(())
    }

    /// Opens a session with startup options if the server accepts them. Returns whether it did.
    async fn open(&self, settings: &SessionSettings) -> Result<(Session, bool), PgFailure> {
        let server = &*self.0;
        if server.accepts_startup_options.load(Ordering::Relaxed) {
            let mut config = server.config.clone();
            let own = server.config.get_options().unwrap_or_default();
            // The URL's options come last, so they take precedence.
            config.options(format!("{} {own}", settings.startup_options()).trim().to_owned());
            match config.connect(server.tls.clone()).await {
                Ok((client, link)) => return Ok((Session::new(client, link), true)),
                // An older server lacks one of the optional settings.
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

    /// Rejects a pooler in statement mode, which closes a session that begins a transaction.
    async fn reject_statement_mode(&self, session: &mut Session) -> Result<(), PgFailure> {
        let tried = match session.begin("").await {
            Ok(()) => session.commit().await,
            failed => failed,
        };
        match tried {
            Err(PgFailure::Rejected(db_error)) if db_error.code().code().starts_with("08") => {
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

/// Returns the quoted schema that contains the table, unless it is the server's default.
fn search_path(settings: &DatabaseSettings) -> Option<String> {
    settings.schema.as_ref().map(|schema| format!("\"{}\"", schema.replace('"', "\"\"")))
}

/// Applies the settings to an unshared session. The server may reject those that are not required.
async fn apply_settings(
    session: &mut Session,
    settings: &SessionSettings,
) -> Result<(), PgFailure> {
    for (statement, required) in settings.statements() {
        match session.run(&statement).await {
            Err(PgFailure::Rejected(_)) if !required => {}
            outcome => outcome?,
        }
    }
    Ok(())
}

/// Returns whether a pooler rejected the startup options.
fn rejects_startup_options(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("08"))
}
