//! The provider: what it says of itself, kept for a while, and both ends of an attempt to sign in.

use std::sync::Arc;

use chrono::DateTime;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndUserEmail, EndUserUsername, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, TokenResponse,
};
use reqwest::Url;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::connection::{Connection, RequestFailed};
use crate::error::ProviderError;
use crate::secrets::Secrets;
use crate::settings::{NameClaim, ProviderSettings, may_be_asked};

/// Keys are changed now and then, and are looked for again at once where one is missing.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How long a provider that does not respond is left alone; sign-ins meanwhile are refused without waiting.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// A provider whose keys are so new is not asked for them again because of a key that is missing.
const KEYS_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Signatures that only the provider can make. Not among them: `none`, and those by a secret that we have too.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The time, as whoever uses this knows it.
type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Somebody who signed in at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who vouches for them.
    pub issuer: String,
    /// Who they are to the issuer: the same for ever, and nobody else's.
    pub subject: String,
    /// What they are called there; it may change, and somebody else may get it later.
    pub name: String,
}

/// What a provider says of itself, and when it was read.
struct Known {
    client: Client,
    read_at: Timestamp,
}

/// What is remembered of it between attempts.
#[derive(Default)]
struct Memory {
    known: Option<Arc<Known>>,
    failed: Option<(Timestamp, ProviderError)>,
}

/// A provider of identities. It is asked for nothing before somebody wants to sign in.
pub struct Provider {
    settings: ProviderSettings,
    connection: Connection,
    clock: Clock,
    memory: Mutex<Memory>,
}

impl Provider {
    /// Remembers which one it is; no request is made.
    pub fn new(settings: ProviderSettings, clock: Clock) -> Result<Self, ProviderError> {
        let connection = Connection::new(settings.issuer.clone())?;
        Ok(Self { settings, connection, clock, memory: Mutex::default() })
    }

