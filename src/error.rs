//! All errors that a caller can receive.
//!
//! Owns the message and the Medusa error type of each error; `node` and `module/` turn it into a JavaScript error.
//! Invariant: no message holds a raw token, a stored hash, a salt or SQL.

use std::fmt;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// `retrieveApiKey` found no key. Becomes `not_found`.
    #[error("ApiKey with id: {} was not found{}", Shown(.0), token_hint(std::slice::from_ref(.0)))]
    NotFound(String),
    /// `retrieveApiKey` was given no id. Becomes `not_found`.
    #[error("apiKey - id must be defined")]
    IdUndefined,
    /// A write for ids that do not exist. Becomes `not_found`.
    // Stock 2.21.2: the message shows every colon of an id as " - ".
    #[error("ApiKey with id \"{}\" not found{}", ShownList(.0).to_string().replace(':', " - "), token_hint(.0))]
    NoSuchKeys(Vec<String>),
    /// A deletion of keys that are not revoked. Becomes `not_allowed`.
    #[error("Cannot delete api keys that are not revoked - {}", ShownList(.0))]
    StillLive(Vec<String>),
    /// A revocation without an id. Becomes `invalid_data`.
    #[error("You must provide an api key id field when revoking a key.")]
    RevokeWithoutId,
    /// A revocation without `revoked_by`. Becomes `invalid_data`.
    #[error("You must provide a revoked_by field when revoking a key.")]
    RevokeWithoutRevokedBy,
    /// A revocation of keys that are already revoked. Becomes `invalid_data`.
    #[error("There are {} that are already revoked.", key_counts(*.secret, *.publishable))]
    AlreadyRevoked {
        /// The number of secret keys among them.
        secret: usize,
        /// The number of publishable keys among them.
        publishable: usize,
    },
    /// A creation with an id that exists. Becomes `invalid_data`.
    #[error("Api key with id: {}, already exists.", Shown(.0))]
    IdTaken(String),
    /// Two generated tokens are equal, which cannot happen with a sound entropy source. Becomes `invalid_data`.
    #[error("Api key with token: {0}, already exists.")]
    TokenTaken(String),
    /// An invalid argument; the message names it. Becomes `invalid_data`.
    #[error("{0}")]
    Invalid(String),
    /// A restricted key creates a key with more than it has itself. Becomes `not_allowed`.
    #[error("created_by: this key may not grant more than it has itself: {0}")]
    MayNotGrant(&'static str),
    /// A key that has ended creates or rolls a key. Becomes `not_allowed`.
    #[error("the key {} has ended, so it can neither create nor roll keys", Shown(.0))]
    CreatorEnded(String),
    /// An invalid option of the service. Becomes `invalid_argument`.
    #[error("{option}: {problem}")]
    Option {
        /// The option's name.
        option: String,
        /// What is wrong with it and what is valid.
        problem: String,
    },
    /// An unknown option of the service. Becomes `invalid_argument`.
    #[error("unknown option \"{option}\"; {advice}")]
    UnknownOption {
        /// The option's path, for example `pool.maximum`.
        option: String,
        /// The options that exist.
        advice: String,
    },
    /// The table `api_key` does not exist, or is out of date. Becomes `database_error`.
    #[error(
        "The table api_key does not exist or is out of date. Leave the option `migrate` on or call `service.migrate()`."
    )]
    TableMissing,
    /// The same in Medusa, which migrates all modules with a command. Becomes `database_error`.
    #[error("The table api_key does not exist or is out of date. Run `medusa db:migrate`.")]
    TableMissingInMedusa,
    /// A migration found a table `api_key` of other software. Becomes `database_error`.
    #[error(
        "The database has a table api_key that lacks columns of Medusa's table, or has others with the names of columns that this package adds, so it cannot be migrated."
    )]
    ForeignTable,
    /// The PostgreSQL schema of the option `schema` does not exist. Becomes `database_error`.
    #[error("schema: the database has no schema with this name")]
    SchemaMissing,
    /// The database cannot be reached. Becomes `database_error`.
    #[error("databaseUrl: {0}")]
    Unavailable(String),
    /// The call timed out. Nothing was written. Becomes `database_error`.
    #[error(
        "The call timed out (callTimeout): the database, or the queue of tokens to be hashed, is too slow"
    )]
    TimedOut,
    /// A write whose response was lost, and whose outcome could not be looked up before the call timed out.
    /// Becomes `database_error`.
    #[error(
        "The database did not confirm within callTimeout whether this write took effect. Check before you retry it (outcome: unknown)."
    )]
    OutcomeUnknown,
    /// The server is a hot standby, and the option `replica` is off. Becomes `database_error`.
    #[error(
        "databaseUrl: the server is a hot standby, so its answers may be older than a revocation. Connect to the primary, or set the option `replica` to accept answers as old as the replica."
    )]
    Replica,
    /// The table is out of date, and the role or session may not change it. Becomes `database_error`.
    #[error(
        "migrate: the table api_key is out of date, and this role or session may not change it. Run `migrate()` (in Medusa `medusa db:migrate`) as a role that owns the table and has the privilege CREATE on its schema."
    )]
    MayNotMigrate,
    /// The role lacks a privilege on the table. Becomes `database_error`.
    #[error(
        "databaseUrl: the role lacks the privilege {0} on the table api_key; its owner can GRANT it"
    )]
    Forbidden(&'static str),
    /// A write in a read-only session. Becomes `database_error`.
    #[error(
        "databaseUrl: the session is read-only, as on a hot standby or with default_transaction_read_only; writes need a read-write session on the primary"
    )]
    ReadOnly,
    /// The database rejected a statement or disconnected. Becomes `database_error`.
    #[error("The database could not carry out the call{}.", sqlstate_suffix(.sqlstate.as_deref()))]
    Database {
        /// PostgreSQL's SQLSTATE.
        sqlstate: Option<String>,
    },
    /// SQLite rejected a statement, described in words because its result codes mean nothing elsewhere.
    /// Becomes `database_error`.
    #[error("The database could not carry out the call: {0}.")]
    Refused(&'static str),
    /// A row holds a hash of an unknown scheme. Becomes `unexpected_state`.
    #[error("A stored token hash has a format that this version does not support.")]
    UnknownHash,
    /// A roll of a key whose revocation is already scheduled. Becomes `invalid_data`.
    #[error("The key {} is already scheduled for revocation (revoked_at), or it expires; only a key without an end can be rolled. Create a new key, and revoke this one.", Shown(.0))]
    RevocationScheduled(String),
    /// A declared token whose row has a hash that does not verify it, such as one under an unknown hash key. Becomes
    /// `unexpected_state`.
    #[error("The key {} has the selector of this token, but its hash cannot be verified: add its hash key to the option hashKeys, or revoke and delete it.", Shown(.0))]
    Unverifiable(String),
    /// Keys that other processes kept changing. Becomes `unexpected_state`.
    #[error("Other processes keep writing the same keys; try again shortly.")]
    Contended,
    /// The queue of key derivations is full (`hashQueueLimit`). Becomes `unexpected_state`.
    #[error("Too many tokens are waiting to be hashed (hashQueueLimit: {0}); try again shortly.")]
    Busy(usize),
    /// The service was closed. Becomes `unexpected_state`.
    #[error("The API key service is closed.")]
    Closed,
    /// An error that should be impossible. Becomes `unexpected_state`.
    #[error("{0}")]
    Unexpected(&'static str),
}

impl ApiKeyError {
    /// The error's value of `MedusaError.Types`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound(_) | Self::IdUndefined | Self::NoSuchKeys(_) => "not_found",
            Self::StillLive(_) | Self::MayNotGrant(_) | Self::CreatorEnded(_) => "not_allowed",
            Self::RevokeWithoutId
            | Self::RevokeWithoutRevokedBy
            | Self::AlreadyRevoked { .. }
            | Self::IdTaken(_)
            | Self::TokenTaken(_)
            | Self::RevocationScheduled(_)
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
            Self::UnknownHash
            | Self::Unverifiable(_)
            | Self::Contended
            | Self::Busy(_)
            | Self::Closed
            | Self::Unexpected(_) => "unexpected_state",
        }
    }

    /// PostgreSQL's SQLSTATE, if it sent one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Database { sqlstate } => sqlstate.as_deref(),
            _ => None,
        }
    }

    /// Whether the failed write may have taken effect.
    #[must_use]
    pub fn leaves_outcome_unknown(&self) -> bool {
        *self == Self::OutcomeUnknown
    }

    /// The same error for the element at an index of a list, which the message of an invalid argument names.
    #[must_use]
    pub fn of_element(self, index: usize) -> Self {
        match self {
            Self::Invalid(message) => Self::Invalid(format!("element {index}: {message}")),
            other => other,
        }
    }

    /// The error for an invalid argument.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}

