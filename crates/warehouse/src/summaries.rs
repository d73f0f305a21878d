//! `ventas_por_media_hora` and `secuencias`: what estimates and the proof by numbers are read from, so that neither reads
//! the lines. They are made anew, for the half hours of a window, in the transaction that changed its lines.

use crate::database::{Connection, params};
use domain::BranchId;

use crate::Result;
use crate::columns::local_micros;
use crate::sales_window::SalesWindow;

pub(crate) const HALF_HOUR_MICROS: i64 = 1_800_000_000;

const OF_WINDOW: &str =
    "ubicacion_id = ? AND fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)";

const SUMS: &str = "INSERT INTO ventas_por_media_hora
    SELECT ubicacion_id, media_hora, sum(lineas)::UBIGINT, count(*)::UBIGINT, sum(bs),
        sum(usd), percentile_disc(0.5) WITHIN GROUP (ORDER BY usd)
    FROM (
        SELECT ubicacion_id, time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora, numero_factura,
            count(*) AS lineas, sum(venta_total_bs) AS bs, sum(venta_total_usd) AS usd
        FROM ventas WHERE {of_window} GROUP BY 1, 2, 3) AS facturas
    GROUP BY ubicacion_id, media_hora";

const NUMBERS: &str = "INSERT INTO secuencias
    SELECT ubicacion_id, caja, media_hora, min(numero), max(numero), min(primera), max(ultima)
    FROM (
        SELECT *, numero::HUGEINT - row_number() OVER (PARTITION BY caja, media_hora ORDER BY numero) AS fila
        FROM (
            SELECT ubicacion_id, regexp_extract(numero_factura, '^(.+)-[0-9]{1,18}$', 1) AS caja,
                nullif(regexp_extract(numero_factura, '^.+-([0-9]{1,18})$', 1), '')::UBIGINT AS numero,
                time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora,
                min(fecha_hora) AS primera, max(fecha_hora) AS ultima
            FROM ventas WHERE {of_window} GROUP BY 1, 2, 3, 4) AS facturas
        WHERE numero IS NOT NULL) AS numeradas
    GROUP BY ubicacion_id, caja, media_hora, fila";

/// Makes both anew for a window. `had_rows` is false where nothing was loaded of it before.
pub(crate) fn summarise(connection: &Connection, window: &SalesWindow, had_rows: bool) -> Result<()> {
    let branch = window.branch.as_str();
    // Whole half hours, also where a window begins or ends within one.
    let from = local_micros(window.local.start()).div_euclid(HALF_HOUR_MICROS) * HALF_HOUR_MICROS;
    let to = (local_micros(window.local.end()) + HALF_HOUR_MICROS - 1).div_euclid(HALF_HOUR_MICROS) * HALF_HOUR_MICROS;
    make_anew(connection, branch, (from, to), had_rows)
}

/// Makes both anew for the half hour that begins then, after lines of it were taken away.
pub(crate) fn summarise_half_hour(connection: &Connection, branch: &BranchId, start_micros: i64) -> Result<()> {
    make_anew(connection, branch.as_str(), (start_micros, start_micros + HALF_HOUR_MICROS), true)
}

fn make_anew(connection: &Connection, branch: &str, (from, to): (i64, i64), had_rows: bool) -> Result<()> {
    if had_rows {
        for table in ["ventas_por_media_hora", "secuencias"] {
            let condition = OF_WINDOW.replace("fecha_hora", "media_hora");
            connection.execute(&format!("DELETE FROM {table} WHERE {condition}"), params![branch, from, to])?;
        }
    }
    for insert in [SUMS, NUMBERS] {
        connection.execute(&insert.replace("{of_window}", OF_WINDOW), params![branch, from, to])?;
    }
    Ok(())
}
