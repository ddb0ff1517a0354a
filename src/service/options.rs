//! The options of a service.

use std::time::Duration;

use crate::error::{ApiKeyError, Shown};
use crate::input::Input;
use crate::store::{DatabaseSettings, PoolSettings, Pooler, Tls};
use crate::token::{Argon2Params, HasherSettings, Hashing};

/// Options that can be used.
pub struct ServiceOptions {
    /// Which database.
    pub database: DatabaseSettings,
    /// Whether the table is created or brought up to date when first used.
    pub migrate: bool,
    /// How old an answer from memory may be (PostgreSQL); none comes from memory when absent.
    pub max_staleness: Option<Duration>,
    /// How tokens are hashed.
    pub hasher: HasherSettings,
    /// Whether rows of another scheme or cost than new ones get are rehashed when their key is used.
    pub rehash: bool,
    /// How long a key's last use is not written again; without it, never.
    pub last_used_interval: Option<Duration>,
}

const OPTIONS: [&str; 15] = [
    "databaseUrl",
    "schema",
    "ssl",
    "pool",
    "callTimeout",
    "pooler",
    "replica",
    "migrate",
    "maxStaleness",
    "hashing",
    "rehash",
    "argon2",
    "hashConcurrency",
    "hashQueueLimit",
    "lastUsedInterval",
];

/// No option of a caller's: `module/connection` says it.
const IN_MEDUSA: &str = "inMedusa";

impl ServiceOptions {
    /// Judges the options; what is absent has its default.
    ///
    /// # Errors
    /// `Option`, naming the one that cannot be used.
    pub fn parse(options: &Input) -> Result<Self, ApiKeyError> {
        if options.is_absent() {
            return Err(wrong("options", "must be an object"));
        }
        refuse_unknown("options", options, &OPTIONS)?;
        Ok(Self {
            database: database(options)?,
            migrate: flag("migrate", options.member("migrate"))?.unwrap_or(true),
            max_staleness: max_staleness(options.member("maxStaleness"))?,
            hasher: hasher(options)?,
            rehash: flag("rehash", options.member("rehash"))?.unwrap_or(false),
            last_used_interval: last_used_interval(options.member("lastUsedInterval"))?,
        })
    }
}

fn max_staleness(value: &Input) -> Result<Option<Duration>, ApiKeyError> {
    if *value == Input::Bool(false) {
        return Ok(None);
    }
    let ms = whole("maxStaleness", value, 10, 3_600_000)?;
    Ok(ms.map(|ms| Duration::from_millis(ms.into())))
}

fn database(options: &Input) -> Result<DatabaseSettings, ApiKeyError> {
    let url = text("databaseUrl", options.member("databaseUrl"))?;
    let mut settings = DatabaseSettings::parse(&url.unwrap_or_default())?;
    settings.schema = text("schema", options.member("schema"))?.filter(|name| !name.is_empty());
    if let Some(tls) = tls(options.member("ssl"))? {
        settings.tls = tls;
    }
    settings.pool = pool(options.member("pool"))?;
    settings.pooler = pooler(options.member("pooler"))?;
    settings.replica = flag("replica", options.member("replica"))?.unwrap_or(false);
    if let Some(ms) = whole("callTimeout", options.member("callTimeout"), 100, 3_600_000)? {
        settings.call_timeout = Duration::from_millis(ms.into());
    }
    settings.in_medusa = flag(IN_MEDUSA, options.member(IN_MEDUSA))?.unwrap_or(false);
    Ok(settings)
}

fn pooler(value: &Input) -> Result<Option<Pooler>, ApiKeyError> {
    match text("pooler", value)?.as_deref() {
        None => Ok(None),
        Some("session") => Ok(Some(Pooler::Session)),
        Some("transaction") => Ok(Some(Pooler::Transaction)),
        Some(_) => Err(wrong("pooler", "must be \"session\" or \"transaction\"")),
    }
}

