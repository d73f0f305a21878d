//! `cobertura` and its union `cobertura_continua`, `exenciones`, and the attempts that explain what is missing in them.

use crate::database::{Connection, Row, params};
use domain::gap::Attempt;
use domain::{BranchId, EtlKind, Interval, RunId};
use jiff::Timestamp;

use crate::instants::{identified, instant, interval, micros, named};
use crate::literal::with_values;
use crate::runs::run_text;
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Intervals of one kind by branch, in no order.
pub type BranchIntervals = Vec<(BranchId, Interval<Timestamp>)>;

/// Marks a window as covered. Called by the commits of rows only, in their transaction (DESIGN, rule 3).
pub(crate) fn cover(
    connection: &Connection,
    kind: EtlKind,
    branch: &BranchId,
    window: Interval<Timestamp>,
    run: RunId,
    now: Timestamp,
) -> Result<()> {
    connection
        .prepare(
            "INSERT INTO cobertura (etl_tipo, ubicacion_id, desde, hasta, ejecucion_id, registrada_en)
             VALUES (?, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT), ?::UUID, make_timestamptz(?::BIGINT))",
        )?
        .execute(params![
            kind.as_str(),
            branch.as_str(),
            micros(window.start()),
            micros(window.end()),
            run.to_string(),
            micros(now),
        ])?;
    join(connection, kind, branch, window)
}

const TOUCHING: &str = "etl_tipo = ? AND ubicacion_id = ?
    AND desde <= make_timestamptz(?::BIGINT) AND hasta >= make_timestamptz(?::BIGINT)";

/// Adds a window to `cobertura_continua`: what it touches and itself become one.
fn join(connection: &Connection, kind: EtlKind, branch: &BranchId, window: Interval<Timestamp>) -> Result<()> {
    let (kind, branch, start, end) = (kind.as_str(), branch.as_str(), micros(window.start()), micros(window.end()));
    let (parts, from, to): (u64, Option<i64>, Option<i64>) = connection
        .prepare(&format!(
            "SELECT count(*)::UBIGINT, epoch_us(min(desde)), epoch_us(max(hasta)) FROM cobertura_continua WHERE {TOUCHING}"
        ))?
        .query_row(params![kind, branch, end, start], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (from, to) = (from.unwrap_or(start), to.unwrap_or(end));
    if parts == 1 && from <= start && end <= to {
        return Ok(());
    }
    if parts > 0 {
        let delete = format!("DELETE FROM cobertura_continua WHERE {TOUCHING}");
        connection.execute(&delete, params![kind, branch, end, start])?;
    }
    connection.execute(
        "INSERT INTO cobertura_continua (etl_tipo, ubicacion_id, desde, hasta)
         VALUES (?, ?, make_timestamptz(?::BIGINT), make_timestamptz(?::BIGINT))",
        params![kind, branch, from.min(start), to.max(end)],
    )?;
    Ok(())
}

fn intervals(
    connection: &Connection,
    table: &str,
    condition: &str,
    kind: EtlKind,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
) -> Result<BranchIntervals> {
    let mut statement = connection.prepare(&with_values(
        &format!(
            "SELECT DISTINCT ubicacion_id, epoch_us(desde), epoch_us(hasta) FROM {table}
             WHERE etl_tipo = ? AND (? IS NULL OR ubicacion_id = ?)
               AND desde < make_timestamptz(?) AND hasta > make_timestamptz(?) {condition}"
        ),
        &[&kind.as_str(), &branch, &branch, &micros(range.end()), &micros(range.start())],
    ))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let covered = interval("cobertura", row.get(1)?, row.get(2)?).or_set_aside("cobertura_continua")?;
        let branch = BranchId::new(row.get::<_, String>(0)?);
        found.extend(covered.map(|covered| (branch, covered)));
    }
    Ok(found)
}

