//! What is forgotten in time, in pieces that hold up no other write for long. Coverage, lines, sums, decisions, plans and the audit
//! are never forgotten, nor is a run that one of them names.

use crate::database::params;
use jiff::Timestamp;

use crate::instants::micros;
use crate::{Result, Warehouse};

/// Runs that nothing needs any more: they loaded nothing, somebody's decision did not queue them, what they were to load is covered
/// since, and no difference that was seen at the source is known from them. `parcial` ones have lines.
const NEEDED_BY_NOTHING: &str = "SELECT ejecucion.id FROM etl_ejecuciones AS ejecucion
    WHERE ejecucion.fecha_fin < make_timestamptz(?::BIGINT) AND ejecucion.estado IN ('fallido', 'interrumpido', 'cancelado')
      AND (ejecucion.lote_id IS NULL
        OR ejecucion.lote_id IN (SELECT lotes.id FROM lotes WHERE lotes.motivo IN ('programada', 'reconciliacion')))
      AND EXISTS (
        SELECT 1 FROM cobertura_continua AS tramo
        WHERE tramo.etl_tipo = ejecucion.etl_tipo AND tramo.ubicacion_id = ejecucion.ubicacion_id
          AND tramo.desde <= ejecucion.ventana_desde AND tramo.hasta >= ejecucion.ventana_hasta)
      AND ejecucion.id NOT IN (SELECT cambio.ejecucion_id FROM cambios_de_fuente AS cambio)
    LIMIT ?";

/// Changes of stock after which the same article changed again before the moment: what the stock was at the moment, and at any
/// later one, is known without them.
const FOLLOWED: &str = "SELECT fila FROM (
        SELECT {row} AS fila, row_number() OVER (
            PARTITION BY ubicacion_id, codigo_almacen, codigo ORDER BY capturado_en DESC, {last} DESC) AS lugar
        FROM stock_historico WHERE capturado_en <= make_timestamptz(?::BIGINT)) AS cambios
    WHERE lugar > 1
    LIMIT ?";

impl Warehouse {
    /// Deletes runs that ended before a moment and that nothing needs, so many at most; says how many.
    pub async fn forget_runs(&self, before: Timestamp, at_most: usize) -> Result<usize> {
        let counts = self.run_counts();
        let forgotten = self
            .write("olvidar_ejecuciones", move |transaction| {
                Ok(transaction.execute(
                    &format!("DELETE FROM etl_ejecuciones WHERE id IN ({NEEDED_BY_NOTHING})"),
                    params![micros(before), at_most],
                )?)
            })
            .await;
        // Also where the commit failed: it may have happened.
        counts.forget();
        forgotten
    }

    /// Deletes changes of stock of before a moment, but for the last of each article, so many at most; says how many.
    pub async fn forget_stock_changes(&self, before: Timestamp, at_most: usize) -> Result<usize> {
        self.write("olvidar_cambios_de_existencias", move |transaction| {
            // A row of a table of months is known by its table as well.
            let row = transaction.choose("rowid", "tableoid::text || ctid::text");
            let followed = FOLLOWED.replace("{row}", row).replace("{last}", transaction.choose("rowid", "ctid"));
            Ok(transaction.execute(
                &format!("DELETE FROM stock_historico WHERE ({row}) IN ({followed})"),
                params![micros(before), at_most],
            )?)
        })
        .await
    }
}