fn tls(ssl: &Input) -> Result<Option<Tls>, ApiKeyError> {
    match ssl {
        absent if absent.is_absent() => Ok(None),
        Input::Bool(false) => Ok(Some(Tls::Off)),
        Input::Bool(true) => Ok(Some(Tls::Required { verify: true, ca: None, client: None })),
        Input::Object(_) => {
            refuse_unknown("ssl", ssl, &["rejectUnauthorized", "ca", "cert", "key"])?;
            let verify = flag("ssl.rejectUnauthorized", ssl.member("rejectUnauthorized"))?;
            let certificate = text("ssl.cert", ssl.member("cert"))?;
            let key = text("ssl.key", ssl.member("key"))?;
            if certificate.is_some() != key.is_some() {
                return Err(wrong("ssl", "cert and key belong together"));
            }
            Ok(Some(Tls::Required {
                verify: verify.unwrap_or(true),
                ca: text("ssl.ca", ssl.member("ca"))?,
                client: certificate.zip(key),
            }))
        }
        _ => Err(wrong("ssl", "must be true, false or { rejectUnauthorized, ca, cert, key }")),
    }
}

fn pool(pool: &Input) -> Result<PoolSettings, ApiKeyError> {
    refuse_unknown("pool", pool, &["min", "max", "acquireTimeoutMs", "idleTimeoutMs"])?;
    let default = PoolSettings::default();
    let max = whole("pool.max", pool.member("max"), 1, 10_000)?.unwrap_or(default.max);
    let min = whole("pool.min", pool.member("min"), 0, 10_000)?.unwrap_or(default.min);
    if min > max {
        return Err(wrong("pool.min", "must not be larger than pool.max"));
    }
    let duration = |name, member, default: Duration| {
        let ms = whole(name, pool.member(member), 1, u32::MAX)?;
        Ok::<_, ApiKeyError>(ms.map_or(default, |ms| Duration::from_millis(ms.into())))
    };
    Ok(PoolSettings {
        min,
        max,
        acquire_timeout: duration(
            "pool.acquireTimeoutMs",
            "acquireTimeoutMs",
            default.acquire_timeout,
        )?,
        idle_timeout: duration("pool.idleTimeoutMs", "idleTimeoutMs", default.idle_timeout)?,
    })
}

fn hasher(options: &Input) -> Result<HasherSettings, ApiKeyError> {
    let default = HasherSettings::default();
    let argon2 = argon2(options.member("argon2"))?;
    let hashing = match text("hashing", options.member("hashing"))?.as_deref() {
        None | Some("argon2id") => Hashing::Argon2id(argon2),
        Some("scrypt") => Hashing::Scrypt,
        Some(_) => return Err(wrong("hashing", "must be \"argon2id\" or \"scrypt\"")),
    };
    let count = |name, default: usize| {
        let number = whole(name, options.member(name), 1, 1_000_000)?;
        Ok::<_, ApiKeyError>(number.map_or(default, |number| number as usize))
    };
    Ok(HasherSettings {
        hashing,
        concurrency: count("hashConcurrency", default.concurrency)?,
        queue_limit: count("hashQueueLimit", default.queue_limit)?,
    })
}

fn last_used_interval(interval: &Input) -> Result<Option<Duration>, ApiKeyError> {
    const NAME: &str = "lastUsedInterval";
    match interval {
        Input::Bool(false) => Ok(None),
        Input::Bool(true) | Input::Text(_) => {
            Err(wrong(NAME, "must be false or a number of milliseconds"))
        }
        _ => {
            let ms = whole(NAME, interval, 1, u32::MAX)?.unwrap_or(60_000);
            Ok(Some(Duration::from_millis(ms.into())))
        }
    }
}

fn argon2(argon2: &Input) -> Result<Argon2Params, ApiKeyError> {
    refuse_unknown("argon2", argon2, &["memoryKib", "iterations", "parallelism"])?;
    let default = Argon2Params::default();
    let parallelism = whole("argon2.parallelism", argon2.member("parallelism"), 1, 255)?
        .unwrap_or(default.parallelism);
    let memory_kib =
        whole("argon2.memoryKib", argon2.member("memoryKib"), 8, Argon2Params::MOST_MEMORY_KIB)?
            .unwrap_or(default.memory_kib);
    // RFC 9106, section 3.1: at least eight KiB a lane.
    if memory_kib < 8 * parallelism {
        return Err(wrong("argon2.memoryKib", "must be at least 8 times argon2.parallelism"));
    }
    let iterations =
        whole("argon2.iterations", argon2.member("iterations"), 1, Argon2Params::MOST_ITERATIONS)?
            .unwrap_or(default.iterations);
    Ok(Argon2Params { memory_kib, iterations, parallelism })
}

