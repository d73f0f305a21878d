//! Before every route: whether the server may be asked under this name, from which address the request really comes, and
//! who asks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::assets::FOLDER;
use app::query::{CONNECTIVITY_PATH, HOME_PATH, WALL_PARAMETER};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    AUTHORIZATION, COOKIE, HOST, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, USER_AGENT, WWW_AUTHENTICATE,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use domain::decision::Origin;
use domain::problem::ProblemCode;
use engine::{Credentials, Engine, Identity};
use texts::HttpTexts;

use super::{problems, redirect};
use crate::settings::{HttpSettings, PublicAddress};

/// Where answers are JSON.
const API: &str = "/api/";
const HEALTH: &str = "/health/";
const METRICS: &str = "/metrics";
/// Changes nothing but the caller's own cookies, also on the page where one signs in.
const PREFERENCES: &str = "/api/preferencias";
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTOCOL: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
/// A year.
const ONLY_ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"KLK Tracking\"");

/// Before the name of a cookie where the connection is encrypted: no other host and no unencrypted page can set it.
const OF_THIS_HOST: &str = "__Host-";
/// The stream of events.
const EVENTS: &str = "/api/eventos";
/// Where the browser's reports go on to Sentry.
pub(super) const TUNNEL: &str = "/api/monitoreo/tunel";
/// The cookie of a screen on a wall.
pub(super) const WALL: &str = "klk_muro";
/// The cookie of a session.
pub(super) const SESSION: &str = "klk_sesion";

/// Where a request comes from; an extension of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peer {
    /// As the connection says, or a proxy that is believed.
    pub address: IpAddr,
    /// Whether what the browser sends is encrypted.
    pub is_encrypted: bool,
}

/// What is needed to know who asks.
pub(super) struct Gate {
    engine: Engine,
    public: PublicAddress,
    /// Hosts of origins that may change something.
    trusted_hosts: Vec<String>,
    /// Whether whoever sits at the machine is let in, as in the demo.
    has_open_demo: bool,
    /// Requests beyond what one person may make, since the process began.
    throttled: AtomicU64,
}

impl Gate {
    pub(super) fn new(engine: Engine, settings: &HttpSettings, is_demo: bool) -> Self {
        let host = |origin: &String| Some(origin.split_once("://")?.1.parse::<Authority>().ok()?.host().to_lowercase());
        Self {
            engine,
            trusted_hosts: settings.trusted_origins.iter().filter_map(host).collect(),
            public: settings.public.clone(),
            has_open_demo: is_demo && settings.address.ip().is_loopback(),
            throttled: AtomicU64::new(0),
        }
    }

    /// How many requests were turned away because one person made too many.
    pub(super) fn throttled(&self) -> u64 {
        self.throttled.load(Ordering::Relaxed)
    }

    /// The answer to a request beyond what one person may make. Files cost nothing, and what watches the process is no person.
    /// In the demonstration everybody is the same one, who sits at the machine.
    fn too_many(&self, path: &str, identity: &Identity) -> Option<Response> {
        if self.has_open_demo || [FOLDER, HEALTH, METRICS].iter().any(|free| path.starts_with(free)) {
            return None;
        }
        let wait = self.engine.take_request(identity).err()?;
        self.throttled.fetch_add(1, Ordering::Relaxed);
        let mut response = problems::answer(ProblemCode::TooManyAttempts, HttpTexts::too_many_requests);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
        Some(response)
    }

    /// Names that a page of somebody else cannot make lead to this machine. An address is no name, so nobody else's name
    /// server can say where it leads.
    fn knows(&self, host: &Authority) -> bool {
        let name = host.host().to_lowercase();
        let is_public = self.public.url.as_ref().and_then(|url| url.host_str()).is_some_and(|known| known == name);
        is_public
            || is_address(&name)
            || is_loopback(&name)
            || self.public.hosts.contains(&name)
            || self.trusted_hosts.contains(&name)
    }

