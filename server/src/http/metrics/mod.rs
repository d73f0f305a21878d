//! `GET /metrics`: how the process is doing, for Prometheus. There only where KLK_METRICAS_TOKEN is set, and only with it. What
//! is asked of the database is kept for a minute as all answers are, so that scraping costs next to nothing.

mod exposition;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::EtlKind;
use domain::filter::{GapFilter, RunFilter};
use domain::problem::ProblemCode;
use domain::read_model::BackupState;
use engine::{Actor, Engine, UseCaseError};
use monitoring::EndpointTags;
use secrecy::{ExposeSecret, SecretString};
use texts::HttpTexts;

use super::{WebState, problems};
use crate::{clock, host};
use exposition::{Exposition, MEDIA_TYPE};

/// Hours back in which missing half hours are counted, as on the page.
const HOURS: u32 = 168;

/// Responses by status, since the process began.
#[derive(Debug, Default)]
pub(super) struct Responses(Mutex<BTreeMap<u16, Arc<AtomicU64>>>);

impl Responses {
    fn count(&self, status: u16) {
        let counter = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default());
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> Vec<(u16, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(status, count)| (*status, count.load(Ordering::Relaxed))).collect()
    }
}

/// Counts what is answered.
pub(super) async fn count(State(responses): State<Arc<Responses>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    responses.count(response.status().as_u16());
    response
}

/// `GET /metrics`
pub(super) async fn scrape(State(state): State<WebState>, request: Request) -> Response {
    EndpointTags::about_everything("metrics").apply();
    let Some(token) = &state.metrics_token else { return problems::no_such_path() };
    if !presents(&request, token) {
        return problems::answer(ProblemCode::NotSignedIn, HttpTexts::metrics_token);
    }
    let mut text = Exposition::default();
    process(&mut text, &state);
    // A database that does not answer is said, with everything that is known without it.
    let data = data(&mut text, &state.engine).await;
    if let Err(error) = &data {
        tracing::warn!(%error, "the database does not answer a scrape");
    }
    text.gauge("klk_database_up", "1 where the database answers.", if data.is_ok() { 1.0 } else { 0.0 });
    ([(CONTENT_TYPE, MEDIA_TYPE)], text.into_text()).into_response()
}

/// Takes as long for one that is nearly right as for any other of its length.
fn presents(request: &Request, token: &SecretString) -> bool {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (given, token) =
        (header.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default(), token.expose_secret());
    let differing = given.bytes().zip(token.bytes()).fold(0, |found, (one, other)| found | (one ^ other));
    given.len() == token.len() && differing == 0
}

fn process(text: &mut Exposition, state: &WebState) {
    let reading = state.engine.meter_reading();
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    text.gauges("klk_build_info", "1, with the version of the program.", [(version, 1.0)]);
    if let Some(bytes) = host::resident_bytes() {
        text.gauge("klk_resident_memory_bytes", "Memory of the process.", bytes as f64);
    }
    text.gauge("klk_queue_length", "Runs that wait.", reading.queued as f64);
    text.histogram(
        "klk_commit_seconds",
        "From a loaded window to its commit, the wait for the writer included.",
        &reading.commits,
    );
    text.histogram(
        "klk_pos_response_seconds",
        "From a run's request to the POS to the end of its response.",
        &reading.responses,
    );
    let writing = state.engine.current_write().unwrap_or_default();
    text.gauge("klk_database_write_seconds", "How long the present write has been running.", writing.as_secs_f64());
    let of = |source: &str| vec![("fuente", source.to_owned())];
    let answers = [(of("guardada"), reading.kept_answers as f64), (of("calculada"), reading.computed_answers as f64)];
    text.counters("klk_answers_total", "Answers to pages and REST, kept or computed.", answers);
    let responses = state.responses.read().into_iter();
    let responses = responses.map(|(status, count)| (vec![("estado", status.to_string())], count as f64));
    text.counters("klk_http_responses_total", "Responses by status.", responses);
    let throttled = [(Vec::new(), state.gate.throttled() as f64)];
    text.counters("klk_requests_throttled_total", "Requests beyond what one person may make.", throttled);

    let sentry = state.monitoring.status();
    let waiting = sentry.waiting.iter().map(|(kind, count)| (vec![("tipo", kind.as_str().to_owned())], *count as f64));
    text.gauges("klk_sentry_waiting", "What waits to be sent to Sentry.", waiting);
    text.gauge("klk_sentry_waiting_bytes", "Its size.", sentry.waiting_bytes as f64);
    if let Some(is_reachable) = sentry.is_reachable {
        text.gauge("klk_sentry_up", "1 where Sentry took the last report.", f64::from(u8::from(is_reachable)));
    }
    let files = state.database_files.iter().map(|(name, path)| {
        let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
        (vec![("archivo", (*name).to_owned())], bytes as f64)
    });
    text.gauges("klk_database_bytes", "The database file and its log.", files);
    if let Some(free) = state.database_files.first().and_then(|(_, path)| host::free_bytes_beside(path)) {
        text.gauge("klk_disk_free_bytes", "What is free where the database is.", free as f64);
    }
}