/// Refuses a misspelt option, and anything but an object where there should be one.
fn refuse_unknown(name: &str, options: &Input, known: &[&str]) -> Result<(), ApiKeyError> {
    let members = match options {
        absent if absent.is_absent() => return Ok(()),
        Input::Object(members) => members,
        _ => return Err(wrong(name, &format!("must be {{ {} }}", known.join(", ")))),
    };
    let unknown = |member: &str| !known.contains(&member) && member != IN_MEDUSA;
    match members.iter().find(|(member, _)| unknown(member)) {
        Some((member, _)) => Err(wrong(
            Shown(member).to_string().as_str(),
            &format!("is no option of {name}; there are {}", known.join(", ")),
        )),
        None => Ok(()),
    }
}

fn text(name: &str, value: &Input) -> Result<Option<String>, ApiKeyError> {
    match value {
        absent if absent.is_absent() => Ok(None),
        Input::Text(text) if !text.contains('\0') => Ok(Some(text.clone())),
        _ => Err(wrong(name, "must be text")),
    }
}

fn flag(name: &str, value: &Input) -> Result<Option<bool>, ApiKeyError> {
    match value {
        absent if absent.is_absent() => Ok(None),
        Input::Bool(flag) => Ok(Some(*flag)),
        _ => Err(wrong(name, "must be true or false")),
    }
}

fn whole(name: &str, value: &Input, least: u32, most: u32) -> Result<Option<u32>, ApiKeyError> {
    match value {
        absent if absent.is_absent() => Ok(None),
        Input::Number(number)
            if number.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(number) =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and within the bounds of u32"
            )]
            Ok(Some(*number as u32))
        }
        _ => Err(wrong(name, &format!("must be a whole number from {least} to {most}"))),
    }
}

fn wrong(option: &str, problem: &str) -> ApiKeyError {
    ApiKeyError::Option { option: option.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn problem(json: &str) -> Option<ApiKeyError> {
        ServiceOptions::parse(&decode(json).expect("decodes")).err()
    }

    #[test]
    fn each_wrong_option_is_named() {
        for (json, name) in [
            (r#""sqlite::memory:""#, "options"),
            ("null", "options"),
            (r#"{"databaseURL":"sqlite::memory:"}"#, "databaseURL"),
            (r#"{"databaseUrl":"sqlite::memory:","pool":{"maximum":5}}"#, "maximum"),
            (r#"{"databaseUrl":5}"#, "databaseUrl"),
            (r#"{"databaseUrl":"sqlite::memory:","ssl":"yes"}"#, "ssl"),
            (r#"{"databaseUrl":"sqlite::memory:","ssl":{"cert":"x"}}"#, "ssl"),
            (r#"{"databaseUrl":"sqlite::memory:","pool":{"max":0}}"#, "pool.max"),
            (r#"{"databaseUrl":"sqlite::memory:","pool":{"min":11}}"#, "pool.min"),
            (r#"{"databaseUrl":"sqlite::memory:","migrate":1}"#, "migrate"),
            (r#"{"databaseUrl":"sqlite::memory:","pooler":"statement"}"#, "pooler"),
            (r#"{"databaseUrl":"sqlite::memory:","replica":"yes"}"#, "replica"),
            (r#"{"databaseUrl":"sqlite::memory:","callTimeout":99}"#, "callTimeout"),
            (r#"{"databaseUrl":"sqlite::memory:","maxStaleness":9}"#, "maxStaleness"),
            (r#"{"databaseUrl":"sqlite::memory:","maxStaleness":true}"#, "maxStaleness"),
            (r#"{"databaseUrl":"sqlite::memory:","hashing":"md5"}"#, "hashing"),
            (r#"{"databaseUrl":"sqlite::memory:","rehash":"yes"}"#, "rehash"),
            (r#"{"databaseUrl":"sqlite::memory:","lastUsedInterval":true}"#, "lastUsedInterval"),
            (r#"{"databaseUrl":"sqlite::memory:","lastUsedInterval":0}"#, "lastUsedInterval"),
            (r#"{"databaseUrl":"sqlite::memory:","hashConcurrency":1.5}"#, "hashConcurrency"),
            (
                r#"{"databaseUrl":"sqlite::memory:","argon2":{"memoryKib":8,"parallelism":2}}"#,
                "argon2.memoryKib",
            ),
        ] {
            let Some(ApiKeyError::Option { option, .. }) = problem(json) else {
                panic!("{json} is refused");
            };
            assert_eq!(option, name);
        }
        assert_eq!(problem(r#"{"databaseUrl":"sqlite::memory:"}"#), None);
    }
}
