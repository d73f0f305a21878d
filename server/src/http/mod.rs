//! The HTTP server: pages, server functions (which are the REST interface), events, health, files, and the layers around.

mod access;
mod attempts;
mod backups;
mod browser_monitoring;
mod counts;
mod events;
mod export;
mod gate;
mod health;
mod layers;
mod metrics;
mod moved;
mod notices;
mod openapi;
mod pages;
mod problem_bodies;
mod problems;
mod redirect;
mod security;
mod sign_on;
mod site;
mod tunnel;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::assets::Assets;
use app::query::WALL_LINK_PATH;
use app::sentry::BrowserMonitoring;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on, post};
use engine::{Engine, Identity};
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::handle_server_fns_with_context;
use monitoring::Monitoring;
use secrecy::SecretString;
use tokio::sync::{Semaphore, watch};

use crate::accept::Peers;
use crate::settings::{HttpSettings, SentrySettings, Settings};
use crate::wiring::RELEASE;
use counts::Counts;
use gate::Gate;
use metrics::Responses;
use sign_on::SignOn;
use tunnel::Tunnel;

pub use site::{site_options, wasm_file};

/// What handlers share.
#[derive(Clone)]
pub struct WebState {
    /// Where the site's files are.
    pub options: LeptosOptions,
    /// What they are called in this build.
    pub assets: Assets,
    /// The use cases.
    pub engine: Engine,
    /// True once the server ends, so that streams end too.
    pub closing: watch::Receiver<bool>,
    /// Streams of events that may still be opened.
    pub event_streams: Arc<Semaphore>,
    /// How many there may be.
    pub event_streams_max: usize,
    /// Notifications a second of all of them together.
    pub events_per_second_max: u32,
    /// How many of them each address has.
    pub event_peers: Arc<Peers>,
    /// Streams of each person, by name.
    pub event_people: Arc<Peers<String>>,
    /// How many it may have.
    pub event_streams_of_peer_max: usize,
    /// Where browsers report to.
    tunnel: Arc<Tunnel>,
    /// Rows that a list may have as a file.
    export_rows_max: usize,
    /// Who may come in.
    gate: Arc<Gate>,
    /// How many changes there were.
    pub(super) counts: Counts,
    /// How often streams of events say that the server is there.
    pub event_heartbeat: Duration,
    /// What is reported.
    monitoring: Monitoring,
    /// With it, and only with it, somebody may scrape.
    metrics_token: Option<SecretString>,
    /// What was answered.
    responses: Arc<Responses>,
    /// The database file and its log, by what they are called to whoever scrapes.
    database_files: Arc<[(&'static str, PathBuf)]>,
    /// Bytes that have to be free on their disk.
    free_bytes_min: u64,
    /// How long a write of the database may take.
    write_limit: Duration,
    /// What pages carry so that browsers tell Sentry what fails there.
    browser_monitoring: Option<BrowserMonitoring>,
    /// Signing in by a provider of identities, where one is configured.
    sign_on: Option<Arc<SignOn>>,
}

impl WebState {
    /// Over an engine, until `closing` is true.
    pub fn new(
        options: LeptosOptions,
        engine: Engine,
        closing: watch::Receiver<bool>,
        monitoring: Monitoring,
        settings: &Settings,
        is_demo: bool,
    ) -> Self {
        let event_streams = Arc::new(Semaphore::new(settings.http.event_streams_max));
        let tunnel = Arc::new(Tunnel::new(monitoring.clone(), settings.sentry.tunnel));
        let mut log = settings.database.clone().into_os_string();
        log.push(".wal");
        let files = [("base", settings.database.clone()), ("registro", PathBuf::from(log))];
        let database_files = if settings.postgres.is_some() { Arc::default() } else { Arc::from(files) };
        let assets = site::assets(&options);
        let counts = Counts::default();
        tokio::spawn(counts.clone().count(engine.events()));
        let gate = Arc::new(Gate::new(engine.clone(), &settings.http, is_demo));
        Self {
            options,
            assets,
            engine,
            closing,
            event_streams,
            event_streams_max: settings.http.event_streams_max,
            events_per_second_max: settings.http.events_per_second_max,
            event_peers: Arc::default(),
            event_people: Arc::default(),
            event_streams_of_peer_max: settings.http.event_streams_of_peer_max,
            tunnel,
            gate,
            counts,
            event_heartbeat: settings.http.event_heartbeat,
            export_rows_max: settings.http.export_rows_max,
            monitoring,
            metrics_token: settings.metrics_token.clone(),
            responses: Arc::default(),
            database_files,
            free_bytes_min: settings.database_limits.free_bytes_min,
            write_limit: settings.database_limits.write_limit,
            browser_monitoring: None,
            sign_on: SignOn::of_settings(settings).map(Arc::new),
        }
    }

    /// What pages and server functions find in their context.
    fn contexts(&self) -> impl Fn() + Clone + Send + Sync + 'static {
        let engine = self.engine.clone();
        let browser_monitoring = self.browser_monitoring.clone();
        let assets = self.assets.clone();
        move || {
            provide_context(engine.clone());
            provide_context(assets.clone());
            provide_identity();
            security::provide_nonce_of_request();
            browser_monitoring::provide(browser_monitoring.as_ref());
        }
    }
}

/// Who asks, as the gate found out. Without it, server functions answer that something is wrong with the server.
fn provide_identity() {
    let known = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Identity>().cloned());
    if let Some(identity) = known {
        provide_context(identity);
    }
}

/// Everything that answers.
pub fn router(
    mut state: WebState,
    settings: &HttpSettings,
    sentry: &SentrySettings,
) -> Result<Router, layers::InvalidOrigin> {
    state.browser_monitoring = browser_monitoring::of_settings(sentry, RELEASE, pages::paths());
    let mut routes = Router::new()
        .merge(pages::routes())
        .merge(moved::routes())
        .route("/usuarios", get(access::users).post(access::change_users))
        .route("/exportar/{archivo}", get(export::download))
        // Above are pages, and below is what everybody may ask for, or what has its own way to say no.
        .route_layer(from_fn(gate::page))
        .route("/entrar", get(access::entrance).post(access::sign_in))
        .route(app::query::PROVIDER_PATH, get(sign_on::begin))
        .route(app::query::PROVIDER_RETURN_PATH, get(sign_on::finish))
        .route(WALL_LINK_PATH, get(access::open_wall))
        .route("/clave", get(access::password_page).post(access::set_password))
        .route(app::query::OWN_SESSIONS_PATH, post(access::end_own_session))
        .route("/salir", post(access::sign_out))
        .route("/api/eventos", get(events::stream))
        .route(gate::TUNNEL, post(tunnel::relay))
        .route("/api/respaldos", get(backups::status).post(backups::start))
        .route("/api/openapi.json", get(openapi::document))
        .route("/metrics", get(metrics::scrape))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    for (path, method) in server_fn_paths() {
        let Ok(method) = MethodFilter::try_from(method) else { continue };
        routes = routes.route(path, on(method, server_function));
    }
    let routes = routes
        .fallback(site::file_or_missing_page)
        .method_not_allowed_fallback(problems::method_not_allowed)
        .with_state(state.clone());
    layers::around(routes, settings, state)
}

/// The REST interface.
async fn server_function(State(state): State<WebState>, request: Request) -> Response {
    let contexts = state.contexts();
    handle_server_fns_with_context(contexts, request).await.into_response()
}
