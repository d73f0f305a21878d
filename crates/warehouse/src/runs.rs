//! `etl_ejecuciones`: what a run is, how it starts and how it ends without rows.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::database::{Connection, Params, Row, params_from_iter};
use domain::run_message::{RunMessage, RunText};
use domain::{BatchId, Branch, BranchId, ErrorClass, EtlKind, Interval, RunId, RunMode, RunState, Window};
use jiff::Timestamp;
use texts::{Language, run_message};

use crate::instants::{identified, interval, micros, named};
use crate::literal::with_values;
use crate::run_place;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// The version of the pipelines, stored with each run; part of the contract with those who read the table.
pub const ETL_VERSION: &str = "2.0";

/// A run as the queue and the pipelines need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// Which one.
    pub id: RunId,
    /// What it extracts.
    pub kind: EtlKind,
    /// Of which branch.
    pub branch: BranchId,
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// How it was asked for.
    pub mode: RunMode,
    /// What became of it.
    pub state: RunState,
    /// 1 for the first run of a window, one more for each later one.
    pub attempt: u32,
    /// Runs that were asked for together.
    pub batch: Option<BatchId>,
    /// Who asked.
    pub requested_by: Option<String>,
    /// `sentry-trace` of what caused it.
    pub sentry_trace: Option<String>,
    /// `baggage` of what caused it.
    pub baggage: Option<String>,
}

impl RunRecord {
    /// What it extracts, as a window.
    pub fn window(&self) -> Window {
        Window { branch: self.branch.clone(), kind: self.kind, interval: self.interval }
    }
}

pub(crate) const RECORD_COLUMNS: &str = "id::VARCHAR, etl_tipo, ubicacion_id, epoch_us(ventana_desde), \
    epoch_us(ventana_hasta), modo, estado, intento, lote_id::VARCHAR, solicitado_por, traza_sentry, traza_baggage";

pub(crate) fn records(connection: &Connection, rest: &str, values: impl Params) -> Result<Vec<RunRecord>> {
    let mut statement = connection.prepare(&format!("SELECT {RECORD_COLUMNS} FROM etl_ejecuciones {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(record(row).or_set_aside("etl_ejecuciones")?);
    }
    Ok(found)
}

pub(crate) fn record(row: &Row<'_>) -> Result<RunRecord> {
    let text = |index: usize| row.get::<_, String>(index);
    Ok(RunRecord {
        id: identified("id", &text(0)?)?,
        kind: named("etl_tipo", &text(1)?)?,
        branch: BranchId::new(text(2)?),
        interval: interval("ventana", row.get(3)?, row.get(4)?)?,
        mode: named("modo", &text(5)?)?,
        state: named("estado", &text(6)?)?,
        attempt: row.get(7)?,
        batch: row.get::<_, Option<String>>(8)?.map(|text| identified("lote_id", &text)).transpose()?,
        requested_by: row.get(9)?,
        sentry_trace: row.get(10)?,
        baggage: row.get(11)?,
    })
}

/// How long the steps of a run took; the load is measured by the warehouse itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseTimes {
    /// Asking the source and reading its answers.
    pub extract: Duration,
}

/// Tells the moment of a commit, which nobody knows before: the rows have to be in first.
#[derive(Clone)]
pub struct CommitClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl CommitClock {
    /// Asked on the writer's thread, once the rows are in.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for CommitClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CommitClock")
    }
}

/// The end of a run that has rows to commit.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// Which run.
    pub run: RunId,
    /// Says when it ended.
    pub clock: CommitClock,
    /// Distinct lines or articles that came.
    pub extracted: u64,
    /// Lines that the source announced; None where it announces none.
    pub announced: Option<u64>,
    /// How long the steps took.
    pub phases: PhaseTimes,
}

/// The end of a run that has nothing to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFailure {
    /// Which run.
    pub run: RunId,
    /// When it ended.
    pub ended_at: Timestamp,
    /// `Failed`, `Interrupted` or `Cancelled`.
    pub state: RunState,
    /// Its class; None for a cancelled run.
    pub class: Option<ErrorClass>,
    /// What happened.
    pub message: RunMessage,
    /// What came, where it is known.
    pub extracted: Option<u64>,
    /// What the source answered, where it was not 200.
    pub http_status: Option<u16>,
    /// How long the steps took.
    pub phases: PhaseTimes,
}

/// What a run said, of the columns `error_mensaje` and `error_detalle`.
pub(crate) fn run_text(row: &Row<'_>, sentence: usize, stored: usize) -> Result<Option<RunText>> {
    let (sentence, stored) = (row.get::<_, Option<String>>(sentence)?, row.get(stored)?);
    Ok(sentence.map(|sentence| RunText { sentence, stored }))
}

/// What ends a run: set in one statement by whoever commits or fails it.
pub(crate) struct EndRow<'message> {
    pub(crate) run: RunId,
    pub(crate) ended_at: Timestamp,
    pub(crate) state: RunState,
    pub(crate) extracted: Option<u64>,
    pub(crate) announced: Option<u64>,
    pub(crate) http_status: Option<u16>,
    pub(crate) loaded: Option<u64>,
    pub(crate) class: Option<ErrorClass>,
    pub(crate) message: Option<&'message RunMessage>,
    pub(crate) phases: PhaseTimes,
    pub(crate) load: Duration,
    pub(crate) changes: Option<(u64, u64, u64)>,
}

