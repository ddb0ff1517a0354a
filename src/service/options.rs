//! The options of a service.
//!
//! [`ServiceOptions`] is the list of options; `module/options.ts` documents the same names, and a test compares both with
//! docs/options.md. Deserialization checks types and ranges; this file checks dependencies between options.

mod cost;
mod hash_keys;
mod pool;
mod tls;
mod token;
mod whole;

use std::time::Duration;

use serde::Deserialize;

use crate::error::ApiKeyError;
use crate::input::{FieldError, Input, deserialize, nearest};
use crate::store::{DatabaseSettings, Pooler};
use crate::token::{
    Argon2Params, Brand, Derivation, ExecutorSettings, HashKeys, HasherSettings, Hashing,
};
use cost::Argon2Options;
use hash_keys::HashKeyList;
use pool::PoolOptions;
use tls::Ssl;
use token::TokenOptions;
use whole::{Whole, WholeOrFalse};

/// The maximum of `callTimeout` and `maxStaleness`, in milliseconds: one hour.
const HOUR_MS: u32 = 3_600_000;

/// The options as a caller gives them. An option that is missing, `undefined` or `null` has its default.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceOptions {
    database_url: Option<String>,
    schema: Option<String>,
    ssl: Option<Ssl>,
    pool: Option<PoolOptions>,
    call_timeout: Option<Whole<100, HOUR_MS>>,
    pooler: Option<Pooler>,
    replica: Option<bool>,
    migrate: Option<bool>,
    max_staleness: Option<WholeOrFalse<10, HOUR_MS>>,
    token: Option<TokenOptions>,
    hashing: Option<Scheme>,
    hash_keys: Option<HashKeyList>,
    rehash: Option<bool>,
    argon2: Option<Argon2Options>,
    hash_concurrency: Option<Whole<1, 1_000_000>>,
    hash_queue_limit: Option<Whole<1, 1_000_000>>,
    last_used_interval: Option<WholeOrFalse<1, { u32::MAX }>>,
    /// Set by `module/connection`, not by callers.
    in_medusa: Option<bool>,
}

/// The field that is not an option of callers.
const IN_MEDUSA: &str = "inMedusa";

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scheme {
    Argon2id,
    Scrypt,
    Sha256,
}

impl ServiceOptions {
    /// Parses the options; the settings derived from them are checked by the methods that return them.
    ///
    /// # Errors
    /// `Option` or `UnknownOption`, with the option's path.
    pub fn parse(options: &Input) -> Result<Self, ApiKeyError> {
        if !matches!(options, Input::Object(_)) {
            return Err(wrong("options", "must be an object"));
        }
        deserialize(options).map_err(option_error)
    }

    /// The database and its connection settings.
    pub(super) fn database(&self) -> Result<DatabaseSettings, ApiKeyError> {
        let mut settings =
            DatabaseSettings::parse(self.database_url.as_deref().unwrap_or_default())?;
        settings.schema = self.schema.clone().filter(|name| !name.is_empty());
        if let Some(ssl) = &self.ssl {
            settings.tls = ssl.settings()?;
        }
        if let Some(pool) = &self.pool {
            settings.pool = pool.settings()?;
        }
        if let Some(timeout) = self.call_timeout {
            settings.call_timeout = timeout.milliseconds();
        }
        settings.pooler = self.pooler;
        settings.replica = self.replica.unwrap_or(false);
        settings.in_medusa = self.in_medusa.unwrap_or(false);
        Ok(settings)
    }

    /// Whether the first use creates or updates the table.
    pub(super) fn migrate(&self) -> bool {
        self.migrate.unwrap_or(true)
    }

    /// The maximum age of an answer from the cache (PostgreSQL); `None` disables the cache.
    pub(super) fn max_staleness(&self) -> Option<Duration> {
        match self.max_staleness {
            None | Some(WholeOrFalse::False) => None,
            Some(WholeOrFalse::Whole(ms)) => Some(ms.milliseconds()),
        }
    }

    /// The brand of new tokens; `None` for stock's form.
    pub(super) fn brand(&self) -> Option<Brand> {
        self.token.as_ref().and_then(TokenOptions::brand)
    }

