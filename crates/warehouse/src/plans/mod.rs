//! `planes`, `planes_alcance` and `planes_decisiones`: what was shown, what became of it, and who did what.

mod change;
mod propose;
mod start;

use std::collections::HashMap;

use crate::database::{Connection, Params, Row, params};
use domain::plan::{InvalidPlanHash, PlanAction, PlanHash, PlanOptions, PlanScope, PlanState, ScopePart, StopCause};
use domain::{BatchId, BranchId, EtlKind};
use jiff::Timestamp;
use texts::{Language, stop_cause};

use crate::audit_chain::{self, StoredAuditEntry};
use crate::instants::{identified, instant, micros, named};
use crate::literal::list;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

pub use change::PlanChange;
pub use propose::NewPlan;
pub use start::StartOutcome;

/// Something that is done to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub action: PlanAction,
    /// Who.
    pub actor: String,
    /// From where, in a word.
    pub origin: &'static str,
    /// Their address, where they came over the network; the audit has it.
    pub address: Option<String>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// Why, where the engine did it.
    pub cause: Option<StopCause>,
    /// When.
    pub at: Timestamp,
}

impl Decision {
    /// For whoever reads the table: what was said, or the Spanish sentence of the cause.
    fn sentence(&self) -> Option<String> {
        self.cause.as_ref().map(|cause| stop_cause(Language::Es, cause)).or_else(|| self.reason.clone())
    }

    fn stored_cause(&self) -> Option<String> {
        self.cause.as_ref().and_then(StopCause::to_stored)
    }
}

/// Something that was done to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDecision {
    /// What.
    pub action: PlanAction,
    /// Who.
    pub actor: String,
    /// From where.
    pub origin: String,
    /// Why, where it was said; of the engine, in Spanish.
    pub reason: Option<String>,
    /// Why, where the engine did it; None where an earlier version wrote the row.
    pub cause: Option<StopCause>,
    /// When.
    pub at: Timestamp,
}

/// A plan that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRecord {
    /// Which; the batch of its runs once it was started.
    pub id: BatchId,
    /// Its seal.
    pub hash: PlanHash,
    /// Where it stands.
    pub state: PlanState,
    /// What it extracts.
    pub kind: EtlKind,
    /// How it runs.
    pub options: PlanOptions,
    /// Whether the system planned it by itself.
    pub automatic: bool,
    /// Windows that were shown.
    pub windows: u64,
    /// When it was shown first.
    pub proposed_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// By whom.
    pub started_by: Option<String>,
    /// When its last window ended, or it was cancelled.
    pub ended_at: Option<Timestamp>,
    /// Why it was stopped, in Spanish.
    pub reason: Option<String>,
    /// The same; None where an earlier version wrote the row.
    pub cause: Option<StopCause>,
    /// What its runs came to; nothing before it was started.
    pub counts: PlanCounts,
}

/// Windows of a plan, by how their latest runs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCounts {
    /// Waiting.
    pub queued: u64,
    /// In work.
    pub running: u64,
    /// `exitoso`.
    pub succeeded: u64,
    /// `fallido`, `parcial` or `interrumpido`.
    pub failed: u64,
    /// `cancelado`.
    pub cancelled: u64,
    /// Lines committed.
    pub loaded: u64,
}

/// What the runs of some plans came to, by a column of theirs, each window once, by its latest run: one that was interrupted may
/// have been queued anew.
fn counted(plans: &str, column: &str) -> String {
    format!(
        "SELECT {column}::VARCHAR, count(*) FILTER (WHERE estado = 'en_cola')::UBIGINT,
            count(*) FILTER (WHERE estado = 'en_proceso')::UBIGINT, count(*) FILTER (WHERE estado = 'exitoso')::UBIGINT,
            count(*) FILTER (WHERE estado IN ('fallido', 'parcial', 'interrumpido'))::UBIGINT,
            count(*) FILTER (WHERE estado = 'cancelado')::UBIGINT, coalesce(sum(registros_cargados), 0)::UBIGINT
         FROM (
            SELECT lote_id, ubicacion_id, estado, registros_cargados,
                row_number() OVER (PARTITION BY lote_id, ubicacion_id, ventana_desde ORDER BY id DESC) AS lugar
            FROM etl_ejecuciones WHERE lote_id IN ({plans})) AS numeradas
         WHERE lugar = 1 GROUP BY {column}"
    )
}

impl Warehouse {
    /// One plan, if there is one.
    pub async fn plan(&self, plan: BatchId) -> Result<Option<PlanRecord>> {
        self.read("plan", move |connection| {
            Ok(plans(connection, "WHERE id = ?::UUID", params![plan.to_string()])?.pop())
        })
        .await
    }

