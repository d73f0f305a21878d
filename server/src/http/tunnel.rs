//! `POST /api/monitoreo/tunel`: what the browser's Sentry SDK reports goes through us, because a page may only speak to
//! its own server, and because nothing personal may leave.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use monitoring::{Monitoring, RelayAnswer, Relayed};
use texts::HttpTexts;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::gate::Peer;
use super::{WebState, problems};
use crate::settings::TunnelSettings;

const RATE_LIMITS: HeaderName = HeaderName::from_static("x-sentry-rate-limits");
/// For those who find all ways to Sentry taken: each is free again after a request's limit of time at the latest.
const BUSY_PAUSE: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);

/// Addresses whose allowances are kept; beyond it, those that are full again are forgotten.
const PEERS_KEPT: usize = 1024;

/// What all browsers share, and what each address may send.
pub(super) struct Tunnel {
    monitoring: Monitoring,
    settings: TunnelSettings,
    allowances: Mutex<HashMap<IpAddr, Allowance>>,
    ways: Arc<Semaphore>,
}

impl Tunnel {
    pub(super) fn new(monitoring: Monitoring, settings: TunnelSettings) -> Self {
        let ways = Arc::new(Semaphore::new(settings.at_once_max));
        Self { monitoring, settings, allowances: Mutex::default(), ways }
    }

    fn take_one(&self, peer: IpAddr) -> Result<(), Duration> {
        let now = Instant::now();
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        if allowances.len() >= PEERS_KEPT && !allowances.contains_key(&peer) {
            allowances.retain(|_, allowance| !allowance.is_full(now));
        }
        let new = || Allowance::new(self.settings.envelopes_per_minute_max, now);
        allowances.entry(peer).or_insert_with(new).take(now)
    }

    fn turn_away(&self, pause: Duration) -> Response {
        self.monitoring.note_turned_away();
        too_many(pause)
    }
}

/// Takes an envelope, and answers what Sentry answered.
pub(super) async fn relay(
    State(state): State<WebState>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let tunnel = &state.tunnel;
    if !tunnel.monitoring.is_enabled() {
        return problems::no_such_path();
    }
    if let Err(pause) = tunnel.take_one(peer.address) {
        return tunnel.turn_away(pause);
    }
    let bytes_max = tunnel.settings.envelope_bytes_max;
    if announced_bytes(&request).is_some_and(|bytes| bytes > bytes_max) {
        return too_large();
    }
    // It fails where there is more than that; and where the browser is gone, and nobody hears the answer.
    let Ok(envelope) = to_bytes(request.into_body(), bytes_max).await else { return too_large() };
    let Ok(way) = Arc::clone(&tunnel.ways).try_acquire_owned() else { return tunnel.turn_away(BUSY_PAUSE) };
    let monitoring = tunnel.monitoring.clone();
    // It waits for the network, so it has a thread of its own.
    let relayed = tokio::task::spawn_blocking(move || {
        let _way = way;
        monitoring.relay(&envelope)
    });
    relayed.await.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), answer)
}

fn answer(relayed: Relayed) -> Response {
    match relayed {
        Relayed::Off => problems::no_such_path(),
        Relayed::Unreadable => {
            problems::answer_with(StatusCode::BAD_REQUEST, ProblemCode::InvalidParameter, HttpTexts::no_envelope)
        }
        Relayed::Foreign => problems::answer(ProblemCode::Forbidden, HttpTexts::foreign_envelope),
        Relayed::Answered(answer) => handed_back(answer),
        Relayed::Kept => StatusCode::OK.into_response(),
        Relayed::Full => too_many(BUSY_PAUSE),
    }
}

/// What Sentry said, as far as the SDK heeds it.
fn handed_back(answer: RelayAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = if status.is_success() {
        status.into_response()
    } else {
        problems::answer_with(status, ProblemCode::Busy, HttpTexts::envelope_refused)
    };
    let texts = [(RATE_LIMITS, answer.rate_limits), (RETRY_AFTER, answer.retry_after)];
    for (name, text) in texts {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn announced_bytes(request: &Request) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Response {
    problems::answer_with(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::InvalidParameter, HttpTexts::envelope_too_large)
}

fn too_many(pause: Duration) -> Response {
    let mut response =
        problems::answer_with(StatusCode::TOO_MANY_REQUESTS, ProblemCode::Busy, HttpTexts::too_many_envelopes);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(pause.as_secs().max(1)));
    response
}

/// How many envelopes may still pass. It fills up evenly, to what passes in a minute.
struct Allowance {
    per_minute: u32,
    left: f64,
    counted_at: Instant,
}

impl Allowance {
    fn new(per_minute: u32, now: Instant) -> Self {
        Self { per_minute, left: f64::from(per_minute), counted_at: now }
    }

    /// Whether nothing was taken lately.
    fn is_full(&self, now: Instant) -> bool {
        self.left_at(now) >= f64::from(self.per_minute)
    }

    fn left_at(&self, now: Instant) -> f64 {
        let per_minute = f64::from(self.per_minute);
        let minutes = now.duration_since(self.counted_at).as_secs_f64() / MINUTE.as_secs_f64();
        (self.left + minutes * per_minute).min(per_minute)
    }

    /// Takes one, or says how long until there is one.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let per_minute = f64::from(self.per_minute);
        self.left = self.left_at(now);
        self.counted_at = now;
        if self.left < 1.0 {
            return Err(MINUTE.mul_f64((1.0 - self.left) / per_minute));
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_in_a_minute_passes_at_once_and_then_evenly() {
        let start = Instant::now();
        let mut allowance = Allowance::new(2, start);
        assert_eq!([allowance.take(start), allowance.take(start)], [Ok(()), Ok(())]);
        assert_eq!(allowance.take(start), Err(Duration::from_secs(30)));
        assert_eq!(allowance.take(start + Duration::from_secs(31)), Ok(()));
        assert!(allowance.take(start + Duration::from_secs(32)).is_err());
        let much_later = start + Duration::from_secs(3600);
        let passed = (0..10).filter(|_| allowance.take(much_later).is_ok()).count();
        assert_eq!(passed, 2);
    }
}
