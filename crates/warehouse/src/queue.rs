//! The queue: the runs `en_cola` of `etl_ejecuciones`. Everything that is queued is durable (DESIGN, rule 6).

use std::collections::{HashMap, HashSet};

use crate::database::{Connection, params};
use domain::decision::Origin;
use domain::run_message::RunMessage;
use domain::window::LocalPeriod;
use domain::{BatchId, Branch, BranchId, EtlKind, Interval, IntervalSet, RunId, RunMode, RunState};
use jiff::Timestamp;
use texts::{Language, run_message};

use crate::columns::{append, date, identifiers, instants, of_all, of_all_or_none, owned_text, small_count, text};
use crate::decisions::{NewDecision, record};
use crate::instants::{identified, micros};
use crate::literal::with_values;
use crate::processes::IS_ABANDONED;
use crate::run_place;
use crate::runs::{ETL_VERSION, RunRecord, records, zone_name};
use crate::schedules::{self, Firing};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Runs that are asked for together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// Which one.
    pub id: BatchId,
    /// Why, in a word: `carga_inicial`, `recuperacion`, `reconciliacion`, `programada`, `manual`.
    pub reason: &'static str,
    /// Who asked.
    pub requested_by: Option<String>,
    /// From where.
    pub origin: Origin,
    /// When.
    pub created_at: Timestamp,
    /// `sentry-trace` of what caused it.
    pub sentry_trace: Option<String>,
    /// `baggage` of what caused it.
    pub baggage: Option<String>,
}

/// A run to queue.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Which one.
    pub id: RunId,
    /// What to extract.
    pub kind: EtlKind,
    /// Of which branch.
    pub branch: Branch,
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// How it was asked for.
    pub mode: RunMode,
}

/// What came of queueing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnqueueOutcome {
    /// The runs that wait now, in the order they were given.
    pub queued: Vec<RunRecord>,
    /// Runs that were queued or in progress already and have points of a requested window.
    pub in_progress: Vec<RunRecord>,
    /// Whether the schedule had fired already, by another process; nothing was queued.
    pub had_fired: bool,
}

/// What is kept with runs that are queued, in the same transaction.
#[derive(Clone, Debug)]
pub enum QueuedBy {
    /// Somebody or something that asked.
    Request,
    /// Somebody who decided it. It is kept where a run is queued.
    Decision(NewDecision),
    /// A schedule that fires. It is kept, whatever is queued.
    Firing(Firing),
}

/// Runs that are queued or in progress, by what they must not share a window with.
type InProgress = HashMap<(EtlKind, BranchId), SameKey>;

/// Runs of one branch and kind, in no order, and the time from the first of them up to the last.
#[derive(Default)]
struct SameKey {
    runs: Vec<RunRecord>,
    span: Option<Interval<Timestamp>>,
}

impl SameKey {
    fn push(&mut self, run: RunRecord) {
        let (start, end) = (run.interval.start(), run.interval.end());
        let span = self.span.map_or((start, end), |span| (span.start().min(start), span.end().max(end)));
        self.span = Interval::new(span.0, span.1);
        self.runs.push(run);
    }

    /// Those that have points of an interval. Windows are queued in the order of time, so that most lie behind all others: each is not
    /// compared with each.
    fn holding(&self, interval: &Interval<Timestamp>) -> Vec<&RunRecord> {
        if !self.span.is_some_and(|span| span.overlaps(interval)) {
            return Vec::new();
        }
        self.runs.iter().filter(|run| run.interval.overlaps(interval)).collect()
    }
}

impl Warehouse {
    /// Queues runs. One whose window overlaps that of a run that is queued or in progress, of the same branch and kind, is
    /// left out, and that run is named instead (rule 7): a window is in progress once, for all callers.
    pub async fn enqueue(&self, batch: NewBatch, runs: Vec<NewRun>) -> Result<EnqueueOutcome> {
        self.enqueue_by(batch, runs, QueuedBy::Request).await
    }

