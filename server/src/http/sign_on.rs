//! `/entrar/proveedor`: leaving for the provider of identities, and coming back from it (docs/adr/0050).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use app::access::{Entrance, EntranceKind};
use axum::extract::{Query, State};
use axum::response::Response;
use engine::{Engine, EntranceBegun, IdSource, ProviderSignInRequest, UseCaseError};
use monitoring::EndpointTags;
use oidc::{Provider, ProviderError, Secrets};
use serde::{Deserialize, Serialize};

use super::access::{Asker, Back, refuse_entrance, set_cookie, welcome};
use super::attempts::{Attempt, Attempts};
use super::{WebState, gate, redirect};
use crate::clock::{self, TimeOrderedIds};
use crate::settings::{AttemptLimits, Settings};

/// The cookie of a browser that is away at the provider.
const COOKIE: &str = "klk_entrada";
const ENDPOINT: &str = "entrar_con_proveedor";

/// Signing in by a provider of identities.
pub struct SignOn {
    provider: Provider,
    name: String,
    creates_readers: bool,
    attempts: Mutex<Attempts>,
    limits: AttemptLimits,
}

/// What the database keeps of an attempt, for whichever process ends it.
#[derive(Deserialize, Serialize)]
struct KeptAttempt {
    nonce: String,
    verifier: String,
    back: String,
}

impl SignOn {
    /// Where one is configured. It is not asked for anything yet.
    pub(super) fn of_settings(settings: &Settings) -> Option<Self> {
        let sign_on = settings.sign_on.as_ref()?;
        let provider = Provider::new(sign_on.provider.clone(), Arc::new(clock::now));
        let provider =
            provider.inspect_err(|error| tracing::error!(%error, "nobody can sign in by the provider")).ok()?;
        Some(Self {
            provider,
            name: sign_on.name.clone(),
            creates_readers: sign_on.creates_readers,
            attempts: Mutex::new(Attempts::new(sign_on.attempts)),
            limits: sign_on.attempts,
        })
    }

