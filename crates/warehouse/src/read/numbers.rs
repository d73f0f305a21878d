//! Numbers of invoices that are loaded, of the registers whose numbers are not all there.

use std::collections::HashSet;

use domain::sequence::NumberRun;
use domain::{BranchId, Interval};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::columns::local_micros;
use crate::instants::instant;
use crate::literal::with_values;
use crate::{Result, Warehouse};

impl Warehouse {
    /// The numbers in a row, within a stretch of the stores' clocks, of every register that lacks one; of one store, or of
    /// all. A store without a hole gives no rows.
    pub async fn broken_sequences(
        &self,
        branch: Option<BranchId>,
        local: Interval<DateTime>,
    ) -> Result<Vec<(BranchId, NumberRun)>> {
        self.read("secuencias", move |connection| {
            let (from, to) = (local_micros(local.start()), local_micros(local.end()));
            let mut statement = connection.prepare(&with_values(
                "WITH pedidas AS (
                    SELECT * FROM secuencias
                    WHERE (? IS NULL OR ubicacion_id = ?)
                      AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)),
                 rotas AS (
                    SELECT DISTINCT ubicacion_id, caja FROM (
                        SELECT ubicacion_id, caja, desde > 1 + max(hasta) OVER (
                            PARTITION BY ubicacion_id, caja ORDER BY desde, hasta
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS falta
                        FROM pedidas)
                    WHERE falta)
                 SELECT ubicacion_id, caja, desde, hasta, epoch_us(primera), epoch_us(ultima)
                 FROM pedidas SEMI JOIN rotas USING (ubicacion_id, caja)",
                &[&branch, &branch, &from, &to],
            ))?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let moment = |index| instant("hora", row.get(index)?);
                let run = NumberRun {
                    register: row.get(1)?,
                    from: row.get(2)?,
                    to: row.get(3)?,
                    first_at: TimeZone::UTC.to_datetime(moment(4)?),
                    last_at: TimeZone::UTC.to_datetime(moment(5)?),
                };
                found.push((BranchId::new(row.get::<_, String>(0)?), run));
            }
            Ok(found)
        })
        .await
    }

    /// Local starts of the half hours with an invoice number that has no register and sequence. Missing numbers cannot be detected
    /// in them.
    pub async fn half_hours_without_order(
        &self,
        branch: BranchId,
        local: Interval<DateTime>,
    ) -> Result<HashSet<DateTime>> {
        self.read("medias_horas_sin_orden", move |connection| {
            let (from, to) = (local_micros(local.start()), local_micros(local.end()));
            let mut statement = connection.prepare(&with_values(
                "WITH ordenadas AS (
                    SELECT media_hora, sum(hasta - desde + 1) AS facturas FROM secuencias
                    WHERE ubicacion_id = ? AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)
                    GROUP BY media_hora)
                 SELECT epoch_us(sumas.media_hora)
                 FROM ventas_por_media_hora AS sumas LEFT JOIN ordenadas USING (media_hora)
                 WHERE sumas.ubicacion_id = ? AND sumas.media_hora >= make_timestamp(?)
                   AND sumas.media_hora < make_timestamp(?) AND coalesce(ordenadas.facturas, 0) < sumas.facturas",
                &[&branch, &from, &to, &branch, &from, &to],
            ))?;
            let mut rows = statement.query([])?;
            let mut found = HashSet::new();
            while let Some(row) = rows.next()? {
                found.insert(crate::instants::local("media_hora", row.get(0)?)?);
            }
            Ok(found)
        })
        .await
    }
}