/// Ends a run that is in progress; fails where it is not, so that nobody's rows are committed for a run that ended.
pub(crate) fn end_run(connection: &Connection, end: &EndRow<'_>) -> Result<()> {
    let (added, changed, removed) = match end.changes {
        Some((added, changed, removed)) => (Some(added), Some(changed), Some(removed)),
        None => (None, None, None),
    };
    // Free text is bound; where there is none, a bound NULL would have the statement planned twice.
    let (message, values) = match end.message {
        Some(message) => {
            ("$1, error_detalle = $2", vec![Some(run_message(Language::Es, message)), message.to_stored()])
        }
        None => ("NULL, error_detalle = NULL", Vec::new()),
    };
    for of_run in run_place::of_run(end.run) {
        let changed_rows = connection
            .prepare(&with_values(
                &format!(
                    "UPDATE etl_ejecuciones SET
            estado = ?, fecha_fin = make_timestamptz(?), duracion_segundos = (? - epoch_us(fecha_inicio)) / 1e6,
            registros_extraidos = ?, registros_anunciados = ?, estado_http = ?, registros_cargados = ?, error_tipo = ?,
            fase_extraccion_ms = ?, fase_carga_ms = ?, lineas_agregadas = ?, lineas_cambiadas = ?, lineas_retiradas = ?,
            error_mensaje = {message}
         WHERE {of_run} AND estado = 'en_proceso'"
                ),
                &[
                    &end.state.as_str(),
                    &micros(end.ended_at),
                    &micros(end.ended_at),
                    &end.extracted,
                    &end.announced,
                    &end.http_status,
                    &end.loaded,
                    &end.class.map(ErrorClass::as_str),
                    &milliseconds(end.phases.extract),
                    &milliseconds(end.load),
                    &added,
                    &changed,
                    &removed,
                ],
            ))?
            .execute(params_from_iter(&values))?;
        if changed_rows == 1 {
            return Ok(());
        }
    }
    Err(WarehouseError::NotRunning { run: end.run })
}

/// Ends runs that succeeded, all in one statement; fails where one is not in progress where it should be, and then none may be
/// committed.
pub(crate) fn end_succeeded(connection: &Connection, ends: &[EndRow<'_>]) -> Result<()> {
    if let [end] = ends {
        return end_run(connection, end);
    }
    let values: Vec<String> = ends
        .iter()
        .map(|end| {
            let (added, changed, removed) = end.changes.unwrap_or_default();
            with_values(
                "(?::UUID, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                &[
                    &end.run,
                    &micros(end.ended_at),
                    &end.extracted,
                    &end.announced,
                    &end.loaded,
                    &milliseconds(end.phases.extract),
                    &milliseconds(end.load),
                    &added,
                    &changed,
                    &removed,
                ],
            )
        })
        .collect();
    let runs: Vec<RunId> = ends.iter().map(|end| end.run).collect();
    let of_runs = run_place::of_runs(&runs);
    let changed_rows = connection
        .prepare(&format!(
            "UPDATE etl_ejecuciones SET
                estado = '{}', fecha_fin = make_timestamptz(fin), duracion_segundos = (fin - epoch_us(fecha_inicio)) / 1e6,
                registros_extraidos = extraidos, registros_anunciados = anunciados, estado_http = NULL,
                registros_cargados = cargados, error_tipo = NULL, fase_extraccion_ms = extraccion, fase_carga_ms = carga,
                lineas_agregadas = agregadas, lineas_cambiadas = cambiadas, lineas_retiradas = retiradas, error_mensaje = NULL,
                error_detalle = NULL
             FROM (VALUES {}) AS terminada(
                terminada_id, fin, extraidos, anunciados, cargados, extraccion, carga, agregadas, cambiadas, retiradas)
             WHERE {of_runs} AND id = terminada_id AND estado = 'en_proceso'",
            RunState::Succeeded.as_str(),
            values.join(", ")
        ))?
        .execute([])?;
    match ends.first() {
        Some(first) if changed_rows != ends.len() => Err(WarehouseError::NotRunning { run: first.run }),
        _ => Ok(()),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Warehouse {
    /// Ends a run that has nothing to commit; rows and coverage of its window stay as they are.
    pub async fn fail_run(&self, failure: RunFailure) -> Result<()> {
        self.write("terminar_ejecucion_fallida", move |transaction| {
            end_run(
                transaction,
                &EndRow {
                    run: failure.run,
                    ended_at: failure.ended_at,
                    state: failure.state,
                    extracted: failure.extracted,
                    announced: None,
                    http_status: failure.http_status,
                    loaded: None,
                    class: failure.class,
                    message: Some(&failure.message),
                    phases: failure.phases,
                    load: Duration::ZERO,
                    changes: None,
                },
            )
        })
        .await
    }

    /// One run, if there is one.
    pub async fn run(&self, run: RunId) -> Result<Option<RunRecord>> {
        self.read("ejecucion", move |connection| {
            for of_run in run_place::of_run(run) {
                if let Some(found) = records(connection, &format!("WHERE {of_run}"), [])?.pop() {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        })
        .await
    }
}

/// The name that a branch's zone had at the start of a window, as stored beside it. A fixed offset of whole hours has a name
/// too, whose sign is the other way round: four hours behind UTC is `Etc/GMT+4`.
pub(crate) fn zone_name(branch: &Branch, start: Timestamp) -> Result<String> {
    if let Some(name) = branch.zone.name_at(start) {
        return Ok(name.to_owned());
    }
    let unnamed =
        || WarehouseError::Unreadable { column: "zona", detail: format!("the zone of {} has no name", branch.id) };
    let seconds = branch.zone.to_offset(start).seconds();
    if seconds % 3600 == 0 { Ok(format!("Etc/GMT{:+}", -seconds / 3600)) } else { Err(unnamed()) }
}
