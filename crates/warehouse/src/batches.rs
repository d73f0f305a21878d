//! `lotes`: how far runs that were asked for together are.

use std::collections::HashMap;

use crate::database::{Connection, Row};
use domain::BatchId;
use domain::plan::{PlanAction, PlanHash, PlanState, StopCause};
use jiff::Timestamp;

use crate::instants::{identified, instant, micros, named};
use crate::literal::{list, with_values};
use crate::plans::{cause_of, sealed};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Counts of a batch's runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchCounts {
    /// Which batch.
    pub id: BatchId,
    /// Why it was asked for.
    pub reason: String,
    /// Who asked.
    pub requested_by: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// All of its runs.
    pub runs: u64,
    /// Those that have ended, however.
    pub finished: u64,
    /// Those that ended `exitoso`.
    pub succeeded: u64,
    /// Those that ended `fallido`, `parcial` or `interrumpido`.
    pub failed: u64,
    /// Lines and articles committed.
    pub loaded: u64,
    /// When the first of its runs started.
    pub started_at: Option<Timestamp>,
    /// When the last of its runs ended; None while one has not.
    pub ended_at: Option<Timestamp>,
    /// The plan that it is, where it is one.
    pub plan: Option<BatchPlan>,
}

/// Where the plan of a batch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchPlan {
    /// Its seal.
    pub hash: PlanHash,
    /// Where it stands.
    pub state: PlanState,
    /// Why it was stopped, in Spanish.
    pub reason: Option<String>,
    /// The same; None where an earlier version wrote the row.
    pub cause: Option<StopCause>,
    /// What was done to it and when, the first thing first.
    pub actions: Vec<(PlanAction, Timestamp)>,
}

const COUNTS: &str = "SELECT lotes.id::VARCHAR, any_value(lotes.motivo), any_value(lotes.solicitado_por),
        epoch_us(any_value(lotes.creado_en)), count(*)::UBIGINT,
        count(*) FILTER (WHERE etl_ejecuciones.estado NOT IN ('en_cola', 'en_proceso'))::UBIGINT,
        count(*) FILTER (WHERE etl_ejecuciones.estado = 'exitoso')::UBIGINT,
        count(*) FILTER (WHERE etl_ejecuciones.estado IN ('fallido', 'parcial', 'interrumpido'))::UBIGINT,
        coalesce(sum(registros_cargados), 0)::UBIGINT,
        epoch_us(min(fecha_inicio)), epoch_us(max(fecha_fin)),
        any_value(planes.hash), any_value(planes.estado), any_value(planes.motivo),
        any_value(planes.causa)
     FROM lotes JOIN etl_ejecuciones ON etl_ejecuciones.lote_id = lotes.id LEFT JOIN planes ON planes.id = lotes.id";

impl Warehouse {
    /// One batch, if there is one.
    pub async fn batch(&self, batch: BatchId) -> Result<Option<BatchCounts>> {
        self.read("lote", move |connection| Ok(counts(connection, &[batch])?.pop())).await
    }

    /// Whether something was ever queued, and nothing of it by a person.
    pub async fn is_without(&self, person: String) -> Result<bool> {
        self.read("lotes_de", move |connection| {
            let sql = "SELECT count(*) > 0 AND count(*) FILTER (WHERE solicitado_por = ?) = 0 FROM lotes";
            Ok(connection.query_row(sql, [person], |row| row.get(0))?)
        })
        .await
    }

    /// Batches with runs that are queued or in progress, and those with a run that ended after the given moment; the newest first.
    /// What schedules queue is left out.
    pub async fn batches_since(&self, moment: Timestamp) -> Result<Vec<BatchCounts>> {
        self.read("lotes", move |connection| {
            // Which first: the blocks without any are skipped, and only the runs of those batches are counted.
            let sql = with_values(
                "SELECT id::VARCHAR FROM lotes WHERE motivo <> 'programada' AND id IN (
                    SELECT lote_id FROM etl_ejecuciones WHERE estado IN ('en_cola', 'en_proceso')
                    UNION ALL SELECT lote_id FROM etl_ejecuciones WHERE fecha_fin > make_timestamptz(?))",
                &[&micros(moment)],
            );
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut batches = Vec::new();
            while let Some(row) = rows.next()? {
                batches.push(identified("id", &row.get::<_, String>(0)?)?);
            }
            counts(connection, &batches)
        })
        .await
    }
}

