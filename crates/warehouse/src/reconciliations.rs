//! `conciliaciones`: what the source changed of time that was covered before, in lines and in money.

use std::collections::HashMap;

use crate::database::{Connection, Row, params};
use domain::read_model::{RunReceipt, RunView};
use domain::reconciliation::SourceDifference;
use domain::{BranchId, EtlKind, RunId, RunState};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::columns::local_micros;
use crate::instants::{date_of_epoch_days, epoch_days, identified, instant, micros};
use crate::later_changes::close;
use crate::literal::{list, with_values};
use crate::sale_columns::sale_column_list;
use crate::sales_window::{Receipt, SalesWindow};
use crate::{Result, Warehouse, WarehouseError};

const DAY_MICROS: i64 = 86_400_000_000;

/// What a run's comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReconciliation {
    /// Whose day.
    pub branch: BranchId,
    /// The local day.
    pub date: Date,
    /// Whether the day was over when it was compared.
    pub is_day_over: bool,
    /// What changed of the time that was covered before.
    pub difference: SourceDifference,
}

/// The comparisons of one day of a branch, after it was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayReconciliation {
    /// Whose day.
    pub branch: BranchId,
    /// The local day.
    pub date: Date,
    /// When it was compared last.
    pub compared_at: Timestamp,
    /// The run that compared it last.
    pub run: RunId,
    /// How often it was compared as a whole; 0 where only a part of it was loaded once more, and had changed.
    pub times: u64,
    /// What changed in all of them.
    pub difference: SourceDifference,
    /// Lines of time that was not covered before.
    pub new_lines: u64,
}

/// The covered stretches of a run's window on its branch's clock, as far as they lie in it. Coverage is of instants, lines
/// are of the branch's clock: the run knows its zone.
const COVERED: &str = "AS
    SELECT DISTINCT timezone(ejecucion.zona, cobertura.desde) AS desde, timezone(ejecucion.zona, cobertura.hasta) AS hasta
    FROM cobertura JOIN etl_ejecuciones AS ejecucion ON ejecucion.id = ?::UUID
    WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = ejecucion.ubicacion_id
      AND cobertura.desde < ejecucion.ventana_hasta AND cobertura.hasta > ejecucion.ventana_desde";

/// Every column counts for whether a line changed, as in the comparison of a commit.
const DIFFERENCE: &str = "
    WITH antes AS (
        SELECT numero_factura, linea, venta_total_usd, venta_total_bs, true AS estaba, ventas_sin AS fila FROM (
            SELECT {columns} FROM ventas
            WHERE ubicacion_id = ? AND fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)
              AND EXISTS (SELECT 1 FROM cubierto_antes WHERE fecha_hora >= desde AND fecha_hora < hasta)) AS ventas_sin),
     ahora AS (
        SELECT numero_factura, linea, venta_total_usd, venta_total_bs, true AS esta, carga_sin AS fila FROM (
            SELECT {columns} FROM carga_ventas
            WHERE EXISTS (SELECT 1 FROM cubierto_antes WHERE fecha_hora >= desde AND fecha_hora < hasta)) AS carga_sin)
    SELECT
        count(*) FILTER (WHERE antes.estaba IS NULL)::UBIGINT,
        count(*) FILTER (WHERE antes.estaba AND ahora.esta AND antes.fila IS DISTINCT FROM ahora.fila)::UBIGINT,
        count(*) FILTER (WHERE ahora.esta IS NULL)::UBIGINT,
        coalesce(sum(antes.venta_total_usd), 0)::VARCHAR, coalesce(sum(ahora.venta_total_usd), 0)::VARCHAR,
        coalesce(sum(antes.venta_total_bs), 0)::VARCHAR, coalesce(sum(ahora.venta_total_bs), 0)::VARCHAR
    FROM antes FULL JOIN ahora USING (numero_factura, linea)";