    /// The same, and by whom. A schedule has fired and its runs wait, or neither: whoever is killed meanwhile loses no firing.
    pub async fn enqueue_by(&self, batch: NewBatch, runs: Vec<NewRun>, by: QueuedBy) -> Result<EnqueueOutcome> {
        self.write("encolar", move |transaction| {
            if let QueuedBy::Firing(firing) = by
                && !schedules::note(transaction, firing)?
            {
                return Ok(EnqueueOutcome { had_fired: true, ..EnqueueOutcome::default() });
            }
            let (accepted, mut outcome) = accept(transaction, &batch, runs)?;
            if !accepted.is_empty() {
                insert_batch(transaction, &batch)?;
                insert_runs(transaction, &batch, &accepted)?;
                if let QueuedBy::Decision(decision) = &by {
                    record(transaction, decision)?;
                }
            }
            outcome.queued = accepted.into_iter().map(|(_, record)| record).collect();
            Ok(outcome)
        })
        .await
    }

    /// Every waiting run, the first queued first.
    pub async fn queued_runs(&self) -> Result<Vec<RunRecord>> {
        self.read("cola", |connection| records(connection, "WHERE estado = 'en_cola' ORDER BY id", [])).await
    }

    /// The runs that are queued or in progress, and which of both, the first queued first.
    pub async fn runs_in_progress(&self) -> Result<Vec<RunRecord>> {
        self.read("ejecuciones_en_curso", |connection| {
            records(connection, "WHERE estado IN ('en_cola', 'en_proceso') ORDER BY id", [])
        })
        .await
    }

    /// Interrupts these runs, as [`Warehouse::interrupt_running`] does with all runs in progress.
    pub async fn interrupt(
        &self,
        runs: Vec<RunId>,
        now: Timestamp,
        interruptions_max: u32,
        new_id: impl Fn() -> RunId + Send + 'static,
    ) -> Result<Vec<RunRecord>> {
        self.write("interrumpir_ejecuciones", move |transaction| {
            let mut interrupted = Vec::new();
            for run in runs {
                let only = format!("estado = 'en_proceso' AND id = '{run}'");
                interrupted.extend(interrupt(transaction, &only, now, interruptions_max, &new_id)?);
            }
            Ok(interrupted)
        })
        .await
    }

    /// Ends the runs that a process before this one left in progress, or of processes that hold no lease where several share the
    /// database; their windows are gaps again (rule 6). Those that somebody
    /// still waits for, of a plan that has not ended or of a comparison, are queued anew in the same transaction, so that
    /// what was started is done in the end; but not for ever, since it may be the run that ends the process.
    pub async fn interrupt_running(
        &self,
        now: Timestamp,
        interruptions_max: u32,
        new_id: impl Fn() -> RunId + Send + 'static,
    ) -> Result<Vec<RunRecord>> {
        self.write("interrumpir_en_proceso", move |transaction| {
            let which = transaction.choose("estado = 'en_proceso'", IS_ABANDONED);
            interrupt(transaction, which, now, interruptions_max, &new_id)
        })
        .await
    }
}

/// A run that is to be taken into work.
#[derive(Debug)]
pub(crate) struct Claim {
    run: RunId,
    started_at: Timestamp,
    host: String,
    trace_id: Option<String>,
    limit: Option<StoreLimit>,
}

/// How many runs of a store may be in progress at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreLimit {
    /// The store.
    pub branch: BranchId,
    /// Runs of it at once, over all processes.
    pub runs_max: usize,
}

impl Claim {
    pub(crate) fn new(run: RunId, started_at: Timestamp, host: String, trace_id: Option<String>) -> Self {
        Self { run, started_at, host, trace_id, limit: None }
    }

    pub(crate) fn within(self, limit: StoreLimit) -> Self {
        Self { limit: Some(limit), ..self }
    }

    pub(crate) fn run(&self) -> RunId {
        self.run
    }
}

/// True of a run that its plan does not keep waiting.
const IS_NOT_HELD: &str = "(lote_id IS NULL OR lote_id NOT IN (
    SELECT planes.id FROM planes WHERE planes.estado IN ('pausado', 'detenido')))";

/// A condition that runs meet which meet another one, wait, and are about to be taken by nobody else. Processes that share a
/// database want the first runs of the same queue: of two, one takes the run, and the other one goes on without waiting for it.
fn free(connection: &Connection, condition: &str) -> String {
    let waiting = format!("{condition} AND estado = 'en_cola'");
    if connection.is_file() {
        return waiting;
    }
    format!("{waiting} AND id IN (SELECT id FROM etl_ejecuciones WHERE {waiting} FOR UPDATE SKIP LOCKED)")
}

