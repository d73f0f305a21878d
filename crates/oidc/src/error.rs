//! Why somebody could not be signed in by the provider.

/// Why somebody could not be signed in by the provider. The texts are for the log and for `klk doctor`; none has a
/// token in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or was too slow, or its response was too large.
    #[error("the provider cannot be reached: {detail}")]
    Unreachable {
        /// The cause, without the address's query.
        detail: String,
    },
    /// What it says of itself is not what a provider says.
    #[error("the response is not one of a provider: {detail}")]
    NotAProvider {
        /// What is wrong with it.
        detail: String,
    },
    /// It gives its own address in another way than the settings do, so nothing it signs would be accepted.
    #[error("the provider calls itself {found}")]
    OtherIssuer {
        /// What to write into the settings, if it is the right one.
        found: String,
    },
    /// It refused: the code, or us.
    #[error("the provider refused: {code}")]
    Refused {
        /// As OAuth 2.0 names it, such as `invalid_grant` and `invalid_client`.
        code: String,
    },
    /// What it handed over does not prove who somebody is.
    #[error("the identity is not proven: {detail}")]
    Unproven {
        /// Which check failed.
        detail: String,
    },
    /// Who somebody is, is proven, but not what they are called here.
    #[error("the provider does not give the claim {claim}, or does not vouch for it")]
    NoName {
        /// The claim that is configured.
        claim: &'static str,
    },
}

impl ProviderError {
    /// A refusal under the code that somebody's browser brought: only what codes are made of, and not much of it.
    pub fn refused(code: &str) -> Self {
        let is_of_code = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        Self::Refused { code: code.chars().filter(is_of_code).take(64).collect() }
    }

    /// Whether trying again later may help.
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::NotAProvider { .. } | Self::OtherIssuer { .. })
    }
}