async fn data(text: &mut Exposition, engine: &Engine) -> Result<(), UseCaseError> {
    let (actor, now) = (Actor::system(), clock::now());
    let backup = engine.backup_status(&actor).await?;
    if let Some(at) = backup.terminado_en {
        text.gauge("klk_last_backup_timestamp_seconds", "When the last good backup was made.", at.as_second() as f64);
        text.gauge("klk_last_backup_bytes", "Its size.", backup.bytes.unwrap_or_default() as f64);
    }
    let has_failed = backup.estado == BackupState::Failed;
    text.gauge("klk_backup_failed", "1 where the last attempt failed.", f64::from(u8::from(has_failed)));

    let runs = engine.list_runs(&actor, RunFilter { limit: 1, ..RunFilter::default() }).await?.totales;
    let states = [
        ("exitosa", runs.exitosas),
        ("fallida", runs.fallidas),
        ("en_proceso", runs.en_proceso),
        ("en_cola", runs.en_cola),
    ];
    let states = states.map(|(state, count)| (vec![("estado", state.to_owned())], count as f64));
    text.gauges("klk_runs", "Runs by state; fallida counts those that are partial or interrupted, too.", states);

    let (mut windows, mut gaps) = (Vec::new(), Vec::new());
    for kind in EtlKind::ALL {
        let filter = GapFilter { kind: Some(*kind), hours_max: HOURS, ..GapFilter::default() };
        let count = engine.count_gaps(&actor, filter).await?;
        let labels = || vec![("etl_tipo", kind.to_string())];
        windows.push((labels(), count.ventanas as f64));
        gaps.push((labels(), count.total as f64));
    }
    text.gauges("klk_missing_half_hours", "Half hours that are missing of the last 168 hours.", windows);
    text.gauges("klk_gaps", "Missing half hours in a row, of one store, day and cause.", gaps);

    let age = |at: jiff::Timestamp| now.duration_since(at).as_secs_f64().max(0.0);
    let sales = engine.newest_sales(&actor).await?.into_iter();
    let sales = sales.map(|(branch, at)| (vec![("ubicacion_id", branch.to_string())], age(at)));
    text.gauges("klk_newest_sales_age_seconds", "Since the end of the latest half hour that is loaded.", sales);
    let stock = engine.stock_freshness(&actor, None).await?.almacenes.into_iter().filter_map(|stock| {
        let labels =
            vec![("ubicacion_id", stock.ubicacion_id.to_string()), ("almacen", stock.codigo_almacen.to_string())];
        Some((labels, age(stock.capturado_en?)))
    });
    text.gauges("klk_newest_stock_age_seconds", "Since the latest snapshot of a warehouse.", stock.collect::<Vec<_>>());
    Ok(())
}
