//! A line that the source moves to another day. The key of a line is (branch, `numero_factura`, `linea`) over all days, so a
//! line that another day has is not loaded beside it, and not taken from there either: a response of one day does not prove what
//! the source has of another. That day is a gap until it is loaded again, and the window until the line is gone from there.
//!
//! Which days can have a number is known without asking the table (`invoice_days.rs`). Where the order of a register's numbers
//! shows that it counts anew, only what sells the same article in the same quantity is the same line; where it only may show it,
//! the lines stand beside each other once the other day was loaded again and still has them.

use crate::database::{Connection, Value, params};
use domain::sale::SaleLine;
use domain::{EtlKind, RunId};
use jiff::Timestamp;

use crate::instants::{local, micros};
use crate::invoice_days::{Candidate, InvoiceDays};
use crate::invoice_numbers::{DAY_MICROS, Numbers};
use crate::lines_elsewhere::LinesElsewhere;
use crate::sales_window::SalesWindow;
use crate::{Result, WarehouseError};

/// The same line, which another day has. After store and day comes the list of registers that counted anew.
const SAME: &str = "ventas.numero_factura = carga.numero_factura AND ventas.linea = carga.linea
    AND ventas.ubicacion_id = ? AND ventas.fecha_hora >= make_timestamp(?::BIGINT)
    AND ventas.fecha_hora < make_timestamp(?::BIGINT)
    AND ((ventas.codigo_producto = carga.codigo_producto AND ventas.cantidad_vendida = carga.cantidad_vendida)
      OR NOT list_contains(string_split(?, chr(10)), regexp_replace(carga.numero_factura, '-[0-9]+$', '')))";

/// Refuses a window with lines that are staged and that another day has, unless that day was loaded again, still has them, and
/// their register may have counted anew.
pub(crate) fn refuse_lines_of_other_days(
    connection: &Connection,
    known: &InvoiceDays,
    window: &SalesWindow,
    lines: &[SaleLine],
    run: RunId,
) -> Result<()> {
    let numbers = Numbers::of(lines);
    let mut elsewhere: Option<LinesElsewhere> = None;
    for candidate in known.candidates(connection, window, &numbers)? {
        for held in candidate.held(connection, window, run)? {
            if held.is_confirmed && held.may_be_others {
                continue;
            }
            let first = elsewhere.get_or_insert(LinesElsewhere {
                invoice: held.invoice,
                line: held.line,
                half_hour: local("media_hora", held.half_hour)?,
                lines: 0,
                is_confirmed: true,
            });
            first.lines += held.lines;
            first.is_confirmed &= held.is_confirmed;
        }
    }
    if let Some(elsewhere) = elsewhere {
        return Err(WarehouseError::LinesElsewhere(elsewhere));
    }
    known.widen(connection, window, &numbers)?;
    Ok(())
}

/// Takes out of what is staged the lines that another day has. Where that keeps the window from being loaded, their half hours
/// are noted: they are gaps until they are loaded again, once for each window that has their lines.
pub(crate) fn skip_lines_of_other_days(
    connection: &Connection,
    known: &InvoiceDays,
    window: &SalesWindow,
    lines: &[SaleLine],
    noted: Option<(RunId, Timestamp)>,
) -> Result<()> {
    let numbers = Numbers::of(lines);
    for candidate in known.candidates(connection, window, &numbers)? {
        if let Some((run, seen_at)) = noted {
            for held in candidate.held(connection, window, run)?.iter().filter(|held| !held.is_confirmed) {
                note(
                    connection,
                    window,
                    held.half_hour,
                    i64::try_from(held.lines).unwrap_or(i64::MAX),
                    (run, seen_at),
                )?;
            }
        }
        connection.execute(
            &format!("DELETE FROM carga_ventas USING ventas WHERE {}", SAME.replace("carga.", "carga_ventas.")),
            candidate.values(window),
        )?;
    }
    known.widen(connection, window, &numbers)?;
    Ok(())
}

/// Lines that are staged and that a half hour of another day has.
struct Held {
    /// In local microseconds.
    half_hour: i64,
    lines: u64,
    invoice: String,
    line: i32,
    /// Whether the registers of all of them may have counted anew.
    may_be_others: bool,
    /// Whether a run of the window noted the half hour before, and it was loaded again since.
    is_confirmed: bool,
}

