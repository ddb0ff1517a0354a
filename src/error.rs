//! Every failure that a caller may see.
//!
//! Owns the wording and the Medusa error type of each failure; how a failure
//! becomes a JavaScript error is `node`'s and `module/`'s.
//! Invariant: no message holds a raw token, a stored hash, a salt or SQL.

use std::fmt;

/// What can be wrong with a call, or with the world while it ran.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// `retrieveApiKey` found no key. Becomes `not_found`.
    #[error("ApiKey with id: {} was not found{}", Shown(.0), token_hint(std::slice::from_ref(.0)))]
    NotFound(String),
    /// `retrieveApiKey` was given no id. Becomes `not_found`.
    #[error("apiKey - id must be defined")]
    IdUndefined,
    /// A write named keys that do not exist. Becomes `not_found`.
    // Stock 2.21.2: every colon of an id is shown as " - ".
    #[error("ApiKey with id \"{}\" not found{}", ShownList(.0).to_string().replace(':', " - "), token_hint(.0))]
    NoSuchKeys(Vec<String>),
    /// Deletion of keys that are not revoked yet. Becomes `not_allowed`.
    #[error("Cannot delete api keys that are not revoked - {}", ShownList(.0))]
    StillLive(Vec<String>),
    /// A revocation without a key. Becomes `invalid_data`.
    #[error("You must provide an api key id field when revoking a key.")]
    RevokeWithoutId,
    /// A revocation that does not say by whom. Becomes `invalid_data`.
    #[error("You must provide a revoked_by field when revoking a key.")]
    RevokeWithoutRevokedBy,
    /// A revocation of keys that are revoked already. Becomes `invalid_data`.
    #[error("There are {} that are already revoked.", counted(*.secret, *.publishable))]
    AlreadyRevoked {
        /// How many of them are secret.
        secret: usize,
        /// How many of them are publishable.
        publishable: usize,
    },
    /// A creation under an id that is taken. Becomes `invalid_data`.
    #[error("Api key with id: {}, already exists.", Shown(.0))]
    IdTaken(String),
    /// Two tokens came out equal, which a sound entropy source never does.
    /// Becomes `invalid_data`.
    #[error("Api key with token: {0}, already exists.")]
    TokenTaken(String),
    /// An argument that cannot be used; the text names it. Becomes `invalid_data`.
    #[error("{0}")]
    Invalid(String),
    /// An option of the service that cannot be used. Becomes `invalid_argument`.
    #[error("{option}: {problem}")]
    Option {
        /// The option's name.
        option: String,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// An option of the service that does not exist. Becomes `invalid_argument`.
    #[error("unknown option \"{option}\"; {advice}")]
    UnknownOption {
        /// The option's path, for example `pool.maximum`.
        option: String,
        /// Which options exist.
        advice: String,
    },
    /// The table `api_key` is not there, or not as this version needs it. Becomes `database_error`.
    #[error(
        "The table api_key does not exist or is out of date. Leave the option `migrate` on or call `service.migrate()`."
    )]
    TableMissing,
    /// The same in Medusa, which migrates all modules by a command. Becomes `database_error`.
    #[error("The table api_key does not exist or is out of date. Run `medusa db:migrate`.")]
    TableMissingInMedusa,
    /// A migration found a table `api_key` of another making. Becomes `database_error`.
    #[error(
        "The database has a table api_key that lacks columns of Medusa's, and cannot be brought up to date."
    )]
    ForeignTable,
    /// The PostgreSQL schema of the option `schema` is not there. Becomes `database_error`.
    #[error("schema: the database has no schema of that name")]
    SchemaMissing,
    /// The database cannot be reached. Becomes `database_error`.
    #[error("databaseUrl: {0}")]
    Unavailable(String),
    /// The call's time is over. Nothing was written. Becomes `database_error`.
    #[error(
        "The call was not answered within callTimeout: the database, or the queue of tokens to be hashed, is too slow"
    )]
    TimedOut,
    /// A write whose answer was cut off, and whose outcome could not be looked up before the call's time was over.
    /// Becomes `database_error`.
    #[error(
        "The database did not say within callTimeout whether this write took effect. Look before you repeat it (outcome: unknown)."
    )]
    OutcomeUnknown,
    /// The server is a hot standby, and the option `replica` is off. Becomes `database_error`.
    #[error(
        "databaseUrl: the server is a hot standby, whose answers may be older than a revocation. Connect to the primary, or set the option `replica` to accept answers as old as the replica."
    )]
    Replica,
    /// The table lacks something, and the role or session may not add it. Becomes `database_error`.
    #[error(
        "migrate: the table api_key is out of date, and this role or session may not change it. Run `migrate()` (in Medusa `medusa db:migrate`) as a role that owns the table and has the right CREATE on its schema."
    )]
    MayNotMigrate,
    /// The role lacks a right on the table. Becomes `database_error`.
    #[error(
        "databaseUrl: the role lacks the right {0} on the table api_key; its owner can GRANT it"
    )]
    Forbidden(&'static str),
    /// A write in a session that only reads. Becomes `database_error`.
    #[error(
        "databaseUrl: the session is read-only, as on a hot standby or with default_transaction_read_only; writes need a session with the primary that may write"
    )]
    ReadOnly,
    /// The database refused or broke off. Becomes `database_error`.
    #[error("The database could not carry out the call{}.", because(.sqlstate.as_deref()))]
    Database {
        /// PostgreSQL's SQLSTATE.
        sqlstate: Option<String>,
    },
    /// SQLite refused, in words: its result codes mean nothing elsewhere. Becomes `database_error`.
    #[error("The database could not carry out the call: {0}.")]
    Refused(&'static str),
    /// A row holds a hash of no scheme that this version knows. Becomes `unexpected_state`.
    #[error("A stored token hash has a form that this version does not know.")]
    UnknownHash,
    /// A roll of a key that has an end already. Becomes `invalid_data`.
    #[error("The key {} is to be revoked already (revoked_at); only a key without an end can be rolled.", Shown(.0))]
    EndPlanned(String),
    /// More key derivations are waiting than `hashQueueLimit` allows. Becomes `unexpected_state`.
    #[error("Too many tokens are waiting to be hashed (hashQueueLimit: {0}); try again shortly.")]
    Busy(usize),
    /// The service was closed. Becomes `unexpected_state`.
    #[error("The API key service is closed.")]
    Closed,
    /// Something that should not be possible. Becomes `unexpected_state`.
    #[error("{0}")]
    Unexpected(&'static str),
}

impl ApiKeyError {
    /// The value of `MedusaError.Types` that this failure carries.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound(_) | Self::IdUndefined | Self::NoSuchKeys(_) => "not_found",
            Self::StillLive(_) => "not_allowed",
            Self::RevokeWithoutId
            | Self::RevokeWithoutRevokedBy
            | Self::AlreadyRevoked { .. }
            | Self::IdTaken(_)
            | Self::TokenTaken(_)
            | Self::EndPlanned(_)
            | Self::Invalid(_) => "invalid_data",
            Self::Option { .. } | Self::UnknownOption { .. } => "invalid_argument",
            Self::TableMissing
            | Self::TableMissingInMedusa
            | Self::ForeignTable
            | Self::SchemaMissing
            | Self::Unavailable(_)
            | Self::TimedOut
            | Self::OutcomeUnknown
            | Self::Replica
            | Self::MayNotMigrate
            | Self::Forbidden(_)
            | Self::ReadOnly
            | Self::Database { .. }
            | Self::Refused(_) => "database_error",
            Self::UnknownHash | Self::Busy(_) | Self::Closed | Self::Unexpected(_) => {
                "unexpected_state"
            }
        }
    }

    /// PostgreSQL's own code for the failure, where it gave one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Database { sqlstate } => sqlstate.as_deref(),
            _ => None,
        }
    }

    /// Whether a write may have taken effect although it failed.
    #[must_use]
    pub fn leaves_outcome_unknown(&self) -> bool {
        *self == Self::OutcomeUnknown
    }

    /// An argument that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}

