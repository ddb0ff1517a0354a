//! The session and socket settings of a URL.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, LoadBalanceHosts, TargetSessionAttrs};

use super::invalid_url;
use super::parameters::Parameters;
use crate::error::ApiKeyError;

/// The keepalive settings that the URL contains.
#[derive(Clone, Copy, Default)]
pub(super) struct KeepAlive {
    on: Option<bool>,
    idle: Option<Duration>,
    interval: Option<Duration>,
    count: Option<u32>,
    user_timeout: Option<Duration>,
}

/// Applies the session settings to the driver's configuration.
pub(super) fn write(parameters: &Parameters<'_>, config: &mut Config) -> Result<(), ApiKeyError> {
    let name = parameters
        .text_or("application_name", "PGAPPNAME")
        .or_else(|| parameters.text("fallback_application_name").map(str::to_owned));
    name.map(|name| config.application_name(name));
    parameters.server_options()?.map(|options| config.options(options));
    parameters.seconds("connect_timeout")?.map(|timeout| config.connect_timeout(timeout));
    let attributes = parameters.choice(
        "target_session_attrs",
        &[
            ("any", TargetSessionAttrs::Any),
            ("read-write", TargetSessionAttrs::ReadWrite),
            ("read-only", TargetSessionAttrs::ReadOnly),
        ],
    );
    attributes
        .map_err(|error| match parameters.text("target_session_attrs") {
            Some("primary") => unsupported("primary", "read-write"),
            Some("standby") => unsupported("standby", "read-only"),
            Some("prefer-standby") => unsupported("prefer-standby", "read-only or any"),
            _ => error,
        })?
        .map(|attributes| config.target_session_attrs(attributes));
    let order = [("disable", LoadBalanceHosts::Disable), ("random", LoadBalanceHosts::Random)];
    parameters.choice("load_balance_hosts", &order)?.map(|order| config.load_balance_hosts(order));
    let bindings = [
        ("disable", ChannelBinding::Disable),
        ("prefer", ChannelBinding::Prefer),
        ("require", ChannelBinding::Require),
    ];
    parameters.choice("channel_binding", &bindings)?.map(|binding| config.channel_binding(binding));
    Ok(())
}

fn unsupported(attribute: &str, instead: &str) -> ApiKeyError {
    invalid_url(format!("target_session_attrs={attribute} is not supported; write {instead}"))
}

impl KeepAlive {
    pub(super) fn read(parameters: &Parameters<'_>) -> Result<Self, ApiKeyError> {
        // In libpq, this parameter is in milliseconds.
        let user_timeout = parameters.number("tcp_user_timeout")?.filter(|ms| *ms > 0);
        Ok(Self {
            on: parameters.number("keepalives")?.map(|on| on != 0),
            idle: parameters.seconds("keepalives_idle")?,
            interval: parameters.seconds("keepalives_interval")?,
            count: parameters.number("keepalives_count")?.filter(|count| *count > 0),
            user_timeout: user_timeout.map(|ms| Duration::from_millis(ms.into())),
        })
    }

    /// Applies the given settings and leaves the others unchanged.
    pub(super) fn write(self, config: &mut Config) {
        self.on.map(|on| config.keepalives(on));
        self.idle.map(|idle| config.keepalives_idle(idle));
        self.interval.map(|interval| config.keepalives_interval(interval));
        self.count.map(|count| config.keepalives_retries(count));
        self.user_timeout.map(|timeout| config.tcp_user_timeout(timeout));
    }
}
