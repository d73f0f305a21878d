//! Signing in with a provider of identities (OpenID Connect): the way there ([`Provider::begin`]), the way back
//! ([`Provider::finish`]), and what is wrong with it ([`Provider::check`]).
//!
//! Only the authorization code flow with PKCE is spoken. Nothing here knows users, sessions or roles: whoever comes
//! back is a [`Person`], and what that person may do is for the engine to say. Time and randomness are passed in.

mod connection;
mod error;
mod provider;
mod secrets;
mod settings;

pub use error::ProviderError;
pub use provider::{Person, Provider};
pub use secrets::Secrets;
pub use settings::{NameClaim, ProviderSettings, is_safe_issuer};