    /// Where a browser has to go so that somebody signs in there.
    pub async fn begin(&self, secrets: &Secrets) -> Result<Url, ProviderError> {
        let known = self.known(KNOWN_FOR).await?;
        let (state, nonce) = (CsrfToken::new(secrets.state.clone()), Nonce::new(secrets.nonce.clone()));
        let verifier = PkceCodeVerifier::new(secrets.verifier.clone());
        let request = known
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scope(Scope::new(self.settings.name_claim.scope().to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0)
    }

    /// Who came back with a code, once the provider has proven it: signed by one of its keys, for us, for this
    /// attempt, and now.
    pub async fn finish(&self, code: String, secrets: &Secrets) -> Result<Person, ProviderError> {
        let known = self.known(KNOWN_FOR).await?;
        let response = self.exchange(&known, code, &secrets.verifier).await?;
        let identity = response.id_token().ok_or_else(|| unproven("there is no identity in the response"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let known = match self.claims(&known, identity, &nonce) {
            // Keys may have been changed since they were read.
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                self.known(KEYS_PAUSE).await?
            }
            _ => known,
        };
        let claims = self.claims(&known, identity, &nonce).map_err(|error| unproven(&reason(&error)))?;
        self.check_access_token(&known, identity, claims, &response)?;
        let name = match self.name(claims.preferred_username(), claims.email(), claims.email_verified()) {
            Some(name) => name,
            None => self.name_of_user_info(&known, claims, &response).await?,
        };
        let (issuer, subject) = (claims.issuer().as_str().to_owned(), claims.subject().as_str().to_owned());
        Ok(Person { issuer, subject, name })
    }

    /// Whether this is its address, as it writes it itself.
    pub fn is_issuer(&self, issuer: &str) -> bool {
        self.settings.issuer == issuer
    }

    /// Whether it is there, speaks as it should, and knows us: it is handed a code that it never made.
    pub async fn check(&self) -> Result<(), ProviderError> {
        let known = self.known(SignedDuration::ZERO).await?;
        match self.exchange(&known, "klk-doctor".to_owned(), &"0".repeat(43)).await {
            Err(ProviderError::Refused { code }) if code == "invalid_grant" => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(ProviderError::NotAProvider { detail: "it takes a code that it did not make".to_owned() }),
        }
    }

    /// What it says of itself, no older than that.
    async fn known(&self, age_max: SignedDuration) -> Result<Arc<Known>, ProviderError> {
        // Held while it is asked: nobody else asks at the same time.
        let mut memory = self.memory.lock().await;
        let now = (self.clock)();
        let is_within = |at: Timestamp, limit: SignedDuration| {
            let age = now.duration_since(at);
            !age.is_negative() && age < limit
        };
        if let Some(known) = memory.known.as_ref().filter(|known| is_within(known.read_at, age_max)) {
            return Ok(Arc::clone(known));
        }
        if let Some((_, error)) = memory.failed.as_ref().filter(|(at, _)| is_within(*at, PAUSE)) {
            return Err(error.clone());
        }
        match self.discover().await {
            Ok(client) => {
                let known = Arc::new(Known { client, read_at: now });
                *memory = Memory { known: Some(Arc::clone(&known)), failed: None };
                Ok(known)
            }
            Err(error) => {
                memory.failed = Some(((self.clock)(), error.clone()));
                Err(error)
            }
        }
    }

    async fn discover(&self) -> Result<Client, ProviderError> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| not_a_provider(&error))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.connection).await.map_err(discovery_error)?;
        let authorization = metadata.authorization_endpoint().url();
        if !may_be_asked(authorization, &self.settings.issuer) {
            return Err(not_a_provider(&format!("{authorization} is not encrypted")));
        }
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|methods| methods.contains(&method));
        let is_in_body =
            takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let client_id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, client_id, secret)
            .set_redirect_uri(RedirectUrl::from_url(self.settings.redirect_url.clone()));
        Ok(if is_in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    async fn exchange(&self, known: &Known, code: String, verifier: &str) -> Result<CoreTokenResponse, ProviderError> {
        let request =
            known.client.exchange_code(AuthorizationCode::new(code)).map_err(|error| not_a_provider(&error))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        request.request_async(&self.connection).await.map_err(token_error)
    }

    fn claims<'identity>(
        &self,
        known: &Known,
        identity: &'identity CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'identity CoreIdTokenClaims, ClaimsVerificationError> {
        let now = (self.clock)();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        let now = DateTime::from_timestamp(now.as_second(), nanoseconds).unwrap_or_default();
        let verifier = known.client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now);
        identity.claims(&verifier, nonce)
    }

    /// Where the identity names the access token that it came with, it has to be this one.
    fn check_access_token(
        &self,
        known: &Known,
        identity: &CoreIdToken,
        claims: &CoreIdTokenClaims,
        response: &CoreTokenResponse,
    ) -> Result<(), ProviderError> {
        let Some(expected) = claims.access_token_hash() else { return Ok(()) };
        let verifier = known.client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let found = identity.signing_alg().map_err(|error| error.to_string()).and_then(|algorithm| {
            let key = identity.signing_key(&verifier).map_err(|error| error.to_string())?;
            AccessTokenHash::from_token(response.access_token(), algorithm, key).map_err(|error| error.to_string())
        });
        match found {
            Ok(found) if found == *expected => Ok(()),
            Ok(_) => Err(unproven("the access token is another one")),
            Err(error) => Err(unproven(&error)),
        }
    }

    fn name(
        &self,
        username: Option<&EndUserUsername>,
        email: Option<&EndUserEmail>,
        is_verified: Option<bool>,
    ) -> Option<String> {
        match self.settings.name_claim {
            NameClaim::PreferredUsername => username.map(|name| name.as_str().to_owned()),
            NameClaim::VerifiedEmail => {
                email.filter(|_| is_verified == Some(true)).map(|name| name.as_str().to_owned())
            }
        }
    }

    /// Some providers keep names out of identities, and give them to whoever has the access token.
    async fn name_of_user_info(
        &self,
        known: &Known,
        claims: &CoreIdTokenClaims,
        response: &CoreTokenResponse,
    ) -> Result<String, ProviderError> {
        let no_name = || ProviderError::NoName { claim: self.settings.name_claim.as_str() };
        let subject = Some(claims.subject().clone());
        let Ok(request) = known.client.user_info(response.access_token().clone(), subject) else {
            return Err(no_name());
        };
        let found: CoreUserInfoClaims = request.request_async(&self.connection).await.map_err(|error| {
            tracing::warn!(%error, "the provider of identities does not say what somebody is called");
            no_name()
        })?;
        self.name(found.preferred_username(), found.email(), found.email_verified()).ok_or_else(no_name)
    }
}

fn unproven(detail: &str) -> ProviderError {
    ProviderError::Unproven { detail: detail.to_owned() }
}

fn not_a_provider(detail: &impl ToString) -> ProviderError {
    ProviderError::NotAProvider { detail: detail.to_string() }
}

/// With what is behind it, because the outermost error often only says that there was one.
fn reason(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn unreachable(error: &RequestFailed) -> ProviderError {
    ProviderError::Unreachable { detail: reason(error) }
}

fn discovery_error(error: DiscoveryError<RequestFailed>) -> ProviderError {
    const UNEXPECTED: &str = "unexpected issuer URI `";
    match error {
        DiscoveryError::Request(error) => unreachable(&error),
        DiscoveryError::Validation(text) => match text.strip_prefix(UNEXPECTED).and_then(|rest| rest.split('`').next())
        {
            Some(found) => ProviderError::OtherIssuer { found: found.to_owned() },
            None => not_a_provider(&text),
        },
        // Its body may be anything.
        DiscoveryError::Response(status, _, _) => not_a_provider(&format!("HTTP {status}")),
        error => not_a_provider(&reason(&error)),
    }
}

type TokenError = RequestTokenError<RequestFailed, StandardErrorResponse<CoreErrorResponseType>>;

fn token_error(error: TokenError) -> ProviderError {
    match error {
        RequestTokenError::Request(error) => unreachable(&error),
        RequestTokenError::ServerResponse(response) => ProviderError::refused(response.error().as_ref()),
        RequestTokenError::Parse(error, _) => unproven(&error.to_string()),
        RequestTokenError::Other(detail) => not_a_provider(&detail),
    }
}