fn sqlstate_suffix(sqlstate: Option<&str>) -> String {
    sqlstate.map_or_else(String::new, |code| format!(" (SQLSTATE {code})"))
}

// Stock 2.21.2: the noun is plural even for one key.
fn key_counts(secret: usize, publishable: usize) -> String {
    match (secret, publishable) {
        (secret, 0) => format!("{secret} secret keys"),
        (0, publishable) => format!("{publishable} publishable keys"),
        (secret, publishable) => format!("{secret} secret keys and {publishable} publishable keys"),
    }
}

/// A caller's string, safe for a message: truncated, and hidden if it looks like a credential.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARACTERS: usize = 128;
        // SECURITY: callers mistake tokens for ids, and messages end up in logs.
        if looks_secret(self.0) {
            return f.write_str("***");
        }
        match self.0.char_indices().nth(MAX_CHARACTERS) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// The hint to add to a not-found message if one of the ids looks like a token.
fn token_hint(ids: &[String]) -> &'static str {
    if ids.iter().any(|id| looks_secret(id)) {
        "; that looks like a token: pass the key's id (key.id)"
    } else {
        ""
    }
}

/// Whether an id looks like a token. Callers may choose ids, so a key can still have such an id.
#[must_use]
pub fn looks_like_token(id: &str) -> bool {
    const MIN_CHARACTERS: usize = 16;
    let rest = id.strip_prefix("sk_").or_else(|| id.strip_prefix("pk_"));
    rest.is_some_and(|rest| {
        rest.len() >= MIN_CHARACTERS
            && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    })
}