    /// The settings of the hasher.
    pub(super) fn hasher(&self) -> Result<HasherSettings, ApiKeyError> {
        let default = ExecutorSettings::default();
        let argon2 = match &self.argon2 {
            Some(options) => options.params()?,
            None => Argon2Params::default(),
        };
        let count = |option: Option<Whole<1, 1_000_000>>| option.map(|count| count.get() as usize);
        Ok(HasherSettings {
            hashing: match self.hashing {
                None | Some(Scheme::Argon2id) => Hashing::Derived(Derivation::Argon2id(argon2)),
                Some(Scheme::Scrypt) => Hashing::Derived(Derivation::Scrypt),
                Some(Scheme::Sha256) => Hashing::Sha256,
            },
            hash_keys: self
                .hash_keys
                .as_ref()
                .map_or(Ok(HashKeys::default()), HashKeyList::keys)?,
            executor: ExecutorSettings {
                concurrency: count(self.hash_concurrency).unwrap_or(default.concurrency),
                queue_limit: count(self.hash_queue_limit).unwrap_or(default.queue_limit),
            },
        })
    }

    /// Whether keys with an outdated hash are rehashed on their next successful use.
    pub(super) fn rehash(&self) -> bool {
        self.rehash.unwrap_or(false)
    }

    /// The minimum time between two writes of a key's last use; `None` disables these writes.
    pub(super) fn last_used_interval(&self) -> Option<Duration> {
        const DEFAULT: Duration = Duration::from_secs(60);
        match self.last_used_interval {
            None => Some(DEFAULT),
            Some(WholeOrFalse::False) => None,
            Some(WholeOrFalse::Whole(ms)) => Some(ms.milliseconds()),
        }
    }
}

fn option_error(error: FieldError) -> ApiKeyError {
    match error {
        FieldError::Invalid { path, problem } => ApiKeyError::Option { option: path, problem },
        FieldError::Unknown { object, field, known } => {
            let known: Vec<&str> =
                known.iter().copied().filter(|name| *name != IN_MEDUSA).collect();
            let advice = match nearest(&field, &known) {
                Some(meant) => format!("did you mean \"{object}{meant}\"?"),
                None => {
                    let known: Vec<_> =
                        known.iter().map(|name| format!("{object}{name}")).collect();
                    format!("the options are {}", known.join(", "))
                }
            };
            ApiKeyError::UnknownOption { option: object + &field, advice }
        }
    }
}