fn because(sqlstate: Option<&str>) -> String {
    sqlstate.map_or_else(String::new, |code| format!(" (SQLSTATE {code})"))
}

// Stock 2.21.2: the noun is plural even for one key.
fn counted(secret: usize, publishable: usize) -> String {
    match (secret, publishable) {
        (secret, 0) => format!("{secret} secret keys"),
        (0, publishable) => format!("{publishable} publishable keys"),
        (secret, publishable) => format!("{secret} secret keys and {publishable} publishable keys"),
    }
}

/// Caller's text as a message may show it: cut, and hidden where it looks like a credential.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_CHARACTERS: usize = 128;
        // SECURITY: callers mistake tokens for ids, and messages end in logs.
        if looks_secret(self.0) {
            return f.write_str("***");
        }
        match self.0.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// What to add to the message about keys that were not found, where one of the ids is probably a token.
fn token_hint(ids: &[String]) -> &'static str {
    if ids.iter().any(|id| looks_secret(id)) {
        "; that looks like a token: pass the key's id (key.id)"
    } else {
        ""
    }
}

/// Whether an id is probably a token. Callers choose ids, so that a key may have it all the same.
#[must_use]
pub fn looks_like_token(id: &str) -> bool {
    const LEAST_CHARACTERS: usize = 16;
    let rest = id.strip_prefix("sk_").or_else(|| id.strip_prefix("pk_"));
    rest.is_some_and(|rest| {
        rest.len() >= LEAST_CHARACTERS
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    })
}

/// Whether a text holds a token, one of stock's hashes (hex, too), or an argon2 hash.
fn looks_secret(text: &str) -> bool {
    const LEAST_HEX_DIGITS: usize = 32;
    let runs = text.split(|c: char| !c.is_ascii_hexdigit());
    looks_like_token(text)
        || text.contains("$argon2")
        || runs.map(str::len).max() >= Some(LEAST_HEX_DIGITS)
}

struct ShownList<'a>(&'a [String]);

impl fmt::Display for ShownList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, text) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{}", Shown(text))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_stock_words_them() {
        let cases = [
            (ApiKeyError::NotFound("apk_1".into()), "ApiKey with id: apk_1 was not found"),
            (ApiKeyError::NotFound(String::new()), "ApiKey with id:  was not found"),
            (
                ApiKeyError::NoSuchKeys(vec!["a:b".into(), "c".into()]),
                "ApiKey with id \"a - b, c\" not found",
            ),
            (
                ApiKeyError::AlreadyRevoked { secret: 1, publishable: 0 },
                "There are 1 secret keys that are already revoked.",
            ),
        ];
        for (error, message) in cases {
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn an_id_that_is_really_a_credential_is_not_shown() {
        let token = format!("sk_{}", "0123456789abcdef".repeat(4));
        let hash = "0123456789abcdef".repeat(8);
        for secret in [token.as_str(), hash.as_str(), "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"] {
            let message = ApiKeyError::NotFound(secret.to_owned()).to_string();
            assert!(!message.contains(secret), "{message}");
        }
    }
}
