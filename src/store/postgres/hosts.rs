//! The hosts and ports of a URL, which may list several.

use std::net::{IpAddr, Ipv6Addr};

use tokio_postgres::Config;

use super::invalid_url;
use super::percent::decode_component;
use crate::error::ApiKeyError;

const DEFAULT_PORT: u16 = 5432;

/// The addresses of servers, in the order in which they are tried.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts {
    /// Host names, IP addresses or directories of sockets.
    pub(super) names: Vec<String>,
    /// One port for all hosts, or one for each host.
    pub(super) ports: Vec<u16>,
    /// The addresses of the host names, which are then not resolved.
    pub(super) addresses: Vec<IpAddr>,
}

impl Hosts {
    /// Parses the part of a URL between user and path: `host`, `host:port`, `[::1]:port`, `h1:5432,h2:5433`, a
    /// percent-encoded directory, or an empty string.
    pub(super) fn in_authority(text: &str) -> Result<Self, ApiKeyError> {
        let mut hosts = Self::default();
        let mut ports = Vec::new();
        if text.is_empty() {
            return Ok(hosts);
        }
        for host in text.split(',') {
            let (name, port) = split_port(host)?;
            // A port without a host belongs to the host of the parameter `host`.
            if !name.is_empty() || text.contains(',') {
                hosts.names.push(host_name(&decode_component(name, "host")?)?);
            }
            ports.push(port.filter(|port| !port.is_empty()).map(port_number).transpose()?);
        }
        if ports.iter().any(Option::is_some) {
            hosts.ports = ports.into_iter().map(|port| port.unwrap_or(DEFAULT_PORT)).collect();
        }
        Ok(hosts)
    }

    /// Parses the parameter `host`.
    pub(super) fn names(text: &str) -> Result<Vec<String>, ApiKeyError> {
        text.split(',').map(host_name).collect()
    }

    /// Parses the parameter `port`.
    pub(super) fn ports(text: &str) -> Result<Vec<u16>, ApiKeyError> {
        let port = |text: &str| {
            if text.is_empty() { Ok(DEFAULT_PORT) } else { port_number(text) }
        };
        text.split(',').map(port).collect()
    }

    /// Parses the parameter `hostaddr`.
    pub(super) fn addresses(text: &str) -> Result<Vec<IpAddr>, ApiKeyError> {
        let address = |text: &str| {
            text.parse().map_err(|_| invalid_url("the parameter hostaddr must list IP addresses"))
        };
        text.split(',').map(address).collect()
    }

    /// Returns whether every host is a local Unix socket.
    pub(super) fn are_local_sockets(&self) -> bool {
        self.addresses.is_empty() && self.names.iter().all(|name| name.starts_with('/'))
    }

    /// Adds the hosts to the driver's configuration.
    pub(super) fn write(&self, config: &mut Config) -> Result<(), ApiKeyError> {
        let hosts = self.names.len();
        if self.ports.len() > 1 && self.ports.len() != hosts {
            return Err(invalid_url("must give one port for all hosts, or one for each host"));
        }
        if !self.addresses.is_empty() && self.addresses.len() != hosts {
            return Err(invalid_url("must give one hostaddr for each host"));
        }
        if cfg!(not(unix)) && self.names.iter().any(|name| name.starts_with('/')) {
            return Err(invalid_url("names a Unix socket, which this system does not have"));
        }
        for name in &self.names {
            config.host(name);
        }
        for port in &self.ports {
            config.port(*port);
        }
        for address in &self.addresses {
            config.hostaddr(*address);
        }
        Ok(())
    }
}

/// Splits `host:port`. An IPv6 address with a port is in brackets.
fn split_port(host: &str) -> Result<(&str, Option<&str>), ApiKeyError> {
    if host.starts_with('[') {
        let end = host.find(']').ok_or_else(|| invalid_url("has a [ without a ] in its host"))?;
        let (name, rest) = host.split_at(end + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Ok((name, Some(port))),
            None if rest.is_empty() => Ok((name, None)),
            None => Err(invalid_url("has characters between the ] of its host and the port")),
        };
    }
    match host.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            Err(invalid_url("must write an IPv6 address in brackets, for example [::1]:5432"))
        }
        Some((name, port)) => Ok((name, Some(port))),
        None => Ok((host, None)),
    }
}

/// Parses a decoded host: a name, an IPv4 address, an IPv6 address with or without brackets, or a directory.
fn host_name(text: &str) -> Result<String, ApiKeyError> {
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        let address: Result<Ipv6Addr, _> = address.parse();
        return address
            .map(|address| address.to_string())
            .map_err(|_| invalid_url("has an invalid IPv6 address in the brackets of its host"));
    }
    if text.is_empty() {
        return Err(invalid_url("has an empty host in its list of hosts"));
    }
    let is_forbidden = |character: char| {
        character.is_control() || character.is_whitespace() || r"#/<>?@[\]^|".contains(character)
    };
    if !text.starts_with('/') && text.contains(is_forbidden) {
        return Err(invalid_url("has an invalid character in its host"));
    }
    Ok(text.to_owned())
}

fn port_number(text: &str) -> Result<u16, ApiKeyError> {
    // `u16` would also accept a sign.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|port| digits && *port != 0)
        .ok_or_else(|| invalid_url("a port must be a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_hosts_and_ports_of_an_authority() {
        let read = |text: &str| Hosts::in_authority(text).map(|hosts| (hosts.names, hosts.ports));
        for (text, names, ports) in [
            ("", vec![], vec![]),
            ("h", vec!["h"], vec![]),
            ("h:", vec!["h"], vec![]),
            ("h:1", vec!["h"], vec![1]),
            (":1", vec![], vec![1]),
            ("[::1]:1", vec!["::1"], vec![1]),
            ("[0:0::1]", vec!["::1"], vec![]),
            ("h1:1,h2:2", vec!["h1", "h2"], vec![1, 2]),
            ("h1,[::1],h2:2", vec!["h1", "::1", "h2"], vec![5432, 5432, 2]),
            ("%2Fvar%2Frun:1", vec!["/var/run"], vec![1]),
        ] {
            let names = names.into_iter().map(str::to_owned).collect();
            assert_eq!(read(text), Ok((names, ports)), "{text}");
        }
    }

    #[test]
    fn rejects_invalid_hosts_and_ports() {
        for text in [
            "h:port", "h:0", "h:65536", "h:+1", "h:-1", "::1", "::1:5432", "[::1", "[::1]x",
            "[x]:1", "h1,", ",h2", "h1,,h2", "a b", "a%20b", "a%0Ab", "a%40b", "[]",
        ] {
            assert!(Hosts::in_authority(text).is_err(), "{text}");
        }
    }
}