    /// The latest plan of each hash that begins with these digits, at most two.
    pub async fn plans_that_begin(&self, digits: String) -> Result<Vec<PlanRecord>> {
        self.read("planes_por_hash", move |connection| {
            let latest = "WHERE starts_with(hash, ?)
                AND NOT EXISTS (SELECT 1 FROM planes AS luego WHERE luego.hash = planes.hash AND luego.id > planes.id) LIMIT 2";
            plans(connection, latest, params![digits])
        })
        .await
    }

    /// Plans that were started, the newest first.
    pub async fn plans(&self, limit: u32) -> Result<Vec<PlanRecord>> {
        self.read("planes", move |connection| {
            plans(connection, "WHERE estado <> 'propuesto' ORDER BY id DESC LIMIT ?", params![limit])
        })
        .await
    }

    /// Plans that were started and have not ended, the oldest first.
    pub async fn active_plans(&self) -> Result<Vec<PlanRecord>> {
        self.read("planes_activos", |connection| {
            plans(connection, "WHERE estado IN ('en_curso', 'pausado', 'detenido') ORDER BY id", [])
        })
        .await
    }

    /// The time of a plan's windows.
    pub async fn plan_scope(&self, plan: BatchId) -> Result<PlanScope> {
        self.read("alcance_de_plan", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, epoch_us(desde), epoch_us(hasta) FROM planes_alcance WHERE plan_id = ?::UUID",
            )?;
            let mut rows = statement.query([plan.to_string()])?;
            let mut parts = Vec::new();
            while let Some(row) = rows.next()? {
                parts.extend(scope_part(row).or_set_aside("planes_alcance")?);
            }
            Ok(PlanScope { parts })
        })
        .await
    }

    /// What the runs of a plan that was started came to in each store that it has runs of.
    pub async fn plan_counts_by_branch(&self, plan: BatchId) -> Result<HashMap<BranchId, PlanCounts>> {
        self.read("plan_por_tienda", move |connection| {
            let mut statement = connection.prepare(&counted(&list([plan]), "ubicacion_id"))?;
            let mut rows = statement.query([])?;
            let mut counts = HashMap::new();
            while let Some(row) = rows.next()? {
                counts.insert(BranchId::new(row.get::<_, String>(0)?), counts_in(row)?);
            }
            Ok(counts)
        })
        .await
    }

    /// Everything that was done to a plan, the first thing first.
    pub async fn plan_decisions(&self, plan: BatchId) -> Result<Vec<RecordedDecision>> {
        self.read("decisiones_de_plan", move |connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT accion, actor, origen, motivo, epoch_us(en), causa FROM planes_decisiones
                 WHERE plan_id = ?::UUID ORDER BY en, {}",
                connection.choose("rowid", "orden")
            ))?;
            let mut rows = statement.query([plan.to_string()])?;
            let mut decisions = Vec::new();
            while let Some(row) = rows.next()? {
                decisions.extend(recorded_decision(row).or_set_aside("planes_decisiones")?);
            }
            Ok(decisions)
        })
        .await
    }
}

fn scope_part(row: &Row<'_>) -> Result<ScopePart> {
    Ok(ScopePart {
        ubicacion_id: BranchId::new(row.get::<_, String>(0)?),
        desde: instant("desde", row.get(1)?)?,
        hasta: instant("hasta", row.get(2)?)?,
    })
}

fn recorded_decision(row: &Row<'_>) -> Result<RecordedDecision> {
    Ok(RecordedDecision {
        action: named("accion", &row.get::<_, String>(0)?)?,
        actor: row.get(1)?,
        origin: row.get(2)?,
        reason: row.get(3)?,
        cause: cause_of(row, 5)?,
        at: instant("en", row.get(4)?)?,
    })
}