/// Stores what an answer that is staged changes of the time that is covered; before rows and coverage are written, in
/// their transaction. A window that nothing of is covered, and that nobody asked to compare, leaves no receipt.
pub(crate) fn reconcile(
    connection: &Connection,
    window: &SalesWindow,
    run: RunId,
    receipt: &Receipt,
    at: Timestamp,
) -> Result<()> {
    let run = run.to_string();
    let covered = with_values(COVERED, &[&run, &EtlKind::Sales.as_str()]);
    connection.replace_temporary_table("cubierto_antes", &covered)?;
    let is_compared: bool = connection
        .prepare(
            "SELECT EXISTS (SELECT 1 FROM cubierto_antes) OR EXISTS (
                SELECT 1 FROM etl_ejecuciones JOIN lotes ON lotes.id = etl_ejecuciones.lote_id
                WHERE etl_ejecuciones.id = ?::UUID AND lotes.motivo IN ('reconciliacion', 'conciliacion'))",
        )?
        .query_row(params![run], |row| row.get(0))?;
    if is_compared {
        let is_same = receipt.added + receipt.changed + receipt.removed == 0;
        let found = if is_same { SourceDifference::default() } else { difference(connection, window)? };
        insert(connection, window, &run, at, receipt.added.saturating_sub(found.added), &found)?;
        close(connection, window, at)?;
    }
    connection.execute_batch("DROP TABLE cubierto_antes")?;
    Ok(())
}

fn difference(connection: &Connection, window: &SalesWindow) -> Result<SourceDifference> {
    let mut statement = connection.prepare(&DIFFERENCE.replace("{columns}", &sale_column_list()))?;
    let mut rows = statement.query(params![
        window.branch.as_str(),
        local_micros(window.local.start()),
        local_micros(window.local.end()),
    ])?;
    match rows.next()? {
        Some(row) => difference_at(row, 0),
        None => Ok(SourceDifference::default()),
    }
}

fn insert(
    connection: &Connection,
    window: &SalesWindow,
    run: &str,
    at: Timestamp,
    new_lines: u64,
    found: &SourceDifference,
) -> Result<()> {
    connection
        .prepare(
            "INSERT INTO conciliaciones
             SELECT id, ubicacion_id, fecha_desde, ventana_desde, ventana_hasta,
                timezone(zona, make_timestamptz(?::BIGINT))::DATE > fecha_desde,
                ?, ?, ?, ?, ?::DECIMAL(38, 6), ?::DECIMAL(38, 6), ?::DECIMAL(38, 6), ?::DECIMAL(38, 6),
                make_timestamptz(?::BIGINT)
             FROM etl_ejecuciones WHERE id = ?::UUID AND ubicacion_id = ?",
        )?
        .execute(params![
            micros(at),
            found.added,
            found.changed,
            found.removed,
            new_lines,
            found.usd_before.to_string(),
            found.usd_now.to_string(),
            found.bs_before.to_string(),
            found.bs_now.to_string(),
            micros(at),
            run,
            window.branch.as_str(),
        ])?;
    Ok(())
}

impl Warehouse {
    /// What a run's comparison found; None for a run that compared nothing.
    pub async fn reconciliation(&self, run: RunId) -> Result<Option<RunReconciliation>> {
        self.read("conciliacion", move |connection| {
            let mut statement = connection.prepare(&with_values(
                "SELECT lineas_agregadas, lineas_cambiadas, lineas_retiradas, usd_antes::VARCHAR, usd_ahora::VARCHAR,
                    bs_antes::VARCHAR, bs_ahora::VARCHAR, ubicacion_id, epoch_ms(fecha::TIMESTAMP) // 86400000, dia_cerrado
                 FROM conciliaciones WHERE ejecucion_id = ?::UUID",
                &[&run],
            ))?;
            let mut rows = statement.query([])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            Ok(Some(RunReconciliation {
                difference: difference_at(row, 0)?,
                branch: BranchId::new(row.get::<_, String>(7)?),
                date: day("fecha", row.get(8)?)?,
                is_day_over: row.get(9)?,
            }))
        })
        .await
    }