    fn peer(&self, connection: IpAddr, headers: &HeaderMap, host: &Authority) -> Peer {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_proxy = |address: &IpAddr| self.public.proxies.contains(&address.to_canonical());
        if is_proxy(&connection) {
            // The last one that is no proxy of ours: what stands before it, anybody can write.
            let addresses = text(&FORWARDED_FOR).rsplit(',').map_while(|part| part.trim().parse::<IpAddr>().ok());
            let address = addresses.map(|address| address.to_canonical()).find(|address| !is_proxy(address));
            let is_encrypted = text(&FORWARDED_PROTOCOL).rsplit(',').next().is_some_and(|last| last.trim() == "https");
            return Peer { address: address.unwrap_or(connection), is_encrypted: is_encrypted || self.is_public(host) };
        }
        Peer { address: connection, is_encrypted: self.is_public(host) }
    }

    /// Whether this is the address that people open, and it is an encrypted one.
    fn is_public(&self, host: &Authority) -> bool {
        let public = self.public.url.as_ref().filter(|url| url.scheme() == "https");
        public.and_then(|url| url.host_str()).is_some_and(|known| known.eq_ignore_ascii_case(host.host()))
    }

    /// Leads a browser that came without encryption to the address that has it, so that no session travels in the clear. Whoever
    /// sits at the machine is let in, and programs have tokens of their own.
    fn to_encrypted(&self, request: &Request, peer: Peer) -> Option<Response> {
        let public = self.public.url.as_ref().filter(|url| url.scheme() == "https")?;
        let path = request.uri().path();
        let is_page = ![API, HEALTH, METRICS, FOLDER].iter().any(|other| path.starts_with(other));
        if peer.is_encrypted || peer.address.is_loopback() || !is_page {
            return None;
        }
        let asked = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        // What is none of our pages could name another host.
        let page = redirect::own_page(asked).filter(|_| request.method() == Method::GET).unwrap_or("/");
        Some(redirect::to(public.join(page).ok()?.as_str()))
    }

    fn identity(&self, request: &Request, peer: Peer, connection: IpAddr, host: &Authority) -> Identity {
        let headers = request.headers();
        let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let origin = Origin::of_user_agent(agent);
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let cookie = cookie(headers, peer, SESSION);
        let credentials = match (token, cookie) {
            (Some(token), _) => Credentials::Token(token.trim()),
            (None, Some(session)) => Credentials::Session(session),
            (None, None) => Credentials::None,
        };
        let identify = |credentials| self.engine.identify(credentials, origin, Some(peer.address));
        let mut identity = identify(credentials);
        // A screen on a wall is somebody where it looks, and nobody everywhere else.
        let is_of_wall = is_of_wall(request);
        if !identity.actor.is_somebody()
            && is_of_wall
            && let Some(wall) = self::cookie(headers, peer, WALL)
        {
            identity = Some(identify(Credentials::Token(wall))).filter(|wall| wall.actor.is_wall()).unwrap_or(identity);
        } else if identity.actor.is_wall() && !is_of_wall {
            identity = identify(Credentials::None);
        }
        // Nobody between the browser and us, and no name that somebody else's name server could have made lead here.
        let is_forwarded = [FORWARDED, FORWARDED_FOR, FORWARDED_PROTOCOL].iter().any(|name| headers.contains_key(name));
        let is_at_machine = connection.is_loopback() && is_loopback(&host.host().to_lowercase()) && !is_forwarded;
        if self.has_open_demo && is_at_machine && !identity.actor.is_somebody() && token.is_none() {
            return self.engine.demo_identity(origin);
        }
        identity
    }
}

/// Turns away requests under a foreign name, requests for data by nobody, and those of somebody who makes too many; tells all
/// others who asks.
pub(super) async fn admit(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let host = host(request.headers(), request.uri());
    let Some(host) = host.filter(|host| gate.knows(host)) else {
        return problems::answer_with(StatusCode::MISDIRECTED_REQUEST, ProblemCode::Forbidden, HttpTexts::other_host);
    };
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let connection = connection.unwrap_or(IpAddr::from([0, 0, 0, 0])).to_canonical();
    let peer = gate.peer(connection, request.headers(), &host);
    if let Some(redirect) = gate.to_encrypted(&request, peer) {
        return redirect;
    }
    let identity = gate.identity(&request, peer, connection, &host);
    let path = request.uri().path();
    let is_data = path.starts_with(API) && path != PREFERENCES;
    let mut response = if is_data && !identity.actor.is_somebody() {
        sign_in_first()
    } else if let Some(refusal) = gate.too_many(path, &identity) {
        refusal
    } else {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(identity);
        next.run(request).await
    };
    if peer.is_encrypted {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, ONLY_ENCRYPTED);
    }
    response
}

