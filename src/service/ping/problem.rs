//! What is wrong with a service, and what to do about it.

use crate::error::ApiKeyError;
use crate::event::LeaseLoss;
use crate::service::status::UnknownHashKeyStatus;
use crate::store::Health as StoreHealth;

/// How grave a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Keys cannot be verified.
    Error,
    /// Keys can be verified; something else fails, or takes longer.
    Warning,
}

impl Severity {
    /// The name, as returned.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something that is wrong. It holds no token, no hash and no SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How grave it is.
    pub severity: Severity,
    /// What programs recognize it by.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

const MIGRATE: &str = "leave the option migrate on, or call service.migrate()";
const MIGRATE_IN_MEDUSA: &str = "run `medusa db:migrate`";
const GRANT: &str =
    "let the owner of the table GRANT the role SELECT, INSERT, UPDATE and DELETE on api_key";

impl Problem {
    fn error(code: &'static str, message: impl Into<String>, remedy: &'static str) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), remedy }
    }

    fn warning(code: &'static str, message: impl Into<String>, remedy: &'static str) -> Self {
        Self { severity: Severity::Warning, code, message: message.into(), remedy }
    }

    /// The problem of a failed read.
    pub(super) fn of_error(error: &ApiKeyError) -> Self {
        let message = error.to_string();
        match error {
            ApiKeyError::Unavailable(reason) => Self::error(
                "unreachable",
                format!("the database cannot be reached: {reason}"),
                "check databaseUrl, the option ssl, that the server runs and admits this role, and the network between them",
            ),
            ApiKeyError::TimedOut => Self::error(
                "timed_out",
                "the database did not answer within callTimeout",
                "check the load of the server and the network; a firewall that drops packets looks like this, too",
            ),
            ApiKeyError::TableMissing => Self::error("table_missing", message, MIGRATE),
            ApiKeyError::TableMissingInMedusa => {
                Self::error("table_missing", message, MIGRATE_IN_MEDUSA)
            }
            ApiKeyError::ForeignTable => Self::error(
                "table_missing",
                message,
                "use another database or schema, or rename the other table",
            ),
            ApiKeyError::SchemaMissing => Self::error(
                "table_missing",
                message,
                "create the schema, or correct the option schema",
            ),
            ApiKeyError::MayNotMigrate => Self::error(
                "table_outdated",
                message,
                "migrate once as the owner of the table; afterwards this role can use it",
            ),
            ApiKeyError::Replica => {
                Self::error("replica", message, "connect to the primary, or set the option replica")
            }
            ApiKeyError::Forbidden(_) => Self::error("forbidden", message, GRANT),
            ApiKeyError::ReadOnly => Self::read_only(message),
            ApiKeyError::Busy(_) => Self::error(
                "overloaded",
                message,
                "add processes, raise hashQueueLimit, or use hashing: \"sha256\" for random tokens",
            ),
            ApiKeyError::Closed => {
                Self::error("closed", message, "create a new service; a closed one stays closed")
            }
            _ => Self::error(
                "failed",
                message,
                "look into the database's log at this time; if it shows nothing, report a defect",
            ),
        }
    }

    /// What the database lacks for writes, and for what is not a read of `authenticate`.
    pub(super) fn of_store(health: &StoreHealth, in_medusa: bool) -> Vec<Self> {
        let mut problems = Vec::new();
        if !health.up_to_date {
            problems.push(Self::warning(
                "table_outdated",
                "the table api_key lacks migrations, indexes or triggers of this version",
                if in_medusa { MIGRATE_IN_MEDUSA } else { MIGRATE },
            ));
        }
        if health.replica {
            problems.push(Self::warning(
                "replica",
                "the server is a hot standby: answers are as old as the replica, and writes fail",
                "connect to the primary for writes, and wherever a revocation must take effect at once",
            ));
        }
        match &health.write_obstacle {
            None => {}
            // The replica is the reason, and is reported.
            Some(ApiKeyError::ReadOnly) if health.replica => {}
            Some(ApiKeyError::Forbidden(privilege)) => problems.push(Self::warning(
                "forbidden",
                format!("the role lacks the privilege {privilege} on the table api_key"),
                GRANT,
            )),
            Some(error) => problems.push(Self::read_only(error.to_string())),
        }
        problems
    }

    /// Why answers do not come from the cache, although `maxStaleness` asks for it.
    pub(super) fn of_lease(loss: LeaseLoss) -> Self {
        let code = match loss {
            LeaseLoss::Pooler => "pooler",
            LeaseLoss::Starting
            | LeaseLoss::NotListening
            | LeaseLoss::NoEcho
            | LeaseLoss::NoTriggers
            | LeaseLoss::TriggersChanged
            | LeaseLoss::SeveralTables
            | LeaseLoss::NoConnection
            | LeaseLoss::Replica => "lease_not_held",
        };
        Self::warning(
            code,
            format!("every answer is read from the database, because {loss}"),
            match loss {
                LeaseLoss::Starting | LeaseLoss::TriggersChanged => {
                    "wait: the lease begins within maxStaleness"
                }
                LeaseLoss::NoTriggers => "migrate the table, so that its triggers are as expected",
                LeaseLoss::Pooler => {
                    "connect directly, or through a pooler in session mode with the option pooler: \"session\""
                }
                LeaseLoss::Replica => "leave maxStaleness off here, or connect to the primary",
                LeaseLoss::SeveralTables => "leave maxStaleness off, or keep all keys in one table",
                LeaseLoss::NotListening | LeaseLoss::NoConnection | LeaseLoss::NoEcho => {
                    "check the server, its connection slots and the network; raise maxStaleness if they are slow"
                }
            },
        )
    }

    /// Tokens that are rejected because of hash keys.
    pub(super) fn of_hash_keys(unknown: &[UnknownHashKeyStatus]) -> Self {
        let names: Vec<_> = unknown
            .iter()
            .map(|key| match &key.id {
                Some(id) => format!("{id} ({} tokens)", key.rejected),
                None => format!("others ({} tokens)", key.rejected),
            })
            .collect();
        Self::warning(
            "hash_keys_unknown",
            format!(
                "valid tokens were rejected, because hashKeys lacks or differs in: {}",
                names.join(", ")
            ),
            "add these keys with their secrets to the option hashKeys of this service",
        )
    }

    fn read_only(message: String) -> Self {
        Self::warning(
            "read_only",
            message,
            "connect to the primary in a read-write session; give this process the right to write the file of an SQLite database and its folder",
        )
    }
}
