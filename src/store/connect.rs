//! How connections to PostgreSQL are made.

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use sea_orm::{ConnectOptions, DatabaseConnection};
use tokio::time::timeout;

use super::failure::unavailable;
use super::settings::{DatabaseSettings, DatabaseUrl, Tls};
use crate::error::ApiKeyError;

/// One plan for all values of a statement, and of the plans only reads of an index.
const PLANNED_ONCE: [(&str, &str); 3] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
];

/// A PostgreSQL server, for connections beside the pool.
#[derive(Clone)]
pub(super) struct PostgresServer {
    options: PgConnectOptions,
    search_path: Option<String>,
}

impl PostgresServer {
    /// A connection of one's own.
    pub(super) async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        if let Some(path) = &self.search_path {
            connection.execute(AssertSqlSafe(format!("SET search_path = {path}"))).await?;
        }
        Ok(connection)
    }

    /// The same for statements that are planned once, if the server takes that from its client.
    ///
    /// Settings go with the beginning of the session and not with a SET, which a pooler in between would leave in a session
    /// that others use, too. PgBouncer refuses them, and so does a server before PostgreSQL 12: then statements are planned
    /// as ever.
    pub(super) async fn connect_to_plan_once(&self) -> Result<PgConnection, sqlx::Error> {
        let mut server = self.clone();
        server.options = server.options.options(PLANNED_ONCE);
        match server.connect().await {
            Err(sqlx::Error::Database(_)) => self.connect().await,
            outcome => outcome,
        }
    }

    /// The schemas to look for the table in, if not the server's own.
    pub(super) fn search_path(&self) -> Option<&str> {
        self.search_path.as_deref()
    }

    /// A pool of one connection that is never given up, which is how the driver hands out a listener.
    pub(super) async fn connect_alone(&self) -> Result<PgPool, sqlx::Error> {
        PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(self.options.clone())
            .await
    }
}

impl DatabaseSettings {
    /// The pool of a PostgreSQL server, after one successful connection.
    pub(super) async fn connect(&self, url: &str) -> Result<DatabaseConnection, ApiKeyError> {
        let options = self.postgres(url).await?;
        let connected = sea_orm::Database::connect(options).await;
        connected.map_err(|error| unavailable(&self.url, &error))
    }

    /// The server, unless the database is SQLite.
    pub(super) fn server(&self) -> Result<Option<PostgresServer>, ApiKeyError> {
        let DatabaseUrl::Postgres(url) = &self.url else { return Ok(None) };
        let options: PgConnectOptions =
            url.parse().map_err(|error| unavailable(&self.url, &error))?;
        // SECURITY: statements and their values stay out of logs.
        let options = encrypted(options, &self.tls).disable_statement_logging();
        Ok(Some(PostgresServer { options, search_path: self.search_path() }))
    }

    async fn postgres(&self, url: &str) -> Result<ConnectOptions, ApiKeyError> {
        if let Some(server) = self.server()? {
            self.reach(&server).await?;
        }
        let tls = self.tls.clone();
        let mut options = self.pooled(url.to_owned());
        options.map_sqlx_postgres_opts(move |options| encrypted(options, &tls)).connect_lazy(true);
        if let Some(path) = self.search_path() {
            options.set_schema_search_path(path);
        }
        Ok(options)
    }

    fn search_path(&self) -> Option<String> {
        self.schema.as_ref().map(|schema| format!("\"{}\"", schema.replace('"', "\"\"")))
    }

    /// Connects once outside the pool, which would keep the reason of a failure to itself.
    // See docs/adr/0007
    async fn reach(&self, server: &PostgresServer) -> Result<(), ApiKeyError> {
        use sea_orm::sqlx::Connection as _;
        let patience = self.pool.acquire_timeout;
        let unreachable =
            |reason: &(dyn std::error::Error + 'static)| unavailable(&self.url, reason);
        let connection = timeout(patience, server.options.connect())
            .await
            .map_err(|late| unreachable(&late))?
            .map_err(|error| unreachable(&error))?;
        timeout(patience, connection.close())
            .await
            .map_err(|late| unreachable(&late))?
            .map_err(|error| unreachable(&error))
    }

    fn pooled(&self, url: String) -> ConnectOptions {
        let pool = self.pool;
        let mut options = ConnectOptions::new(url);
        options
            .min_connections(pool.min)
            .max_connections(pool.max)
            .acquire_timeout(pool.acquire_timeout)
            .idle_timeout(pool.idle_timeout)
            // SECURITY: statements and their values stay out of logs.
            .sqlx_logging(false);
        options
    }
}

fn encrypted(options: PgConnectOptions, tls: &Tls) -> PgConnectOptions {
    match tls {
        Tls::FromUrl => options,
        Tls::Off => options.ssl_mode(PgSslMode::Disable),
        Tls::Required { verify, ca, client } => {
            let mode = if *verify { PgSslMode::VerifyFull } else { PgSslMode::Require };
            let mut options = options.ssl_mode(mode);
            if let Some(pem) = ca {
                options = options.ssl_root_cert_from_pem(pem.clone().into_bytes());
            }
            if let Some((certificate, key)) = client {
                options = options
                    .ssl_client_cert_from_pem(certificate.as_bytes())
                    .ssl_client_key_from_pem(key.as_bytes());
            }
            options
        }
    }
}
