//! Where Sentry is. The HTTP client asks for every request, also for one on a connection that is open, and starts a
//! thread each time, so that the question can have a limit of time.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long an answer is used: a Sentry that moves is found again soon.
const KEPT: Duration = Duration::from_secs(60);

/// Asks once a minute, and nobody where the address is a number already. All requests go to the same host.
#[derive(Debug, Default)]
pub(super) struct KeepingResolver {
    inner: DefaultResolver,
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    uri: Uri,
    addresses: Vec<SocketAddr>,
    asked: Instant,
}

impl KeepingResolver {
    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn filled(&self, addresses: impl IntoIterator<Item = SocketAddr>) -> ResolvedSocketAddrs {
        let mut filled = self.empty();
        addresses.into_iter().for_each(|address| filled.push(address));
        filled
    }
}

impl Resolver for KeepingResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        if let Some(address) = address_in(uri) {
            return Ok(self.filled([address]));
        }
        if let Some(known) = self.known().as_ref()
            && known.uri == *uri
            && known.asked.elapsed() < KEPT
        {
            return Ok(self.filled(known.addresses.iter().copied()));
        }
        // Without the lock: this may take as long as a request may.
        let addresses = self.inner.resolve(uri, config, timeout)?;
        *self.known() = Some(Known { uri: uri.clone(), addresses: addresses.to_vec(), asked: Instant::now() });
        Ok(addresses)
    }
}

/// The address that a URI names by number.
fn address_in(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?;
    let number: IpAddr = host.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let usual = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some(SocketAddr::new(number, uri.port_u16().unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(uri: &str) -> Option<String> {
        address_in(&uri.parse().unwrap()).map(|address| address.to_string())
    }

    #[test]
    fn an_address_that_is_a_number_is_not_asked_for() {
        assert_eq!(named("http://127.0.0.1:8972/api/1/envelope/").as_deref(), Some("127.0.0.1:8972"));
        assert_eq!(named("https://10.0.0.9/api/1/envelope/").as_deref(), Some("10.0.0.9:443"));
        assert_eq!(named("http://[::1]/api/1/envelope/").as_deref(), Some("[::1]:80"));
        assert_eq!(named("https://sentry.example/api/1/envelope/"), None);
    }

    #[test]
    fn a_name_is_asked_for_once_a_minute() {
        let resolver = KeepingResolver::default();
        let uri: Uri = "http://localhost:8972/api/1/envelope/".parse().unwrap();
        let ask = |uri: &Uri| resolver.resolve(uri, &Config::default(), NextTimeout::default()).unwrap()[0].to_string();
        assert!(ask(&uri).ends_with(":8972"));
        let elsewhere: SocketAddr = "192.0.2.1:8972".parse().unwrap();
        resolver.known().as_mut().unwrap().addresses = vec![elsewhere];
        assert_eq!(ask(&uri), elsewhere.to_string());
        assert!(ask(&"http://localhost:8973/".parse().unwrap()).ends_with(":8973"));

        resolver.known().as_mut().unwrap().addresses = vec![elsewhere];
        resolver.known().as_mut().unwrap().asked = Instant::now().checked_sub(KEPT).unwrap();
        assert_ne!(ask(&uri), elsewhere.to_string());
    }
}
