//! Which addresses may be sent to. A notice leaves for the internet; the network of the server has things that answer to
//! whoever reaches them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::SendError;

/// Whether an address is one of the internet, and not of this machine, its networks, or of none.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_benchmark = first == 198 && matches!(second, 18 | 19);
    let is_protocol = (first, second, third) == (192, 0, 0);
    !(first == 0
        || first >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_shared
        || is_benchmark
        || is_protocol)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([first, second], [third, fourth]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(first, second, third, fourth))
    };
    match segments {
        // IPv4 in IPv6: as such, by NAT64 and by 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] => false,
        // The rest of what is given out: the internet is 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The addresses of a host that may be connected to.
pub(crate) async fn resolve(host: &str, port: u16, allows_private: bool) -> Result<Vec<SocketAddr>, SendError> {
    let found: Vec<SocketAddr> = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => lookup_host((host, port)).await.map_err(|_| SendError::Unresolved)?.collect(),
    };
    if found.is_empty() {
        return Err(SendError::Unresolved);
    }
    let allowed: Vec<SocketAddr> =
        found.into_iter().filter(|address| allows_private || is_public(address.ip())).collect();
    if allowed.is_empty() { Err(SendError::PrivateAddress) } else { Ok(allowed) }
}

/// What reqwest resolves names with. The addresses that it checks are those that are connected to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedResolver {
    pub allows_private: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allows_private = self.allows_private;
        Box::pin(async move {
            let found = resolve(name.as_str(), 0, allows_private).await.map_err(io::Error::other)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("8.8.8.8", true)]
    #[case("172.32.0.1", true)]
    #[case("2606:4700::1111", true)]
    #[case("10.0.0.1", false)]
    #[case("172.16.0.1", false)]
    #[case("192.168.1.1", false)]
    #[case("127.0.0.1", false)]
    #[case("169.254.169.254", false)]
    #[case("100.64.0.1", false)]
    #[case("0.0.0.0", false)]
    #[case("224.0.0.1", false)]
    #[case("255.255.255.255", false)]
    #[case("::1", false)]
    #[case("::", false)]
    #[case("fe80::1", false)]
    #[case("fd00::1", false)]
    #[case("::ffff:10.0.0.1", false)]
    #[case("::ffff:8.8.8.8", true)]
    #[case("64:ff9b::7f00:1", false)]
    #[case("2002:a00:1::", false)]
    fn private_networks_are_not_public(#[case] address: &str, #[case] public: bool) {
        assert_eq!(is_public(address.parse().unwrap()), public);
    }

    #[tokio::test]
    async fn a_private_address_is_refused_unless_it_is_allowed() {
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            assert_eq!(resolve(host, 25, false).await, Err(SendError::PrivateAddress), "{host}");
        }
        assert!(resolve("127.0.0.1", 25, true).await.is_ok());
    }
}
