//! Events that are not of a run: internal errors of endpoints, and what became of a gap.

use std::error::Error;

use domain::{BranchId, ErrorClass, EtlKind, RunId};
use sentry::protocol::{Context, Event, Exception, Mechanism};
use sentry::{Hub, Level};
use serde_json::{Value, json};

use crate::client::Monitoring;
use crate::limits;
use crate::trace::TraceHeaders;

/// The tag `component` of endpoints and server functions.
pub const COMPONENT_API: &str = "api";
/// The tag with the reference code that a caller is shown.
pub(crate) const CORRELATION_TAG: &str = "correlacion";
/// The route that recovers gaps.
const RECOVERY_ROUTE: &str = "/api/etl/tracking/recuperar-gap";
const RECOVERY_ENDPOINT: &str = "recuperar_gap";
/// The tag `etl_tipo` of an endpoint that was not asked for one kind.
const EVERY_KIND: &str = "all";

/// The tags of an endpoint or server function.
#[derive(Clone, Copy, Debug)]
pub struct EndpointTags<'a> {
    /// As `get_ejecuciones`.
    pub endpoint: &'a str,
    /// None where it was asked for all.
    pub kind: Option<EtlKind>,
    /// None where it was asked for all.
    pub branch: Option<&'a BranchId>,
}

impl EndpointTags<'static> {
    /// Of an endpoint where there is nothing to choose.
    pub const fn about_everything(endpoint: &'static str) -> Self {
        Self { endpoint, kind: None, branch: None }
    }
}

impl EndpointTags<'_> {
    /// Puts the tags on everything that the current task reports from here on, and on its transaction.
    pub fn apply(&self) {
        self.apply_to(&Hub::current());
    }

    pub(crate) fn apply_to(&self, hub: &Hub) {
        hub.configure_scope(|scope| {
            for (key, value) in self.pairs() {
                scope.set_tag(key, value);
            }
        });
    }

    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let branch = self.branch.map(BranchId::as_str).unwrap_or_default();
        let pairs = [
            ("component", COMPONENT_API),
            ("endpoint", self.endpoint),
            ("etl_tipo", self.kind.map_or(EVERY_KIND, EtlKind::as_str)),
            ("ubicacion_id", branch),
            ("tienda", branch),
        ];
        pairs.into_iter().filter_map(|(key, value)| Some((key, limits::tag_value(value)?))).collect()
    }
}

/// Reports an error that is answered with 5xx as one event; `correlation` is the code that the caller is shown.
///
/// To be called from the one place that turns errors into answers, and from nowhere else.
pub fn capture_server_error(error: &(dyn Error + 'static), correlation: &str) {
    let hub = Hub::current();
    if hub.client().is_none() {
        return;
    }
    let mut event = sentry::event_from_error(error);
    event.level = Level::Error;
    event.tags.extend(limits::tag_value(correlation).map(|code| (CORRELATION_TAG.to_owned(), code)));
    hub.capture_event(event);
}

/// The failure of the current request was reported for another one a moment ago: its answer of 5xx is no event of its own.
pub fn count_as_reported() {
    // The request hears of an event as of any other, and nobody captures it.
    let event = Event { level: Level::Error, ..Event::default() };
    Hub::current().configure_scope(|scope| drop(scope.apply_to_event(event)));
}

/// What was to be recovered.
#[derive(Clone, Debug)]
pub struct GapRecovery<'a> {
    /// Of what.
    pub kind: EtlKind,
    /// Of whom.
    pub branch: &'a BranchId,
    /// The start, as people say it: `2025-11-17 09:30`.
    pub from: &'a str,
    /// The end.
    pub to: &'a str,
    /// Half hours that were missing.
    pub windows: usize,
    /// Where it was asked for: `web`, `api`, `consola` or `sistema`. Names of people do not leave.
    pub requested_by: &'a str,
    /// The runs that were queued for it.
    pub runs: &'a [RunId],
    /// Where in a trace it was asked for.
    pub caused_by: Option<&'a TraceHeaders>,
}