fn wrong(option: &str, problem: &str) -> ApiKeyError {
    ApiKeyError::Option { option: option.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn problem(json: &str) -> Option<String> {
        let options = ServiceOptions::parse(&decode(json).expect("decodes"));
        let settings = options.and_then(|options| Ok((options.database()?, options.hasher()?)));
        settings.err().map(|error| error.to_string())
    }

    /// The problem of options that are combined with a `databaseUrl`.
    fn problem_with_url(members: &str) -> Option<String> {
        problem(&format!(r#"{{"databaseUrl":"sqlite::memory:",{members}}}"#))
    }

    #[test]
    fn an_invalid_option_is_reported_with_its_path_and_what_is_expected() {
        for (members, expected) in [
            (r#""ssl":"yes""#, "ssl: must be true, false or an object of TLS options"),
            (r#""ssl":{"ca":5}"#, "ssl.ca: must be a string"),
            (r#""ssl":{"cert":"x"}"#, "ssl: must have both cert and key, or neither"),
            (
                r#""pool":5"#,
                "pool: must be an object { min, max, acquireTimeoutMs, idleTimeoutMs }",
            ),
            (r#""pool":{"max":0}"#, "pool.max: must be a whole number from 1 to 10000"),
            (r#""pool":{"max":"5"}"#, "pool.max: must be a whole number from 1 to 10000"),
            (r#""pool":{"min":11}"#, "pool.min: must not be larger than pool.max"),
            (r#""migrate":1"#, "migrate: must be a boolean"),
            (r#""migrate":"a\u0000""#, "migrate: must be a boolean"),
            (r#""schema":"a\u0000""#, "schema: must be a string without NUL characters"),
            (r#""pooler":"statement""#, r#"pooler: must be "session" or "transaction""#),
            (r#""replica":"yes""#, "replica: must be a boolean"),
            (r#""callTimeout":99"#, "callTimeout: must be a whole number from 100 to 3600000"),
            (
                r#""maxStaleness":9"#,
                "maxStaleness: must be false or a whole number from 10 to 3600000",
            ),
            (
                r#""maxStaleness":true"#,
                "maxStaleness: must be false or a whole number from 10 to 3600000",
            ),
            (r#""token":"acme""#, "token: must be an object { brand }"),
            (
                r#""token":{"brand":"Acme"}"#,
                "token.brand: must be a string of 1 to 16 lowercase letters and digits",
            ),
            (
                r#""token":{"brand":5}"#,
                "token.brand: must be a string of 1 to 16 lowercase letters and digits",
            ),
            (r#""hashing":"md5""#, r#"hashing: must be "argon2id", "scrypt" or "sha256""#),
            (r#""hashKeys":{}"#, "hashKeys: must be a list of 1 to 32 keys { id, secret }"),
            (r#""hashKeys":[]"#, "hashKeys: must be a list of 1 to 32 keys { id, secret }"),
            (r#""hashKeys":[5]"#, "hashKeys[0]: must be an object { id, secret }"),
            (
                r#""hashKeys":[{"id":"a b"}]"#,
                "hashKeys[0].id: must be a string of 1 to 32 letters, digits, dots, underscores and hyphens",
            ),
            (
                r#""hashKeys":[{"id":"a","secret":"short"}]"#,
                "hashKeys[0].secret: must be 32 to 1024 random bytes, as hex, base64 or a Buffer",
            ),
            (
                r#""hashKeys":[{"id":"a"}]"#,
                "hashKeys[0].secret: must be 32 to 1024 random bytes, as hex, base64 or a Buffer",
            ),
            (r#""rehash":"yes""#, "rehash: must be a boolean"),
            (
                r#""lastUsedInterval":0"#,
                "lastUsedInterval: must be false or a whole number from 1 to 4294967295",
            ),
            (
                r#""hashConcurrency":1.5"#,
                "hashConcurrency: must be a whole number from 1 to 1000000",
            ),
            (
                r#""argon2":{"memoryKib":8,"parallelism":2}"#,
                "argon2.memoryKib: must be at least 8 times argon2.parallelism",
            ),
        ] {
            assert_eq!(problem_with_url(members).as_deref(), Some(expected));
        }
        for json in [r#""sqlite::memory:""#, "null"] {
            assert_eq!(problem(json).as_deref(), Some("options: must be an object"));
        }
        assert_eq!(
            problem(r#"{"databaseUrl":5}"#).as_deref(),
            Some("databaseUrl: must be a string")
        );
    }

    #[test]
    fn an_unknown_option_is_reported_with_a_similar_name_or_all_names() {
        for (members, expected) in [
            (r#""pol":{}"#, r#"unknown option "pol"; did you mean "pool"?"#),
            (
                r#""database_url":"x""#,
                r#"unknown option "database_url"; did you mean "databaseUrl"?"#,
            ),
            (
                r#""pool":{"maximum":5}"#,
                r#"unknown option "pool.maximum"; the options are pool.min, pool.max, pool.acquireTimeoutMs, pool.idleTimeoutMs"#,
            ),
            (
                r#""ssl":{"rejectUnauthorised":true}"#,
                r#"unknown option "ssl.rejectUnauthorised"; did you mean "ssl.rejectUnauthorized"?"#,
            ),
            (
                r#""argon2":{"cost":{"\u0000undefined":true}}"#,
                r#"unknown option "argon2.cost"; the options are argon2.memoryKib, argon2.iterations, argon2.parallelism"#,
            ),
        ] {
            assert_eq!(problem_with_url(members).as_deref(), Some(expected));
        }
        let all = problem_with_url(r#""nope":1"#).expect("is unknown");
        assert!(all.ends_with("hashQueueLimit, lastUsedInterval"), "{all}");
    }

    #[test]
    fn options_that_are_undefined_or_null_have_their_defaults() {
        let absent = r#""pool":null,"ssl":{"\u0000undefined":true},"hashing":null,"argon2":{"iterations":null},"lastUsedInterval":null"#;
        assert_eq!(problem_with_url(absent), None);
    }
}