impl Candidate {
    fn values(&self, window: &SalesWindow) -> Vec<Value> {
        let (from, to) = (self.day * DAY_MICROS, (self.day + 1) * DAY_MICROS);
        vec![
            Value::Text(window.branch.as_str().to_owned()),
            Value::Whole(from),
            Value::Whole(to),
            Value::Text(self.counted_anew.clone()),
        ]
    }

    fn held(&self, connection: &Connection, window: &SalesWindow, run: RunId) -> Result<Vec<Held>> {
        let (start, end) = (micros(window.interval.start()), micros(window.interval.end()));
        let sql = format!(
            "SELECT media.*, EXISTS (
                SELECT 1 FROM etl_ejecuciones AS esta
                JOIN cambios_de_fuente AS cambio ON cambio.ubicacion_id = esta.ubicacion_id
                  AND cambio.desde = timezone(esta.zona, make_timestamp(media.media_hora)) AND cambio.recargada_en IS NOT NULL
                JOIN etl_ejecuciones AS antes ON antes.id = cambio.ejecucion_id
                WHERE esta.id = '{run}'::UUID AND antes.ventana_desde < make_timestamptz({end})
                  AND antes.ventana_hasta > make_timestamptz({start}))
             FROM (
                SELECT epoch_us(time_bucket(INTERVAL '30 minutes', ventas.fecha_hora)) AS media_hora, count(*)::UBIGINT,
                    min(carga.numero_factura), (array_agg(carga.linea ORDER BY carga.numero_factura))[1],
                    bool_and(list_contains(string_split(?, chr(10)), regexp_replace(carga.numero_factura, '-[0-9]+$', '')))
                FROM ventas JOIN carga_ventas AS carga ON {SAME} GROUP BY 1) AS media
             ORDER BY media_hora"
        );
        let mut values = self.values(window);
        values.insert(0, Value::Text(self.may_have_counted_anew.clone()));
        let mut statement = connection.prepare(&sql)?;
        let held = statement.query_map(values, |row| {
            Ok(Held {
                half_hour: row.get(0)?,
                lines: row.get(1)?,
                invoice: row.get(2)?,
                line: row.get(3)?,
                may_be_others: row.get(4)?,
                is_confirmed: row.get(5)?,
            })
        })?;
        Ok(held.collect::<std::result::Result<_, _>>()?)
    }
}

/// A half hour that is covered has lost lines: it is a gap until it is loaded again. Its sums are those of before.
pub(crate) fn note(
    connection: &Connection,
    window: &SalesWindow,
    half_hour: i64,
    lost: i64,
    (run, seen_at): (RunId, Timestamp),
) -> Result<()> {
    connection.execute(
        "INSERT INTO cambios_de_fuente (ejecucion_id, ubicacion_id, desde, hasta, medida_desde, medida_hasta,
            lineas_cargadas, lineas_ahora, vista_en)
         SELECT media.id, media.ubicacion_id, media.desde, media.hasta, media.desde, media.hasta,
            media.lineas, greatest(media.lineas::BIGINT - ?, 0)::UBIGINT, make_timestamptz(?::BIGINT)
         FROM (
            SELECT ejecucion.id, sumas.ubicacion_id, sumas.lineas, timezone(ejecucion.zona, sumas.media_hora) AS desde,
                timezone(ejecucion.zona, sumas.media_hora) + INTERVAL '30 minutes' AS hasta
            FROM etl_ejecuciones AS ejecucion, ventas_por_media_hora AS sumas
            WHERE ejecucion.id = ?::UUID AND sumas.ubicacion_id = ? AND sumas.media_hora = make_timestamp(?::BIGINT)
         ) AS media
         WHERE EXISTS (
            SELECT 1 FROM cobertura
            WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = media.ubicacion_id
              AND cobertura.desde < media.hasta AND cobertura.hasta > media.desde)
           AND NOT EXISTS (
            SELECT 1 FROM cambios_de_fuente AS antes
            WHERE antes.ubicacion_id = media.ubicacion_id AND antes.desde = media.desde AND antes.recargada_en IS NULL)",
        params![lost, micros(seen_at), run.to_string(), window.branch.as_str(), half_hour, EtlKind::Sales.as_str()],
    )?;
    Ok(())
}
