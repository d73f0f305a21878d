//! Today's runs of a schedule.

use domain::read_model::TodayCounts;
use domain::{EtlKind, RunMode};
use jiff::Timestamp;

use crate::instants::micros;
use crate::literal::with_values;
use crate::{Result, Warehouse};

impl Warehouse {
    /// Counts the runs of a kind and mode that batches of a reason queued at or after a moment.
    pub async fn today_counts(
        &self,
        kind: EtlKind,
        mode: RunMode,
        reason: &'static str,
        since: Timestamp,
    ) -> Result<TodayCounts> {
        self.read("conteo_de_hoy", move |connection| {
            Ok(connection
                .prepare(&with_values(
                    "SELECT count(*)::UBIGINT, count(*) FILTER (WHERE estado = 'exitoso')::UBIGINT,
                        count(*) FILTER (WHERE estado IN ('fallido', 'parcial', 'interrumpido'))::UBIGINT,
                        count(*) FILTER (WHERE estado = 'en_proceso')::UBIGINT, count(*) FILTER (WHERE estado = 'en_cola')::UBIGINT
                     FROM etl_ejecuciones
                     WHERE etl_tipo = ? AND modo = ? AND creado_en >= make_timestamptz(?)
                       AND lote_id IN (SELECT id FROM lotes WHERE motivo = ?)",
                    &[&kind.as_str(), &mode.as_str(), &micros(since), &reason],
                ))?
                .query_row([], |row| {
                    Ok(TodayCounts {
                        total: row.get(0)?,
                        exitosas: row.get(1)?,
                        fallidas: row.get(2)?,
                        en_proceso: row.get(3)?,
                        en_cola: row.get(4)?,
                    })
                })?)
        })
        .await
    }
}