/// The claims for which their stores have room. Whoever begins a run of a store meanwhile is not waited for: there is no room then.
fn with_room<'claim>(connection: &Connection, claims: &[&'claim Claim]) -> Result<Vec<&'claim Claim>> {
    let limits: HashMap<&BranchId, usize> =
        claims.iter().filter_map(|claim| claim.limit.as_ref()).map(|limit| (&limit.branch, limit.runs_max)).collect();
    if connection.is_file() || limits.is_empty() {
        return Ok(claims.to_vec());
    }
    let row = |(branch, most): (&&BranchId, &usize)| {
        with_values("(?, ?::INTEGER)", &[*branch, &i32::try_from(*most).unwrap_or(i32::MAX)])
    };
    let stores: Vec<String> = limits.iter().map(row).collect();
    let mut statement = connection.prepare(&format!(
        "SELECT tienda, cupo_de_tienda(tienda, maximo) FROM (VALUES {}) AS limites(tienda, maximo)",
        stores.join(", ")
    ))?;
    let mut rows = statement.query([])?;
    let mut room = HashMap::new();
    while let Some(row) = rows.next()? {
        let places: i64 = row.get(1)?;
        room.insert(BranchId::new(row.get::<_, String>(0)?), places);
    }
    let mut has_room = |claim: &&&Claim| {
        let Some(limit) = &claim.limit else { return true };
        let places = room.entry(limit.branch.clone()).or_default();
        *places -= 1;
        *places >= 0
    };
    Ok(claims.iter().filter(|claim| has_room(claim)).copied().collect())
}

