//! `cambios_de_fuente`: half hours that were complete and that the source has otherwise now. A row is added when that is
//! seen, before the answer is loaded, and closed in the transaction that loads its half hour.

use crate::database::{Connection, Row, params};
use domain::later_change::{Difference, LaterChange};
use domain::{BranchId, EtlKind, Interval, RunId};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::instants::{identified, instant, interval, micros};
use crate::literal::with_values;
use crate::sales_window::SalesWindow;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// Closes what was seen of the half hours of a window; in the transaction that loads it.
pub(crate) fn close(connection: &Connection, window: &SalesWindow, at: Timestamp) -> Result<()> {
    connection
        .prepare(
            "UPDATE cambios_de_fuente SET recargada_en = make_timestamptz(?::BIGINT)
             WHERE ubicacion_id = ? AND recargada_en IS NULL
               AND desde >= make_timestamptz(?::BIGINT) AND hasta <= make_timestamptz(?::BIGINT)",
        )?
        .execute(params![
            micros(at),
            window.branch.as_str(),
            micros(window.interval.start()),
            micros(window.interval.end()),
        ])?;
    Ok(())
}

impl Warehouse {
    /// Keeps what a run saw of half hours that are complete.
    pub async fn note_later_changes(
        &self,
        run: RunId,
        branch: BranchId,
        differences: Vec<Difference>,
        seen_at: Timestamp,
    ) -> Result<()> {
        self.write("anotar_cambios_de_fuente", move |transaction| {
            let mut statement = transaction.prepare(
                "INSERT INTO cambios_de_fuente (ejecucion_id, ubicacion_id, desde, hasta, medida_desde, medida_hasta,
                    lineas_cargadas, lineas_ahora, usd_cargado, usd_ahora, vista_en)
                 VALUES (?::UUID, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT),
                    make_timestamptz(?::BIGINT), ?, ?, ?::DECIMAL(38, 6), ?::DECIMAL(38, 6), make_timestamptz(?::BIGINT))",
            )?;
            for one in &differences {
                statement.execute(params![
                    run.to_string(),
                    branch.as_str(),
                    micros(one.half_hour.start()),
                    micros(one.half_hour.end()),
                    micros(one.measured.start()),
                    micros(one.measured.end()),
                    one.loaded,
                    one.announced,
                    one.usd.map(|(loaded, _)| loaded.to_string()),
                    one.usd.map(|(_, now)| now.to_string()),
                    micros(seen_at),
                ])?;
            }
            Ok(())
        })
        .await
    }
}

/// The half hours of a range that were complete and that the source had otherwise at a moment; now where there is none. Two plain questions, the second one only where the first finds
/// something: the list of gaps waits for it.
pub(crate) fn changes(
    connection: &Connection,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
    moment: Option<Timestamp>,
) -> Result<Vec<(BranchId, LaterChange)>> {
    let open = match moment.map(micros) {
        None => "recargada_en IS NULL".to_owned(),
        Some(at) => format!(
            "vista_en <= make_timestamptz({at}) AND (recargada_en IS NULL OR recargada_en > make_timestamptz({at}))"
        ),
    };
    let mut statement = connection.prepare(&with_values(
        &format!(
            "SELECT ubicacion_id, ejecucion_id::VARCHAR, epoch_us(desde), epoch_us(hasta), epoch_us(medida_desde),
            epoch_us(medida_hasta), lineas_cargadas, lineas_ahora, usd_cargado::VARCHAR, usd_ahora::VARCHAR,
            epoch_us(vista_en)
         FROM cambios_de_fuente
         WHERE (? IS NULL OR ubicacion_id = ?)
           AND desde < make_timestamptz(?) AND hasta > make_timestamptz(?) AND {open}
         ORDER BY ubicacion_id, desde, vista_en, ejecucion_id"
        ),
        &[&branch, &branch, &micros(range.end()), &micros(range.start())],
    ))?;
    let mut rows = statement.query([])?;
    let mut found: Vec<(BranchId, LaterChange)> = Vec::new();
    while let Some(row) = rows.next()? {
        let branch = BranchId::new(row.get::<_, String>(0)?);
        let Some(seen) = change(row).or_set_aside("cambios_de_fuente")? else { continue };
        match found.last_mut() {
            // Seen again: what it says now counts, since when it was known stays.
            Some((of, last)) if *of == branch && last.difference.half_hour == seen.difference.half_hour => {
                *last = LaterChange { seen_at: last.seen_at, ..seen };
            }
            _ => found.push((branch, seen)),
        }
    }
    if !found.is_empty() {
        mark_waived(connection, range, moment, &mut found)?;
    }
    Ok(found)
}

/// A change is given up where somebody gave its half hour up after it was first seen.
fn mark_waived(
    connection: &Connection,
    range: Interval<Timestamp>,
    moment: Option<Timestamp>,
    changes: &mut [(BranchId, LaterChange)],
) -> Result<()> {
    let counts = match moment.map(micros) {
        None => "retirada_en IS NULL".to_owned(),
        Some(at) => format!(
            "registrada_en <= make_timestamptz({at}) AND (retirada_en IS NULL OR retirada_en > make_timestamptz({at}))"
        ),
    };
    let mut statement = connection.prepare(&format!(
        "SELECT ubicacion_id, epoch_us(desde), epoch_us(hasta), epoch_us(registrada_en) FROM exenciones
         WHERE etl_tipo = ? AND desde < make_timestamptz(?::BIGINT) AND hasta > make_timestamptz(?::BIGINT) AND {counts}"
    ))?;
    let mut rows = statement.query(params![EtlKind::Sales.as_str(), micros(range.end()), micros(range.start())])?;
    while let Some(row) = rows.next()? {
        let branch = BranchId::new(row.get::<_, String>(0)?);
        let read = interval("exenciones", row.get(1)?, row.get(2)?)
            .and_then(|waived| Ok((waived, instant("registrada_en", row.get(3)?)?)));
        let Some((waived, registered_at)) = read.or_set_aside("exenciones")? else { continue };
        for (_, change) in changes.iter_mut().filter(|(of, _)| *of == branch) {
            let half_hour = change.difference.half_hour;
            let is_whole = waived.start() <= half_hour.start() && half_hour.end() <= waived.end();
            change.is_waived |= is_whole && registered_at >= change.seen_at;
        }
    }
    Ok(())
}

fn change(row: &Row<'_>) -> Result<LaterChange> {
    let money = |index: usize| -> Result<Option<Decimal>> {
        let text: Option<String> = row.get(index)?;
        let unreadable = |error: rust_decimal::Error| WarehouseError::Unreadable {
            column: "usd_cargado",
            detail: error.to_string(),
        };
        text.map(|text| text.parse::<Decimal>().map(|sum| sum.normalize()).map_err(unreadable)).transpose()
    };
    Ok(LaterChange {
        run: identified("ejecucion_id", &row.get::<_, String>(1)?)?,
        difference: Difference {
            half_hour: interval("desde", row.get(2)?, row.get(3)?)?,
            measured: interval("medida_desde", row.get(4)?, row.get(5)?)?,
            loaded: row.get(6)?,
            announced: row.get(7)?,
            usd: money(8)?.zip(money(9)?),
        },
        seen_at: instant("vista_en", row.get(10)?)?,
        is_waived: false,
    })
}