/// Whether a string holds a token, one of stock's hashes (hexadecimal), a hash of ours, or a word as long as a token: its
/// Base64, as in a header, or the token with another prefix.
fn looks_secret(text: &str) -> bool {
    const MIN_HEX_DIGITS: usize = 32;
    const MIN_LETTERS: usize = 40;
    let longest = |is_part: fn(&char) -> bool| {
        text.split(|c| !is_part(&c)).map(str::len).max().unwrap_or_default()
    };
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    words.any(looks_like_token)
        || ["$argon2", "$sha256$", "$hmac-sha256$"].iter().any(|scheme| text.contains(scheme))
        || longest(char::is_ascii_hexdigit) >= MIN_HEX_DIGITS
        || longest(char::is_ascii_alphanumeric) >= MIN_LETTERS
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
    fn messages_equal_those_of_stock() {
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
    fn shows_ids() {
        for id in
            ["apk_01J8ZK3V5W6X7Y8Z9ABCDEFGHJ", "6f1c2b9e-3d47-4a58-9b0e-7c51d2f8a394", "user_admin"]
        {
            assert!(ApiKeyError::NotFound(id.to_owned()).to_string().contains(id));
        }
        let long = "a_warehouse_key_of_the_first_shop_in_the_north_of_the_country";
        assert!(ApiKeyError::NotFound(long.to_owned()).to_string().contains(long));
    }

    #[test]
    fn hides_an_id_that_is_a_credential() {
        let token = format!("sk_{}", "0123456789abcdef".repeat(4));
        let hash = "0123456789abcdef".repeat(8);
        for secret in [
            token.as_str(),
            hash.as_str(),
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA",
            "$sha256$12",
            "$hmac-sha256$k=a$12",
            "Bearer sk_6f1c2b9e-3d47-4a58-9b0e-7c51d2f8a394",
            "token=sk_live_q8ZrT3vKx1LmN7pWs5BdHj2Yc;",
            // Base64 of `sk_` or `user:sk_` and letters, and a token with a brand behind other letters or percent-encoded.
            "Basic c2tfNmYxYzJiOWUzZDQ3NGE1ODliMGU3YzUxZDJmOGEzOTQ6",
            "dXNlcjpza182ZjFjMmI5ZTNkNDc0YTU4OWIwZTdjNTFkMmY4YTM5NA==",
            "usersk_shop_q8ZrT3vKx1LmN7pWs5BdHj2Ycq8ZrT3vKx1LmN7pWs5BdHj2Y",
            "sk%5Fshop%5Fq8ZrT3vKx1LmN7pWs5BdHj2Ycq8ZrT3vKx1LmN7pWs5BdHj2Y",
        ] {
            let message = ApiKeyError::NotFound(secret.to_owned()).to_string();
            assert!(!message.contains(secret), "{message}");
        }
    }
}