impl Warehouse {
    /// The end of the latest covered half hour of sales, by branch.
    pub async fn newest_sales(&self) -> Result<Vec<(BranchId, Timestamp)>> {
        self.read("ventas_mas_recientes", |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, epoch_us(max(hasta)) FROM cobertura_continua WHERE etl_tipo = 'ventas'
                 GROUP BY ubicacion_id ORDER BY ubicacion_id",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push((BranchId::new(row.get::<_, String>(0)?), instant("hasta", row.get(1)?)?));
            }
            Ok(found)
        })
        .await
    }

    /// The stretches that overlap a range and whose windows' rows were committed whole, windows that touch as one; of one
    /// branch, or of all.
    pub async fn coverage(
        &self,
        kind: EtlKind,
        branch: Option<BranchId>,
        range: Interval<Timestamp>,
    ) -> Result<BranchIntervals> {
        self.read("cobertura", move |connection| covered(connection, kind, branch.as_ref(), range)).await
    }

    /// The windows of a range that were given up and not taken back; of one branch, or of all.
    pub async fn waived(
        &self,
        kind: EtlKind,
        branch: Option<BranchId>,
        range: Interval<Timestamp>,
    ) -> Result<BranchIntervals> {
        self.read("exenciones", move |connection| waived(connection, kind, branch.as_ref(), range)).await
    }
}

pub(crate) fn covered(
    connection: &Connection,
    kind: EtlKind,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
) -> Result<BranchIntervals> {
    intervals(connection, "cobertura_continua", "", kind, branch, range)
}

pub(crate) fn waived(
    connection: &Connection,
    kind: EtlKind,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
) -> Result<BranchIntervals> {
    intervals(connection, "exenciones", "AND retirada_en IS NULL", kind, branch, range)
}

/// Runs with points of a range that did not succeed, or have not ended.
pub(crate) fn attempts(
    connection: &Connection,
    kind: EtlKind,
    branch: Option<&BranchId>,
    range: Interval<Timestamp>,
) -> Result<Vec<(BranchId, Attempt)>> {
    let mut statement = connection.prepare(&with_values(
        "SELECT ubicacion_id, id::VARCHAR, epoch_us(ventana_desde), epoch_us(ventana_hasta), estado,
            error_tipo, error_mensaje, error_detalle,
            estado = 'en_cola' AND lote_id IS NOT NULL AND lote_id IN (
                SELECT planes.id FROM planes WHERE planes.estado IN ('pausado', 'detenido'))
         FROM etl_ejecuciones
         WHERE etl_tipo = ? AND (? IS NULL OR ubicacion_id = ?) AND estado <> 'exitoso'
           AND ventana_desde < make_timestamptz(?) AND ventana_hasta > make_timestamptz(?)",
        &[&kind.as_str(), &branch, &branch, &micros(range.end()), &micros(range.start())],
    ))?;
    let mut rows = statement.query([])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        let branch = BranchId::new(row.get::<_, String>(0)?);
        let attempt = attempt(row).or_set_aside("etl_ejecuciones")?;
        attempts.extend(attempt.map(|attempt| (branch, attempt)));
    }
    Ok(attempts)
}

/// The start of the first covered window of each branch.
pub(crate) fn first_covered(connection: &Connection, kind: EtlKind) -> Result<Vec<(BranchId, Timestamp)>> {
    let mut statement = connection.prepare(
        "SELECT ubicacion_id, epoch_us(min(desde)) FROM cobertura_continua WHERE etl_tipo = ? GROUP BY ubicacion_id",
    )?;
    let mut rows = statement.query([kind.as_str()])?;
    let mut first = Vec::new();
    while let Some(row) = rows.next()? {
        first.push((BranchId::new(row.get::<_, String>(0)?), instant("desde", row.get(1)?)?));
    }
    Ok(first)
}

fn attempt(row: &Row<'_>) -> Result<Attempt> {
    Ok(Attempt {
        run: identified("id", &row.get::<_, String>(1)?)?,
        interval: interval("ventana", row.get(2)?, row.get(3)?)?,
        state: named("estado", &row.get::<_, String>(4)?)?,
        is_held: row.get(8)?,
        error: row.get::<_, Option<String>>(5)?.map(|text| named("error_tipo", &text)).transpose()?,
        message: run_text(row, 6, 7)?,
    })
}