/// The counts of batches, the newest first. A run that was interrupted and queued anew counts once. A run is never older than its batch, and the table is in order of age, so that
/// the blocks before the first of the batches are skipped.
fn counts(connection: &Connection, batches: &[BatchId]) -> Result<Vec<BatchCounts>> {
    let mut found = Vec::new();
    if batches.is_empty() {
        return Ok(found);
    }
    let ids = list(batches);
    let sql = format!("SELECT epoch_us(min(creado_en)) FROM lotes WHERE id IN ({ids})");
    let oldest: Option<i64> = connection.prepare(&sql)?.query_row([], |row| row.get(0))?;
    let Some(oldest) = oldest else { return Ok(found) };
    let mut statement = connection.prepare(&format!(
        "{COUNTS} WHERE lotes.id IN ({ids}) AND etl_ejecuciones.lote_id IN ({ids})
            AND etl_ejecuciones.creado_en >= make_timestamptz({oldest})
            AND NOT (etl_ejecuciones.estado = 'interrumpido' AND EXISTS (
                SELECT 1 FROM etl_ejecuciones AS nueva
                WHERE nueva.lote_id IN ({ids}) AND nueva.creado_en >= make_timestamptz({oldest})
                    AND nueva.lote_id = etl_ejecuciones.lote_id AND nueva.ubicacion_id = etl_ejecuciones.ubicacion_id
                    AND nueva.ventana_desde = etl_ejecuciones.ventana_desde AND nueva.id > etl_ejecuciones.id))
         GROUP BY lotes.id ORDER BY lotes.id DESC"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let moment = |index: usize| -> Result<Option<Timestamp>> {
            row.get::<_, Option<i64>>(index)?.map(|micros| instant("fecha", micros)).transpose()
        };
        let (runs, finished): (u64, u64) = (row.get(4)?, row.get(5)?);
        found.push(BatchCounts {
            id: identified("id", &row.get::<_, String>(0)?)?,
            reason: row.get(1)?,
            requested_by: row.get(2)?,
            created_at: instant("creado_en", row.get(3)?)?,
            runs,
            finished,
            succeeded: row.get(6)?,
            failed: row.get(7)?,
            loaded: row.get(8)?,
            started_at: moment(9)?,
            ended_at: if finished == runs { moment(10)? } else { None },
            plan: plan(row).or_set_aside("planes")?.flatten(),
        });
    }
    if found.iter().any(|batch| batch.plan.is_some()) {
        let mut actions = actions(connection, &ids)?;
        for batch in &mut found {
            let of_batch = actions.remove(&batch.id).unwrap_or_default();
            batch.plan.iter_mut().for_each(|plan| plan.actions.clone_from(&of_batch));
        }
    }
    Ok(found)
}

/// What was done to plans and when, the first thing first.
fn actions(connection: &Connection, plans: &str) -> Result<HashMap<BatchId, Vec<(PlanAction, Timestamp)>>> {
    let mut statement = connection.prepare(&format!(
        "SELECT plan_id::VARCHAR, accion, epoch_us(en) FROM planes_decisiones WHERE plan_id IN ({plans}) ORDER BY en, {}",
        connection.choose("rowid", "orden")
    ))?;
    let mut rows = statement.query([])?;
    let mut actions: HashMap<BatchId, Vec<(PlanAction, Timestamp)>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let Some((plan, action, at)) = action(row).or_set_aside("planes_decisiones")? else { continue };
        actions.entry(plan).or_default().push((action, at));
    }
    Ok(actions)
}

fn action(row: &Row<'_>) -> Result<(BatchId, PlanAction, Timestamp)> {
    let plan = identified("plan_id", &row.get::<_, String>(0)?)?;
    Ok((plan, named("accion", &row.get::<_, String>(1)?)?, instant("en", row.get(2)?)?))
}

fn plan(row: &Row<'_>) -> Result<Option<BatchPlan>> {
    let (hash, state) = (row.get::<_, Option<String>>(11)?, row.get::<_, Option<String>>(12)?);
    let (Some(hash), Some(state)) = (hash, state) else { return Ok(None) };
    let (reason, cause) = (row.get(13)?, cause_of(row, 14)?);
    let (hash, state) = (sealed(&hash)?, named("estado", &state)?);
    Ok(Some(BatchPlan { hash, state, reason, cause, actions: Vec::new() }))
}