    /// What people call the provider.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn attempts<T>(&self, change: impl FnOnce(&mut Attempts) -> T) -> T {
        change(&mut self.attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn begin(
        &self,
        engine: &Engine,
        asker: &Asker,
        back: String,
    ) -> Result<(reqwest::Url, String), UseCaseError> {
        let random = || TimeOrderedIds.secret();
        let secrets = Secrets::new([random(), random(), random()]);
        let url = self.provider.begin(&secrets).await.map_err(|error| refusal(&error))?;
        // Of the same kind as the others, and used for nothing else.
        let browser = Secrets::new([random(), random(), random()]).state;
        let attempt =
            Attempt { secrets, browser: browser.clone(), back, address: asker.peer.address, begun: Instant::now() };
        if engine.shares_entrances() {
            engine.keep_entrance(self.shared(attempt)).await?;
        } else if !self.attempts(|attempts| attempts.add(attempt)) {
            return Err(UseCaseError::SignInBusy);
        }
        Ok((url, browser))
    }

    fn shared(&self, attempt: Attempt) -> EntranceBegun {
        let Attempt { secrets, browser, back, address, .. } = attempt;
        let kept = KeptAttempt { nonce: secrets.nonce, verifier: secrets.verifier, back };
        EntranceBegun {
            state: secrets.state,
            browser,
            address: address.to_string(),
            data: serde_json::json!(kept).to_string(),
            lasts: self.limits.lifetime,
            most: (self.limits.all_max, self.limits.of_address_max),
        }
    }

    /// The attempt of somebody who came back, wherever it was begun; it is gone afterwards.
    async fn take(
        &self,
        engine: &Engine,
        asker: &Asker,
        state: &str,
        browser: Option<&str>,
    ) -> Result<Attempt, UseCaseError> {
        if !engine.shares_entrances() {
            let taken = self.attempts(|attempts| attempts.take(state, browser, Instant::now()));
            return taken.ok_or(UseCaseError::AttemptOver);
        }
        let data = engine.take_entrance(state, browser).await?;
        // Kept by another version of the program, it is over.
        let KeptAttempt { nonce, verifier, back } =
            serde_json::from_str(&data).map_err(|_| UseCaseError::AttemptOver)?;
        let secrets = Secrets { state: state.to_owned(), nonce, verifier };
        let browser = browser.unwrap_or_default().to_owned();
        Ok(Attempt { secrets, browser, back, address: asker.peer.address, begun: Instant::now() })
    }
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
pub(super) struct Comeback {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    /// RFC 9207: who sent it.
    iss: Option<String>,
}

/// `GET /entrar/proveedor`
pub(super) async fn begin(State(state): State<WebState>, asker: Asker, Query(back): Query<Back>) -> Response {
    EndpointTags::about_everything(ENDPOINT).apply();
    let Some(sign_on) = state.sign_on.clone() else { return redirect::to(redirect::SIGN_IN) };
    if asker.identity.actor.is_somebody() {
        return redirect::to(redirect::own_page(&back.volver).unwrap_or("/"));
    }
    match sign_on.begin(&state.engine, &asker, back.volver.clone()).await {
        Ok((url, browser)) => {
            let mut response = redirect::to(url.as_str());
            let seconds = i64::try_from(sign_on.limits.lifetime.as_secs()).unwrap_or(0);
            set_cookie(&mut response, &gate::private_cookie(asker.peer, COOKIE, &browser, seconds));
            response
        }
        Err(error) => refuse(&state, &asker, error, back.volver).await,
    }
}

/// `GET /entrar/proveedor/vuelta`
pub(super) async fn finish(State(state): State<WebState>, asker: Asker, Query(comeback): Query<Comeback>) -> Response {
    EndpointTags::about_everything(ENDPOINT).apply();
    let Some(sign_on) = state.sign_on.clone() else { return redirect::to(redirect::SIGN_IN) };
    let browser = gate::cookie(&asker.parts.headers, asker.peer, COOKIE);
    let attempt = match sign_on.take(&state.engine, &asker, &comeback.state, browser).await {
        Ok(attempt) => attempt,
        Err(error) => return refuse(&state, &asker, error, String::new()).await,
    };
    let mut response = match sign_in(&state, &sign_on, &asker, &attempt, comeback).await {
        Ok(signed_in) => welcome(asker.peer, &signed_in, redirect::own_page(&attempt.back).unwrap_or("/")),
        Err(error) => refuse(&state, &asker, error, attempt.back).await,
    };
    set_cookie(&mut response, &gate::private_cookie(asker.peer, COOKIE, "", 0));
    response
}

async fn sign_in(
    state: &WebState,
    sign_on: &SignOn,
    asker: &Asker,
    attempt: &Attempt,
    comeback: Comeback,
) -> Result<engine::SignedIn, UseCaseError> {
    let (engine, before) = (&state.engine, &asker.identity);
    engine.admit_provider_sign_in(before).await?;
    let found = match (comeback.code, comeback.error) {
        _ if comeback.iss.as_ref().is_some_and(|issuer| !sign_on.provider.is_issuer(issuer)) => {
            Err(ProviderError::Unproven { detail: "another provider sent the browser back".to_owned() })
        }
        (Some(code), None) => sign_on.provider.finish(code, &attempt.secrets).await,
        (_, error) => Err(ProviderError::refused(error.as_deref().unwrap_or_default())),
    };
    let person = found.map_err(|error| {
        if !error.is_outage() {
            engine.note_provider_refusal(before);
        }
        refusal(&error)
    })?;
    let request = ProviderSignInRequest {
        issuer: person.issuer,
        subject: person.subject,
        name: person.name,
        creates_readers: sign_on.creates_readers,
        before: before.clone(),
    };
    engine.sign_in_with_provider(request).await
}

/// For the person; what exactly was wrong is for the log.
fn refusal(error: &ProviderError) -> UseCaseError {
    tracing::warn!(%error, "nobody was signed in by the provider of identities");
    if error.is_outage() { UseCaseError::ProviderSilent } else { UseCaseError::ProviderRefused }
}

async fn refuse(state: &WebState, asker: &Asker, error: UseCaseError, back: String) -> Response {
    let entrance = Entrance { back, ..Entrance::of(EntranceKind::SignIn) };
    refuse_entrance(state, asker, ENDPOINT, error, entrance).await
}
