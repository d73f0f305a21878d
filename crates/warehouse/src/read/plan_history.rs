//! Past weeks, for the estimate of a plan: lines by half hour of the week, how long calls take, and when windows failed.

use std::collections::HashMap;

use crate::database::{Rows, params};
use domain::plan::{Latency, Slot};
use domain::{BatchId, BranchId, ErrorClass, EtlKind, Interval, RunMode};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::columns::local_micros;
use crate::instants::{instant, interval, micros};
use crate::literal::with_values;
use crate::{Result, Warehouse};

/// Runs of half an hour that latencies are taken from, the latest of each branch.
const RUNS_MEASURED: u32 = 200;

/// A window that was tried without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedWindow {
    /// Whose.
    pub branch: BranchId,
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// When the latest of its attempts ended.
    pub ended_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

/// Store, start and end of a window, the end of its latest attempt, and how many there were.
fn failed_windows(rows: &mut Rows<'_>) -> Result<Vec<FailedWindow>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(FailedWindow {
            branch: BranchId::new(row.get::<_, String>(0)?),
            interval: interval("ventana", row.get(1)?, row.get(2)?)?,
            ended_at: instant("fecha_fin", row.get(3)?)?,
            attempts: row.get(4)?,
        });
    }
    Ok(found)
}

impl Warehouse {
    /// Lines that are loaded of each branch by half hour of the local week, of a stretch of local time.
    pub async fn lines_by_slot(&self, local: Interval<DateTime>) -> Result<Vec<(BranchId, Slot, u64)>> {
        self.read("lineas_por_media_hora", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, (isodow(fecha_hora) - 1)::UTINYINT,
                    (hour(fecha_hora) * 2 + (minute(fecha_hora) // 30))::UTINYINT, count(*)::UBIGINT
                 FROM ventas
                 WHERE fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)
                 GROUP BY 1, 2, 3",
            )?;
            let mut rows = statement.query(params![local_micros(local.start()), local_micros(local.end())])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let slot = Slot { weekday: row.get(1)?, half_hour: row.get(2)? };
                found.push((BranchId::new(row.get::<_, String>(0)?), slot, row.get(3)?));
            }
            Ok(found)
        })
        .await
    }

    /// How long the latest half hours of each branch took that were extracted whole since a moment.
    pub async fn latencies(&self, kind: EtlKind, since: Timestamp) -> Result<HashMap<BranchId, Latency>> {
        self.read("latencias", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY fase_extraccion_ms) / 1000.0,
                    percentile_cont(0.5) WITHIN GROUP (ORDER BY duracion_segundos)
                 FROM (
                    SELECT ubicacion_id, fase_extraccion_ms, duracion_segundos,
                        row_number() OVER (PARTITION BY ubicacion_id ORDER BY id DESC) AS lugar
                    FROM etl_ejecuciones
                    WHERE etl_tipo = ? AND estado = 'exitoso' AND fecha_fin >= make_timestamptz(?::BIGINT)
                      AND ventana_hasta - ventana_desde <= INTERVAL '30 minutes'
                      AND fase_extraccion_ms IS NOT NULL AND duracion_segundos IS NOT NULL
                 ) AS medidas
                 WHERE lugar <= ?
                 GROUP BY ubicacion_id",
            )?;
            let mut rows = statement.query(params![kind.as_str(), micros(since), RUNS_MEASURED])?;
            let mut found = HashMap::new();
            while let Some(row) = rows.next()? {
                let pos_seconds: f64 = row.get(1)?;
                // A run's clock counts whole milliseconds at best: it is never shorter than its own extraction.
                let run_seconds = row.get::<_, f64>(2)?.max(pos_seconds);
                found.insert(BranchId::new(row.get::<_, String>(0)?), Latency { pos_seconds, run_seconds });
            }
            Ok(found)
        })
        .await
    }

    /// The windows of a range whose runs have ended without success, each with how often and when last.
    pub async fn latest_failures(&self, kind: EtlKind, range: Interval<Timestamp>) -> Result<Vec<FailedWindow>> {
        self.read("ultimas_fallas", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, epoch_us(ventana_desde), epoch_us(ventana_hasta), epoch_us(max(fecha_fin)),
                    count(*)::UINTEGER
                 FROM etl_ejecuciones
                 WHERE etl_tipo = ? AND estado NOT IN ('exitoso', 'en_cola', 'en_proceso')
                   AND ventana_desde < make_timestamptz(?::BIGINT) AND ventana_hasta > make_timestamptz(?::BIGINT)
                   AND fecha_fin IS NOT NULL
                 GROUP BY ubicacion_id, ventana_desde, ventana_hasta",
            )?;
            let mut rows = statement.query(params![kind.as_str(), micros(range.end()), micros(range.start())])?;
            failed_windows(&mut rows)
        })
        .await
    }

    /// The comparisons of whole days within a range whose latest run failed, by what the source did. Runs are read from the start
    /// of the range on: a day is compared after it is over.
    pub async fn failed_comparisons(&self, range: Interval<Timestamp>) -> Result<Vec<FailedWindow>> {
        self.read("comparaciones_fallidas", move |connection| {
            let sql = with_values(
                "SELECT ubicacion_id, epoch_us(ventana_desde), epoch_us(ventana_hasta), epoch_us(max(fecha_fin)),
                    count(*) FILTER (WHERE estado = 'fallido')::UINTEGER
                 FROM etl_ejecuciones
                 WHERE etl_tipo = 'ventas' AND modo = ? AND creado_en >= make_timestamptz(?)
                   AND ventana_desde >= make_timestamptz(?) AND ventana_hasta <= make_timestamptz(?)
                 GROUP BY ubicacion_id, ventana_desde, ventana_hasta
                 HAVING (array_agg(estado ORDER BY id DESC))[1] = 'fallido' AND (array_agg(error_tipo ORDER BY id DESC))[1] <> ?",
                &[
                    &RunMode::Full.as_str(),
                    &micros(range.start()),
                    &micros(range.start()),
                    &micros(range.end()),
                    &ErrorClass::DatabaseError.as_str(),
                ],
            );
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            failed_windows(&mut rows)
        })
        .await
    }

    /// How the windows of a plan ended since it was last let go on, in that order: whose, and whether it failed. What was
    /// interrupted or cancelled says nothing of the store.
    pub async fn plan_outcomes(&self, plan: BatchId) -> Result<Vec<(BranchId, bool)>> {
        self.read("resultados_de_plan", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, estado <> 'exitoso' AND error_tipo IS DISTINCT FROM 'db_error'
                 FROM etl_ejecuciones
                 WHERE lote_id = ?::UUID AND estado IN ('exitoso', 'fallido', 'parcial')
                   AND fecha_fin > coalesce(
                       (SELECT max(en) FROM planes_decisiones WHERE plan_id = ?::UUID AND accion = 'reanudado'), '-infinity')
                 ORDER BY fecha_fin, id",
            )?;
            let mut rows = statement.query([plan.to_string(), plan.to_string()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push((BranchId::new(row.get::<_, String>(0)?), row.get(1)?));
            }
            Ok(found)
        })
        .await
    }

    /// Windows that plans of the system's own have queued since a moment.
    pub async fn windows_retried_since(&self, moment: Timestamp) -> Result<u32> {
        self.read("reintentos_desde", move |connection| {
            let count: u64 = connection
                .prepare(
                    "SELECT coalesce(sum(ventanas), 0)::UBIGINT FROM planes
                     WHERE automatico AND iniciado_en >= make_timestamptz(?::BIGINT)",
                )?
                .query_row([micros(moment)], |row| row.get(0))?;
            Ok(u32::try_from(count).unwrap_or(u32::MAX))
        })
        .await
    }
}
