//! Which provider, and who we are to it.

use std::net::IpAddr;

use reqwest::Url;
use secrecy::SecretString;

/// Which provider, and who we are to it.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Its address, exactly as it writes it itself, but for a slash at the end.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// With what we present ourselves; None for a public client, which only has PKCE.
    pub client_secret: Option<SecretString>,
    /// Where it sends browsers back to.
    pub redirect_url: Url,
    /// What somebody is called here.
    pub name_claim: NameClaim,
}

/// Which claim has the name of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClaim {
    /// `preferred_username`.
    PreferredUsername,
    /// `email`, only where the provider says that it has verified it.
    VerifiedEmail,
}

impl NameClaim {
    /// As it stands in an identity.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreferredUsername => "preferred_username",
            Self::VerifiedEmail => "email",
        }
    }

    /// What is asked for so that the claim comes.
    pub(crate) const fn scope(self) -> &'static str {
        match self {
            Self::PreferredUsername => "profile",
            Self::VerifiedEmail => "email",
        }
    }
}

/// Whether a provider may have this address: encrypted, or on this machine, as in tests. It has no query and no
/// fragment.
pub fn is_safe_issuer(url: &Url) -> bool {
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    is_plain && url.has_host() && (url.scheme() == "https" || is_on_this_machine(url))
}

/// Whether a request may go there: a provider that is encrypted sends us nowhere else.
pub(crate) fn may_be_asked(url: &Url, issuer: &str) -> bool {
    let is_local = Url::parse(issuer).is_ok_and(|issuer| is_on_this_machine(&issuer));
    url.scheme() == "https" || (is_local && is_on_this_machine(url))
}

/// Without encryption, and nobody on the way.
fn is_on_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    url.scheme() == "http" && (host == "localhost" || address.is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://id.example/realms/klk", true)]
    #[case("http://127.0.0.1:8080", true)]
    #[case("http://[::1]:8080/a", true)]
    #[case("http://localhost:8080", true)]
    #[case("http://id.example", false)]
    #[case("http://localhost.example", false)]
    #[case("https://id.example/?a=b", false)]
    #[case("https://id.example/#a", false)]
    #[case("https://klk:secret@id.example/", false)]
    #[case("file:///etc/passwd", false)]
    fn an_issuer_is_encrypted_or_on_this_machine(#[case] url: &str, #[case] is_safe: bool) {
        assert_eq!(is_safe_issuer(&Url::parse(url).unwrap()), is_safe);
    }

    #[rstest]
    #[case("https://id.example", "https://keys.example/jwks", true)]
    #[case("https://id.example", "http://id.example/jwks", false)]
    #[case("https://id.example", "http://127.0.0.1/metadata", false)]
    #[case("http://127.0.0.1:8080", "http://127.0.0.1:8080/jwks", true)]
    #[case("http://127.0.0.1:8080", "http://192.0.2.1/jwks", false)]
    fn a_provider_sends_us_only_to_what_is_as_safe_as_itself(
        #[case] issuer: &str,
        #[case] url: &str,
        #[case] may: bool,
    ) {
        assert_eq!(may_be_asked(&Url::parse(url).unwrap(), issuer), may);
    }
}
