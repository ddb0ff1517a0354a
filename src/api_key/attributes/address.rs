//! Addresses and networks: IPv4 and IPv6; an IPv4-mapped IPv6 address is the IPv4 address.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// The length of the prefix of IPv4-mapped IPv6 addresses, `::ffff:0:0/96`.
const MAPPED_PREFIX: u8 = 96;

/// Parses an address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Validates the member `ip` of a demand.
pub(super) fn checked_ip(value: &Input) -> Result<Option<IpAddr>, ApiKeyError> {
    let found = match value {
        Input::Undefined => return Ok(None),
        Input::Text(text) => address(text),
        _ => None,
    };
    found.map(Some).ok_or_else(|| ApiKeyError::invalid("ip must be an IP address"))
}

/// Parses an address or a network in CIDR notation.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let network: IpNet =
        if text.contains('/') { text.parse().ok()? } else { address(text)?.into() };
    let IpNet::V6(mapped) = network else { return Some(network) };
    match (mapped.addr().to_ipv4_mapped(), mapped.prefix_len().checked_sub(MAPPED_PREFIX)) {
        (Some(address), Some(prefix)) => Ipv4Net::new(address, prefix).ok().map(IpNet::V4),
        _ => Some(network),
    }
}

/// Validates an address or network, and returns its canonical form: without a prefix if it is a single address.
pub(super) fn checked_network(field: &str, text: &str) -> Result<String, ApiKeyError> {
    let Some(network) = network(text) else {
        return Err(ApiKeyError::invalid(format!(
            "{field} must hold IP addresses and networks such as \"10.0.0.0/8\" or \"2001:db8::1\"; {} is neither",
            Shown(text)
        )));
    };
    if network.addr() != network.network() {
        return Err(ApiKeyError::invalid(format!(
            "{field}: {} has bits set after its prefix; did you mean \"{}\"?",
            Shown(text),
            network.trunc()
        )));
    }
    let is_address = network.prefix_len() == network.max_prefix_len();
    Ok(if is_address { network.addr().to_string() } else { network.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_form() {
        for (text, form) in [
            ("10.0.0.5", "10.0.0.5"),
            ("10.0.0.5/32", "10.0.0.5"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("::ffff:10.0.0.5", "10.0.0.5"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(checked_network("ips", text).as_deref(), Ok(form), "{text}");
        }
        for text in [
            "",
            "10.0.0",
            "10.0.0.5/33",
            "10.0.0.5/8",
            "10.0.0.256",
            "localhost",
            "::1%eth0",
            "1.2.3.4/",
            " 1.2.3.4",
            "010.0.0.1",
        ] {
            assert!(checked_network("ips", text).is_err(), "{text}");
        }
    }
}