impl GapRecovery<'_> {
    /// Puts the plan on everything that the current task reports from here on: the context `gap_recovery`.
    pub fn apply(&self) {
        let tags = self.tags();
        Hub::current().configure_scope(|scope| {
            scope.set_context("gap_recovery", self.context());
            for (key, value) in tags.pairs() {
                scope.set_tag(key, value);
            }
        });
    }

    fn tags(&self) -> EndpointTags<'_> {
        EndpointTags { endpoint: RECOVERY_ENDPOINT, kind: Some(self.kind), branch: Some(self.branch) }
    }

    fn context(&self) -> Context {
        let runs: Vec<String> = self.runs.iter().map(ToString::to_string).collect();
        let fields = json!({
            "etl_tipo": self.kind.as_str(),
            "ubicacion_id": self.branch.as_str(),
            "desde": self.from,
            "hasta": self.to,
            "ventanas": self.windows,
            "solicitado_por": self.requested_by,
            "ejecuciones": runs,
        });
        match fields {
            Value::Object(fields) => Context::Other(fields.into_iter().collect()),
            _ => Context::Other(Default::default()),
        }
    }

    fn event(&self, level: Level, fingerprint: Vec<std::borrow::Cow<'static, str>>) -> Event<'static> {
        let trace =
            self.caused_by.and_then(TraceHeaders::trace_context).map(|trace| ("trace".to_owned(), trace.into()));
        let plan = ("gap_recovery".to_owned(), self.context());
        Event {
            level,
            transaction: Some(RECOVERY_ROUTE.to_owned()),
            fingerprint: fingerprint.into(),
            tags: self.tags().pairs().into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            contexts: trace.into_iter().chain([plan]).collect(),
            ..Event::default()
        }
    }
}

impl Monitoring {
    /// The clock of the POS is further from ours than it may be: a warning, one issue.
    pub fn clock_drifted(&self, seconds_ahead: i64, limit_seconds: i64) {
        let Some(shared) = &self.shared else { return };
        shared.bare_hub().capture_event(Event {
            level: Level::Warning,
            message: Some("El reloj del KLK y el nuestro no coinciden".to_owned()),
            fingerprint: vec!["reloj_desfasado".into()].into(),
            extra: [
                ("adelanto_segundos".to_owned(), seconds_ahead.into()),
                ("limite_segundos".to_owned(), limit_seconds.into()),
            ]
            .into(),
            ..Event::default()
        });
    }

    /// A gap is closed: a message of level info, in the trace that it was asked for in.
    pub fn gap_recovered(&self, recovery: &GapRecovery<'_>) {
        let Some(shared) = &self.shared else { return };
        let mut event = recovery.event(Level::Info, vec!["gap_recuperado".into()]);
        event.message = Some(format!("Gap recuperado: {} de {}", recovery.kind, recovery.branch));
        shared.bare_hub().capture_event(event);
    }

    /// A recovery failed: an error in the same trace, one issue for each class.
    pub fn gap_recovery_failed(&self, recovery: &GapRecovery<'_>, class: ErrorClass, message: &str) {
        let Some(shared) = &self.shared else { return };
        let fingerprint = vec!["recuperacion_fallida".into(), class.as_str().into()];
        let mut event = recovery.event(Level::Error, fingerprint);
        event.tags.insert("error_tipo".to_owned(), class.as_str().to_owned());
        event.exception = vec![Exception {
            ty: format!("Recuperación fallida: {class}"),
            value: Some(message.to_owned()),
            mechanism: Some(Mechanism { ty: "gap_recovery".to_owned(), handled: Some(true), ..Mechanism::default() }),
            ..Exception::default()
        }]
        .into();
        shared.bare_hub().capture_event(event);
    }
}
