//! Where the POS is and how long it may take.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use crate::KlkError;

/// How to reach the POS, and every limit of a call.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Where the POS is.
    pub base_url: BaseUrl,
    /// Sent with every request, when the POS wants one.
    pub api_key: Option<SecretString>,
    /// The header the key is sent in.
    pub api_key_header: String,
    /// For a whole answer to a question for sales, its body included.
    pub sales_timeout: Duration,
    /// For a whole answer to a question for articles or warehouses.
    pub articles_timeout: Duration,
    /// For a connection to be made; part of the limits above.
    pub connect_timeout: Duration,
    /// For the whole of a probe, which is never tried again.
    pub probe_timeout: Duration,
    /// How often a failed request is sent again: 3 means 4 requests at most.
    pub retries: u32,
    /// The longest wait before the first retry; it doubles with every further one.
    pub backoff_base: Duration,
    /// The longest wait before any retry, also when the POS asks for more with `Retry-After`.
    pub backoff_max: Duration,
    /// The largest body that is read.
    pub body_bytes_max: usize,
    /// What all responses may hold together, from their first byte until they are written.
    pub responses_bytes_max: usize,
}

impl ClientConfig {
    /// The contract's limits for a POS at the given address, without a key.
    pub fn new(base_url: BaseUrl) -> Self {
        Self {
            base_url,
            api_key: None,
            api_key_header: "x-api-key".to_owned(),
            sales_timeout: Duration::from_secs(120),
            articles_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            probe_timeout: Duration::from_secs(5),
            retries: 3,
            backoff_base: Duration::from_millis(500),
            backoff_max: Duration::from_secs(20),
            body_bytes_max: 256 * 1024 * 1024,
            responses_bytes_max: 768 * 1024 * 1024,
        }
    }
}

/// The address of a POS: http or https, perhaps with a path in front of the API's own, and without credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The address of something below the base; its own path stays in front.
    pub(crate) fn join(&self, path: &str, query: Option<(&str, &str)>) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    }
}

impl FromStr for BaseUrl {
    type Err = KlkError;

    /// Checks an address. The message of a refusal does not repeat it, since it may hold a password.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: &str| {
            Err(KlkError::Configuration(format!("the base URL {reason}; write it as http://192.168.0.5:7002")))
        };
        let url = match Url::parse(text.trim()) {
            Ok(url) => url,
            Err(error) => return refuse(&format!("is no URL ({error})")),
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refuse("has to begin with http:// or https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a user name or password (use the API key)");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not have a query or fragment");
        }
        Ok(Self(url))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://klk:7002", "http://klk:7002/ventas")]
    #[case("http://klk:7002/", "http://klk:7002/ventas")]
    #[case(" https://klk.example/pos/v1/ ", "https://klk.example/pos/v1/ventas")]
    #[case("https://klk.example/pos/v1", "https://klk.example/pos/v1/ventas")]
    fn the_path_of_a_base_url_is_kept(#[case] base: &str, #[case] joined: &str) {
        assert_eq!(base.parse::<BaseUrl>().unwrap().join("/ventas", None).as_str(), joined);
    }

    #[test]
    fn a_query_is_escaped() {
        let base: BaseUrl = "http://klk:7002".parse().unwrap();
        assert_eq!(base.join("/x", Some(("sucursal", "A B&C"))).as_str(), "http://klk:7002/x?sucursal=A+B%26C");
    }

    #[rstest]
    #[case("192.168.0.5:7002", "is no URL")]
    #[case("localhost:7002", "http:// or https://")]
    #[case("ftp://klk", "http:// or https://")]
    #[case("", "is no URL")]
    #[case("http://", "is no URL")]
    #[case("http://ana:hunter2@klk:7002", "user name or password")]
    #[case("http://klk:7002/?key=hunter2", "query")]
    fn a_wrong_base_url_is_refused_without_repeating_it(#[case] text: &str, #[case] reason: &str) {
        let message = text.parse::<BaseUrl>().unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }

    #[test]
    fn debug_output_does_not_show_the_key() {
        let mut config = ClientConfig::new("http://klk:7002".parse().unwrap());
        config.api_key = Some("hunter2".into());
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