    /// The days from a date on that were compared after they were over, each with all of its comparisons. A half hour that
    /// was loaded once more and had not changed does not say of its day that it was compared.
    pub async fn reconciliations(&self, branch: Option<BranchId>, since: Date) -> Result<Vec<DayReconciliation>> {
        self.read("conciliaciones", move |connection| {
            let of_days = with_values(
                "dia_cerrado AND (? IS NULL OR ubicacion_id = ?) AND fecha >= DATE '1970-01-01' + ?",
                &[&branch, &branch, &epoch_days(since)],
            );
            // Their runs ended about when they were registered: the blocks of all others are skipped.
            let (first, last): (Option<i64>, Option<i64>) = connection
                .prepare(&format!(
                    "SELECT epoch_us(min(registrada_en)) - {DAY_MICROS}, epoch_us(max(registrada_en)) + {DAY_MICROS}
                     FROM conciliaciones WHERE {of_days}"
                ))?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
            let mut statement = connection.prepare(&format!(
                "SELECT sum(lineas_agregadas)::UBIGINT, sum(lineas_cambiadas)::UBIGINT, sum(lineas_retiradas)::UBIGINT,
                    sum(usd_antes)::VARCHAR, sum(usd_ahora)::VARCHAR, sum(bs_antes)::VARCHAR, sum(bs_ahora)::VARCHAR,
                    ubicacion_id, epoch_ms(fecha::TIMESTAMP) // 86400000,
                    epoch_us(coalesce(max(registrada_en) FILTER (WHERE es_del_dia), max(registrada_en))),
                    coalesce(max(ejecucion_id::VARCHAR) FILTER (WHERE es_del_dia), max(ejecucion_id::VARCHAR)),
                    count(*) FILTER (WHERE es_del_dia)::UBIGINT, sum(lineas_nuevas)::UBIGINT
                 FROM (
                    SELECT conciliaciones.*, ejecucion_id IN (
                        SELECT ejecucion.id FROM etl_ejecuciones AS ejecucion LEFT JOIN lotes ON lotes.id = ejecucion.lote_id
                        WHERE ejecucion.fecha_fin BETWEEN make_timestamptz({first}) AND make_timestamptz({last})
                          AND (ejecucion.modo = 'completo' OR lotes.motivo IN ('reconciliacion', 'conciliacion'))) AS es_del_dia
                    FROM conciliaciones WHERE {of_days}) AS comparadas
                 GROUP BY ubicacion_id, fecha
                 HAVING bool_or(es_del_dia) OR sum(lineas_agregadas + lineas_cambiadas + lineas_retiradas) > 0
                 ORDER BY fecha DESC, ubicacion_id"
            ))?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(DayReconciliation {
                    difference: difference_at(row, 0)?,
                    branch: BranchId::new(row.get::<_, String>(7)?),
                    date: day("fecha", row.get(8)?)?,
                    compared_at: instant("registrada_en", row.get(9)?)?,
                    run: identified("ejecucion_id", &row.get::<_, String>(10)?)?,
                    times: row.get(11)?,
                    new_lines: row.get(12)?,
                });
            }
            Ok(found)
        })
        .await
    }
}

/// The receipts of runs that are shown.
pub(crate) fn receipts(connection: &Connection, runs: &[RunView]) -> Result<HashMap<RunId, RunReceipt>> {
    // Only runs that ended well can have one.
    let ids: Vec<RunId> = runs.iter().filter(|run| run.estado == RunState::Succeeded).map(|run| run.id).collect();
    let mut found = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let mut statement = connection.prepare(&format!(
        "SELECT lineas_agregadas, lineas_cambiadas, lineas_retiradas, usd_antes::VARCHAR, usd_ahora::VARCHAR,
            bs_antes::VARCHAR, bs_ahora::VARCHAR, ejecucion_id::VARCHAR
         FROM conciliaciones WHERE ejecucion_id IN ({})",
        list(&ids)
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let difference = difference_at(row, 0)?;
        let receipt = RunReceipt {
            lineas_agregadas: difference.added,
            lineas_cambiadas: difference.changed,
            lineas_retiradas: difference.removed,
            diferencia_usd: difference.usd(),
            diferencia_bs: difference.bs(),
        };
        found.insert(identified("ejecucion_id", &row.get::<_, String>(7)?)?, receipt);
    }
    Ok(found)
}

fn difference_at(row: &Row<'_>, first: usize) -> Result<SourceDifference> {
    let money = |index: usize| -> Result<Decimal> {
        let text: String = row.get(first + index)?;
        text.parse::<Decimal>()
            .map(|sum| sum.normalize())
            .map_err(|error| WarehouseError::Unreadable { column: "usd_antes", detail: error.to_string() })
    };
    Ok(SourceDifference {
        added: row.get(first)?,
        changed: row.get(first + 1)?,
        removed: row.get(first + 2)?,
        usd_before: money(3)?,
        usd_now: money(4)?,
        bs_before: money(5)?,
        bs_now: money(6)?,
    })
}

fn day(column: &'static str, days: i64) -> Result<Date> {
    let out = || WarehouseError::Unreadable { column, detail: format!("day {days}") };
    date_of_epoch_days(column, i32::try_from(days).map_err(|_| out())?)
}
