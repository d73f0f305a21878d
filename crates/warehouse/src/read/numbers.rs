//! Loaded invoice numbers, of the registers in which they don't follow each other.

use std::collections::HashSet;

use crate::database::Connection;
use domain::sequence::NumberRun;
use domain::{BranchId, Interval};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::columns::local_micros;
use crate::instants::instant;
use crate::literal::with_values;
use crate::{Result, Warehouse};

/// The numbers in a row, within a stretch of the stores' clocks, of every register in which they don't follow each other. With
/// each register come its nearest neighbours outside of the stretch, within `reach`. A store without a break gives no rows.
pub(crate) fn broken_sequences(
    connection: &Connection,
    branch: Option<&BranchId>,
    compared: Interval<DateTime>,
    reach: Interval<DateTime>,
) -> Result<Vec<(BranchId, NumberRun)>> {
    let (from, to) = (local_micros(compared.start()), local_micros(compared.end()));
    let (far, late) = (local_micros(reach.start()), local_micros(reach.end()));
    let mut statement = connection.prepare(&with_values(
        "WITH alcance AS (
            SELECT ubicacion_id, caja, desde, hasta, primera, ultima,
                CASE WHEN media_hora < make_timestamp(?) THEN -1
                     WHEN media_hora >= make_timestamp(?) THEN 1 ELSE 0 END AS lado
            FROM secuencias
            WHERE (? IS NULL OR ubicacion_id = ?)
              AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)),
         vecinas AS (
            SELECT ubicacion_id, caja, lado,
                CASE WHEN lado < 0 THEN max(ultima) ELSE min(primera) END AS hora
            FROM alcance WHERE lado <> 0 GROUP BY ubicacion_id, caja, lado),
         pedidas AS (
            SELECT * FROM alcance WHERE lado = 0
            UNION ALL
            SELECT alcance.* FROM alcance WHERE EXISTS (SELECT 1 FROM vecinas
            WHERE alcance.ubicacion_id = vecinas.ubicacion_id AND alcance.caja = vecinas.caja AND alcance.lado = vecinas.lado
                AND vecinas.hora = CASE WHEN alcance.lado < 0 THEN alcance.ultima ELSE alcance.primera END)),
         rotas AS (
            SELECT DISTINCT ubicacion_id, caja FROM (
                SELECT ubicacion_id, caja, desde::HUGEINT - lag(hasta::HUGEINT) OVER (
                    PARTITION BY ubicacion_id, caja ORDER BY primera, desde) AS paso
                FROM pedidas) AS pasos
            WHERE paso NOT IN (0, 1))
         SELECT ubicacion_id, caja, desde, hasta, epoch_us(primera), epoch_us(ultima)
         FROM pedidas WHERE (ubicacion_id, caja) IN (SELECT ubicacion_id, caja FROM rotas)",
        &[&from, &to, &branch, &branch, &far, &late],
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
}

impl Warehouse {
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
