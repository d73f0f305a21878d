//! Signing in by a provider of identities.

use std::time::Duration;

use oidc::{NameClaim, ProviderSettings, is_safe_issuer};
use reqwest::Url;
use secrecy::SecretString;

use super::size;
use super::source::Source;
use super::variable::Variable;
use super::variables::{
    OIDC_ATTEMPT_MINUTES, OIDC_ATTEMPTS_MAX, OIDC_ATTEMPTS_PER_ADDRESS_MAX, OIDC_CLAIM, OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET, OIDC_CREATE_READERS, OIDC_ISSUER, OIDC_NAME, PUBLIC_URL,
};

/// Signing in by a provider of identities.
#[derive(Clone, Debug)]
pub struct SignOnSettings {
    /// Which one, and who we are to it.
    pub provider: ProviderSettings,
    /// What people call it.
    pub name: String,
    /// Whether somebody whom nobody has added becomes a reader.
    pub creates_readers: bool,
    /// Limits of attempts that are under way.
    pub attempts: AttemptLimits,
}

/// How many people may be away at the provider, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct AttemptLimits {
    /// After it, somebody begins again.
    pub lifetime: Duration,
    /// Of all addresses; more are refused.
    pub all_max: usize,
    /// Of one address; with more, the oldest is forgotten.
    pub of_address_max: usize,
}

/// What is configured; None where nothing is, and where something is wrong with it.
pub(super) fn read(source: &mut Source, public_url: Option<&Url>) -> Option<SignOnSettings> {
    let name_claim = match source.choice(&OIDC_CLAIM) {
        "email" => NameClaim::VerifiedEmail,
        _ => NameClaim::PreferredUsername,
    };
    let creates_readers = source.switch(&OIDC_CREATE_READERS);
    let attempts = AttemptLimits {
        lifetime: Duration::from_secs(60 * source.number(&OIDC_ATTEMPT_MINUTES)),
        all_max: size(source, &OIDC_ATTEMPTS_MAX),
        of_address_max: size(source, &OIDC_ATTEMPTS_PER_ADDRESS_MAX),
    };
    let (issuer, client_id) = (source.optional_text(&OIDC_ISSUER), source.optional_text(&OIDC_CLIENT_ID));
    let client_secret = source.optional_text(&OIDC_CLIENT_SECRET).map(SecretString::from);
    let mut refuse = |variable: &Variable, reason: &str| {
        source.add_problem(variable, reason);
        None
    };
    let issuer = match (issuer, client_id.is_some() || client_secret.is_some()) {
        (Some(issuer), _) => issuer,
        (None, false) => return None,
        (None, true) => return refuse(&OIDC_ISSUER, "hace falta la dirección del proveedor de identidad"),
    };
    let Some(url) = Url::parse(&issuer).ok().filter(is_safe_issuer) else {
        return refuse(
            &OIDC_ISSUER,
            &format!("'{issuer}' no sirve; escriba https://id.ejemplo.com, sin usuario ni parámetros"),
        );
    };
    let Some(client_id) = client_id else {
        return refuse(&OIDC_CLIENT_ID, "hace falta con qué identificador nos conoce el proveedor");
    };
    let Some(redirect_url) = public_url.and_then(|url| url.join(app::query::PROVIDER_RETURN_PATH).ok()) else {
        return refuse(
            &PUBLIC_URL,
            "hace falta para entrar con un proveedor de identidad: allí vuelven los navegadores",
        );
    };
    let name = source.optional_text(&OIDC_NAME).or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    let provider = ProviderSettings { issuer, client_id, client_secret, redirect_url, name_claim };
    Some(SignOnSettings { provider, name, creates_readers, attempts })
}