/// See [`Warehouse::claim`].
pub(crate) fn claim(connection: &Connection, claim: &Claim) -> Result<bool> {
    if with_room(connection, &[claim])?.is_empty() {
        return Ok(false);
    }
    for of_run in run_place::of_run(claim.run) {
        let free = free(connection, &of_run);
        let changed = connection
            .prepare(&with_values(
                &format!(
                    "UPDATE etl_ejecuciones
                     SET estado = 'en_proceso', fecha_inicio = make_timestamptz(?), host = ?, traza_id = ?
                     WHERE {free} AND {IS_NOT_HELD}"
                ),
                &[&micros(claim.started_at), &claim.host, &claim.trace_id],
            ))?
            .execute([])?;
        if changed == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Those of some runs that were taken into work; of the others it is not known whether they may be.
pub(crate) fn claim_some(connection: &Connection, claims: &[&Claim]) -> Result<HashSet<RunId>> {
    let claims = with_room(connection, claims)?;
    if claims.is_empty() {
        return Ok(HashSet::new());
    }
    let row = |claim: &&Claim| {
        with_values(
            "(?::UUID, ?, ?, ?::VARCHAR)",
            &[&claim.run, &micros(claim.started_at), &claim.host, &claim.trace_id],
        )
    };
    let values: Vec<String> = claims.iter().map(row).collect();
    let runs: Vec<RunId> = claims.iter().map(|claim| claim.run).collect();
    let free = free(connection, &run_place::of_runs(&runs));
    let mut statement = connection.prepare(&format!(
        "UPDATE etl_ejecuciones
         SET estado = 'en_proceso', fecha_inicio = make_timestamptz(inicio), host = anfitrion, traza_id = traza
         FROM (VALUES {}) AS tomada(tomada_id, inicio, anfitrion, traza)
         WHERE {free} AND id = tomada_id AND {IS_NOT_HELD}
         RETURNING id::VARCHAR",
        values.join(", ")
    ))?;
    let mut rows = statement.query([])?;
    let mut taken = HashSet::new();
    while let Some(row) = rows.next()? {
        taken.insert(identified("id", &row.get::<_, String>(0)?)?);
    }
    Ok(taken)
}

fn interrupt(
    connection: &Connection,
    which: &str,
    now: Timestamp,
    interruptions_max: u32,
    new_id: &impl Fn() -> RunId,
) -> Result<Vec<RunRecord>> {
    let mut left = records(connection, &format!("WHERE {which} ORDER BY id"), [])?;
    let message = RunMessage::ProcessEnded;
    connection.execute(
        &format!(
            "UPDATE etl_ejecuciones SET estado = 'interrumpido', error_tipo = 'interrumpido',
                error_mensaje = ?, error_detalle = ?,
                fecha_fin = make_timestamptz(?::BIGINT),
                duracion_segundos = (?::BIGINT - epoch_us(fecha_inicio)) / 1e6
             WHERE {which}"
        ),
        params![run_message(Language::Es, &message), message.to_stored(), micros(now), micros(now)],
    )?;
    for run in &mut left {
        run.state = RunState::Interrupted;
        connection.prepare(QUEUE_AGAIN)?.execute(params![
            new_id().to_string(),
            micros(now),
            run.id.to_string(),
            interruptions_max,
        ])?;
    }
    Ok(left)
}

/// A run once more, where its plan or comparison still waits for it and it was not interrupted too often.
const QUEUE_AGAIN: &str = "INSERT INTO etl_ejecuciones (id, creado_en, etl_tipo, ubicacion_id, ubicacion_nombre, modo, zona,
        fecha_desde, fecha_hasta, hora_desde, hora_hasta, ventana_desde, ventana_hasta, intento,
        estado, version_etl, solicitado_por, lote_id, traza_sentry, traza_baggage)
    SELECT ?::UUID AS id, make_timestamptz(?::BIGINT) AS creado_en, etl_tipo, ubicacion_id, ubicacion_nombre, modo, zona,
        fecha_desde, fecha_hasta, hora_desde, hora_hasta, ventana_desde, ventana_hasta, intento + 1 AS intento,
        'en_cola' AS estado, version_etl, solicitado_por, lote_id, traza_sentry, traza_baggage
    FROM etl_ejecuciones AS ejecucion
    WHERE id = ?::UUID
      AND (lote_id IN (SELECT planes.id FROM planes WHERE planes.estado IN ('en_curso', 'pausado', 'detenido'))
        OR lote_id IN (SELECT lotes.id FROM lotes WHERE lotes.motivo IN ('reconciliacion', 'conciliacion')))
      AND (SELECT count(*) FROM etl_ejecuciones AS otra
           WHERE otra.lote_id = ejecucion.lote_id AND otra.estado = 'interrumpido'
             AND otra.ubicacion_id = ejecucion.ubicacion_id AND otra.ventana_desde = ejecucion.ventana_desde) <= ?";

/// Runs that may be queued, as they will be stored, and those that keep others from it. Writes nothing.
pub(crate) fn accept(
    connection: &Connection,
    batch: &NewBatch,
    runs: Vec<NewRun>,
) -> Result<(Vec<(NewRun, RunRecord)>, EnqueueOutcome)> {
    let mut in_progress = in_progress_by_key(connection)?;
    let attempts = earlier_attempts(connection, &runs)?;
    let mut outcome = EnqueueOutcome::default();
    let mut accepted: Vec<(NewRun, RunRecord)> = Vec::new();
    for run in runs {
        let same = in_progress.entry((run.kind, run.branch.id.clone())).or_default();
        let holding = same.holding(&run.interval);
        if holding.is_empty() {
            let record = RunRecord {
                id: run.id,
                kind: run.kind,
                branch: run.branch.id.clone(),
                interval: run.interval,
                mode: run.mode,
                state: RunState::Queued,
                attempt: 1 + attempts.get(&key_of(&run)).copied().unwrap_or_default(),
                batch: Some(batch.id),
                requested_by: batch.requested_by.clone(),
                sentry_trace: batch.sentry_trace.clone(),
                baggage: batch.baggage.clone(),
            };
            same.push(record.clone());
            accepted.push((run, record));
        } else {
            for other in holding {
                let ours = accepted.iter().any(|(_, record)| record.id == other.id);
                if !ours && !outcome.in_progress.iter().any(|named| named.id == other.id) {
                    outcome.in_progress.push(other.clone());
                }
            }
        }
    }
    Ok((accepted, outcome))
}

fn in_progress_by_key(connection: &Connection) -> Result<InProgress> {
    let mut by_key = InProgress::new();
    for record in records(connection, "WHERE estado IN ('en_cola', 'en_proceso') ORDER BY id", [])? {
        by_key.entry((record.kind, record.branch.clone())).or_default().push(record);
    }
    Ok(by_key)
}

type WindowKey = (EtlKind, BranchId, i64, i64);

fn key_of(run: &NewRun) -> WindowKey {
    (run.kind, run.branch.id.clone(), micros(run.interval.start()), micros(run.interval.end()))
}

/// How often each of the windows was run before.
fn earlier_attempts(connection: &Connection, runs: &[NewRun]) -> Result<HashMap<WindowKey, u32>> {
    let span: IntervalSet<Timestamp> = runs.iter().map(|run| run.interval).collect();
    let (Some(first), Some(last)) = (span.intervals().first(), span.intervals().last()) else {
        return Ok(HashMap::new());
    };
    let mut statement = connection.prepare(&with_values(
        "SELECT etl_tipo, ubicacion_id, epoch_us(ventana_desde), epoch_us(ventana_hasta), count(*)::UINTEGER
         FROM etl_ejecuciones
         WHERE ventana_desde >= make_timestamptz(?) AND ventana_hasta <= make_timestamptz(?)
         GROUP BY 1, 2, 3, 4",
        &[&micros(first.start()), &micros(last.end())],
    ))?;
    let mut rows = statement.query([])?;
    let mut attempts = HashMap::new();
    while let Some(row) = rows.next()? {
        let kind = crate::instants::named("etl_tipo", &row.get::<_, String>(0)?);
        let Some(kind) = kind.or_set_aside("etl_ejecuciones")? else { continue };
        attempts.insert((kind, BranchId::new(row.get::<_, String>(1)?), row.get(2)?, row.get(3)?), row.get(4)?);
    }
    Ok(attempts)
}

pub(crate) fn insert_batch(connection: &Connection, batch: &NewBatch) -> Result<()> {
    connection.execute(
        "INSERT INTO lotes (id, motivo, solicitado_por, origen, creado_en)
         VALUES (?::UUID, ?, ?, ?, make_timestamptz(?::BIGINT))",
        params![
            batch.id.to_string(),
            batch.reason,
            batch.requested_by,
            batch.origin.as_str(),
            micros(batch.created_at)
        ],
    )?;
    Ok(())
}

/// In bulk: ten thousand windows are queued in one go.
pub(crate) fn insert_runs(connection: &Connection, batch: &NewBatch, accepted: &[(NewRun, RunRecord)]) -> Result<()> {
    let rows: Vec<(&NewRun, &RunRecord, LocalPeriod)> =
        accepted.iter().map(|(run, record)| (run, record, LocalPeriod::of(run.interval, &run.branch.zone))).collect();
    let zones =
        accepted.iter().map(|(run, _)| zone_name(&run.branch, run.interval.start())).collect::<Result<Vec<_>>>()?;
    append(
        connection,
        "etl_ejecuciones",
        vec![
            ("id", identifiers(&rows, |(run, ..)| run.id.0)),
            ("creado_en", instants(&rows, |_| micros(batch.created_at))),
            ("etl_tipo", text(&rows, |(run, ..)| Some(run.kind.as_str()))),
            ("ubicacion_id", text(&rows, |(run, ..)| Some(run.branch.id.as_str()))),
            ("ubicacion_nombre", text(&rows, |(run, ..)| Some(&run.branch.name))),
            ("modo", text(&rows, |(run, ..)| Some(run.mode.as_str()))),
            ("zona", text(&zones, |zone| Some(zone))),
            ("fecha_desde", date(&rows, |(.., period)| period.date_from)),
            ("fecha_hasta", date(&rows, |(.., period)| period.date_to)),
            ("hora_desde", owned_text(&rows, |(.., period)| Some(period.from_text()))),
            ("hora_hasta", owned_text(&rows, |(.., period)| Some(period.to_text()))),
            ("ventana_desde", instants(&rows, |(run, ..)| micros(run.interval.start()))),
            ("ventana_hasta", instants(&rows, |(run, ..)| micros(run.interval.end()))),
            ("intento", small_count(&rows, |(_, record, _)| record.attempt)),
            ("estado", of_all(&rows, RunState::Queued.as_str())),
            ("version_etl", of_all(&rows, ETL_VERSION)),
            ("solicitado_por", of_all_or_none(&rows, batch.requested_by.as_deref())),
            ("lote_id", identifiers(&rows, |_| batch.id.0)),
            ("traza_sentry", of_all_or_none(&rows, batch.sentry_trace.as_deref())),
            ("traza_baggage", of_all_or_none(&rows, batch.baggage.as_deref())),
        ],
    )
}