/// Where a plan stands, without what its runs came to; None where there is no such plan.
fn state_of(connection: &Connection, plan: BatchId) -> Result<Option<PlanState>> {
    let mut statement = connection.prepare("SELECT estado FROM planes WHERE id = ?::UUID")?;
    let mut rows = statement.query([plan.to_string()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(named("estado", &row.get::<_, String>(0)?)?))
}

/// The plans that a clause chooses, in its order.
fn plans(connection: &Connection, which: &str, values: impl Params) -> Result<Vec<PlanRecord>> {
    let mut statement = connection.prepare(&format!(
        "SELECT id::VARCHAR, hash, estado, etl_tipo, repetir_cargado, fuera_de_horario, automatico, ventanas,
            epoch_us(propuesto_en), epoch_us(iniciado_en), iniciado_por, epoch_us(terminado_en), motivo, causa
         FROM planes {which}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(plan(row).or_set_aside("planes")?);
    }
    // Most plans that are looked for were only shown, and have no runs.
    let started: Vec<BatchId> = found.iter().filter(|plan| plan.started_at.is_some()).map(|plan| plan.id).collect();
    if !started.is_empty() {
        let mut counts = counts_of(connection, &started)?;
        found.iter_mut().for_each(|plan| plan.counts = counts.remove(&plan.id).unwrap_or_default());
    }
    Ok(found)
}

fn counts_of(connection: &Connection, started: &[BatchId]) -> Result<HashMap<BatchId, PlanCounts>> {
    let mut statement = connection.prepare(&counted(&list(started), "lote_id"))?;
    let mut rows = statement.query([])?;
    let mut counts = HashMap::new();
    while let Some(row) = rows.next()? {
        counts.insert(identified("lote_id", &row.get::<_, String>(0)?)?, counts_in(row)?);
    }
    Ok(counts)
}

/// Of a row of [`counted`].
fn counts_in(row: &Row<'_>) -> Result<PlanCounts> {
    Ok(PlanCounts {
        queued: row.get(1)?,
        running: row.get(2)?,
        succeeded: row.get(3)?,
        failed: row.get(4)?,
        cancelled: row.get(5)?,
        loaded: row.get(6)?,
    })
}

fn plan(row: &Row<'_>) -> Result<PlanRecord> {
    let text = |index: usize| row.get::<_, String>(index);
    let moment = |index: usize| -> Result<Option<Timestamp>> {
        row.get::<_, Option<i64>>(index)?.map(|micros| instant("planes", micros)).transpose()
    };
    Ok(PlanRecord {
        id: identified("id", &text(0)?)?,
        hash: sealed(&text(1)?)?,
        state: named("estado", &text(2)?)?,
        kind: named("etl_tipo", &text(3)?)?,
        options: PlanOptions { repeat_loaded: row.get(4)?, outside_hours: row.get(5)? },
        automatic: row.get(6)?,
        windows: row.get(7)?,
        proposed_at: instant("propuesto_en", row.get(8)?)?,
        started_at: moment(9)?,
        started_by: row.get(10)?,
        ended_at: moment(11)?,
        reason: row.get(12)?,
        cause: cause_of(row, 13)?,
        counts: PlanCounts::default(),
    })
}

/// Of the column `causa`.
pub(crate) fn cause_of(row: &Row<'_>, column: usize) -> Result<Option<StopCause>> {
    Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(StopCause::from_stored))
}

pub(crate) fn sealed(text: &str) -> Result<PlanHash> {
    let unreadable = |error: InvalidPlanHash| WarehouseError::Unreadable { column: "hash", detail: error.to_string() };
    text.parse().map_err(unreadable)
}

/// Adds to the record. To be called in the transaction of what is recorded.
fn record(connection: &Connection, plan: BatchId, decision: &Decision) -> Result<()> {
    connection
        .prepare(
            "INSERT INTO planes_decisiones (plan_id, hash, accion, actor, origen, motivo, causa, en)
             SELECT id, hash, ?, ?, ?, ?, ?, make_timestamptz(?::BIGINT) FROM planes WHERE id = ?::UUID",
        )?
        .execute(params![
            decision.action.as_str(),
            decision.actor,
            decision.origin,
            decision.sentence(),
            decision.stored_cause(),
            micros(decision.at),
            plan.to_string(),
        ])?;
    if decision.action == PlanAction::Propose { Ok(()) } else { audit(connection, plan, decision) }
}

/// The same in the chain of the audit. A preview is nothing that was done.
fn audit(connection: &Connection, plan: BatchId, decision: &Decision) -> Result<()> {
    let action = decision.action.as_str();
    let detail = connection.choose(
        "to_json({plan_id: id::VARCHAR, plan_hash: hash, motivo: ?::VARCHAR, causa: ?::JSON})::VARCHAR",
        "json_build_object('plan_id', id, 'plan_hash', hash, 'motivo', ?::text, 'causa', ?::json)::text",
    );
    let sql = format!(
        "SELECT md5(concat_ws(' ', id, ?, ?::BIGINT))::UUID::VARCHAR, etl_tipo || ', ' || ventanas || ' ventanas', {detail}
         FROM planes WHERE id = ?::UUID"
    );
    let at_micros = micros(decision.at);
    let values = params![action, at_micros, decision.sentence(), decision.stored_cause(), plan.to_string()];
    let entry = connection.prepare(&sql)?.query_row(values, |row| {
        Ok(StoredAuditEntry {
            order: None,
            hash: None,
            id: row.get(0)?,
            at_micros,
            actor: decision.actor.clone(),
            origin: decision.origin.to_owned(),
            address: decision.address.clone(),
            action: format!("plan_{action}"),
            object: row.get(1)?,
            times: 1,
            detail: Some(row.get(2)?),
        })
    })?;
    audit_chain::append(connection, &entry)
}