/// Whether a request is one of what a screen on a wall looks at: its page, the part of it that comes later (whether the POS
/// answers), and its stream of events; or a report of its browser's for Sentry.
fn is_of_wall(request: &Request) -> bool {
    let asks_for_wall = |query: &str| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == WALL_PARAMETER);
    let is_wall_page = |path: &str| path == HOME_PATH && request.uri().query().is_some_and(asks_for_wall);
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, path) => matches!(path, EVENTS | CONNECTIVITY_PATH) || is_wall_page(path),
        (&Method::POST, path) => path == TUNNEL,
        _ => false,
    }
}

fn sign_in_first() -> Response {
    let mut response = problems::answer(ProblemCode::NotSignedIn, HttpTexts::not_signed_in);
    response.headers_mut().insert(WWW_AUTHENTICATE, BEARER);
    response
}

/// Leads whoever opens a page without having signed in to where they can, and back.
pub(super) async fn page(request: Request, next: Next) -> Response {
    match sign_in_page(&request) {
        Some(redirect) => redirect,
        None => next.run(request).await,
    }
}

/// Where a request for a page is led; None for whoever signed in, and for what is no page.
pub(super) fn sign_in_page(request: &Request) -> Option<Response> {
    let is_somebody = identity(request.extensions()).is_some_and(|identity| identity.actor.is_somebody());
    if is_somebody || request.uri().path().starts_with(API) {
        return None;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(sign_in_first());
    }
    let page = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
    Some(redirect::to_sign_in(page))
}

/// Who asks, of a request that [`admit`] let pass.
pub(super) fn identity(extensions: &axum::http::Extensions) -> Option<&Identity> {
    extensions.get::<Identity>()
}

/// A cookie that no script reads, as this connection allows; without seconds to live it is taken away.
pub(super) fn private_cookie(peer: Peer, name: &str, value: &str, seconds: i64) -> String {
    let secure = if peer.is_encrypted { "; Secure" } else { "" };
    let name = cookie_name(peer, name);
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// The value of such a cookie.
pub(super) fn cookie<'request>(headers: &'request HeaderMap, peer: Peer, name: &str) -> Option<&'request str> {
    let name = cookie_name(peer, name);
    let texts = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn cookie_name(peer: Peer, name: &str) -> String {
    if peer.is_encrypted { format!("{OF_THIS_HOST}{name}") } else { name.to_owned() }
}

/// Under which name the server is asked: HTTP/1.1 says it in a header, HTTP/2 in the address.
pub(super) fn host(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    let mut named = headers.get_all(HOST).into_iter();
    match (named.next(), named.next()) {
        (Some(host), None) => host.to_str().ok()?.parse().ok(),
        (None, _) => uri.authority().cloned(),
        (Some(_), Some(_)) => None,
    }
}

fn is_loopback(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

fn is_address(name: &str) -> bool {
    name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for name in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_loopback(name), "{name}");
        }
        for name in ["localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "[2001:db8::1]", ""] {
            assert!(!is_loopback(name), "{name}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let plain = Peer { address: IpAddr::from([127, 0, 0, 1]), is_encrypted: false };
        let encrypted = Peer { is_encrypted: true, ..plain };
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("xklk_sesion=1; klk_sesion_x=2"));
        assert_eq!(cookie(&headers, plain, SESSION), None);
        headers.append(COOKIE, HeaderValue::from_static("klk_tema=oscuro; klk_sesion=3"));
        assert_eq!(cookie(&headers, plain, SESSION), Some("3"));
        assert_eq!(cookie(&headers, encrypted, SESSION), None);
    }

    #[test]
    fn an_encrypted_cookie_is_of_this_host_only() {
        let peer = Peer { address: IpAddr::from([127, 0, 0, 1]), is_encrypted: true };
        assert_eq!(
            private_cookie(peer, SESSION, "ab", 60),
            "__Host-klk_sesion=ab; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        let plain = private_cookie(Peer { is_encrypted: false, ..peer }, SESSION, "ab", 60);
        assert_eq!(plain, "klk_sesion=ab; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
    }
}
