//! The commit of a window that nothing was there of, as most are: its lines are appended as they are, and what is kept of them
//! is computed here. Nothing is staged, compared or read back, which is most of what a commit costs.
//!
//! Everything else takes the way of [`crate::sales`]: a window that is covered in part or has lines, a comparison, a loss in
//! doubt, an invoice that the day or another day may have, or a number without order.

use std::collections::BTreeMap;

use domain::sale::{SaleLine, millionths};
use domain::{EtlKind, RunId};
use duckdb::Connection;
use jiff::Timestamp;

use crate::columns::{append, local_micros, of_all, sale_columns};
use crate::instants::micros;
use crate::literal::with_values;
use crate::other_days::{InvoiceDays, Numbers, parts};
use crate::run_place;
use crate::sales_window::SalesWindow;
use crate::summaries::HALF_HOUR_MICROS;
use crate::{Result, WarehouseError};

/// Commits the lines and the coverage of a window, where nothing was there of it; false where something was, or may have
/// been, and then nothing is done.
pub(crate) fn commit(
    connection: &Connection,
    days: &InvoiceDays,
    window: &SalesWindow,
    lines: &[SaleLine],
    (run, now): (RunId, impl Fn() -> Timestamp),
) -> Result<Option<Timestamp>> {
    let numbers = Numbers::of(lines);
    let is_whole =
        [window.local.start(), window.local.end()].iter().all(|at| local_micros(*at) % HALF_HOUR_MICROS == 0);
    if !is_whole || !days.are_new(connection, window, &numbers)? || is_comparison(connection, run)? {
        return Ok(None);
    }
    let Some(coverage) = Coverage::around(connection, window)? else { return Ok(None) };
    if !lines.is_empty() {
        insert(connection, window, lines, run)?;
    }
    days.widen(window, &numbers);
    let at = now();
    coverage.extend(connection, window, run, at)?;
    Ok(Some(at))
}

/// Whether a run compares, so that its receipt is kept also where nothing is different.
fn is_comparison(connection: &Connection, run: RunId) -> Result<bool> {
    for of_run in run_place::of_run(run) {
        let reason: Option<String> = connection
            .prepare(&format!(
                "SELECT any_value(coalesce(motivo, '')) FROM (SELECT lote_id FROM etl_ejecuciones WHERE {of_run}) AS ejecucion
                 LEFT JOIN lotes ON lotes.id = ejecucion.lote_id"
            ))?
            .query_row([], |row| row.get(0))?;
        if let Some(reason) = reason {
            return Ok(matches!(reason.as_str(), "reconciliacion" | "conciliacion"));
        }
    }
    // Of a run that is not known nothing is committed; the end of the run says so.
    Ok(true)
}

/// What `cobertura_continua` has right before and after a window that it has nothing of.
struct Coverage {
    parts: u64,
    from: i64,
    to: i64,
}

impl Coverage {
    /// None where something is there of the window: coverage, lines, or a loss in doubt.
    fn around(connection: &Connection, window: &SalesWindow) -> Result<Option<Self>> {
        let (start, end) = (micros(window.interval.start()), micros(window.interval.end()));
        let (branch, kind) = (&window.branch, EtlKind::Sales.as_str());
        let (local_start, local_end) = (local_micros(window.local.start()), local_micros(window.local.end()));
        let sql = with_values(
            "SELECT partes, desde, hasta, solapadas, con_lineas + en_duda FROM
                (SELECT count(*)::UBIGINT AS partes, epoch_us(min(desde)) AS desde, epoch_us(max(hasta)) AS hasta,
                    count(*) FILTER (desde < make_timestamptz(?) AND hasta > make_timestamptz(?))::UBIGINT AS solapadas
                 FROM cobertura_continua
                 WHERE etl_tipo = ? AND ubicacion_id = ? AND desde <= make_timestamptz(?) AND hasta >= make_timestamptz(?)),
                (SELECT count(*)::UBIGINT AS con_lineas FROM ventas_por_media_hora
                 WHERE ubicacion_id = ? AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)),
                (SELECT count(*)::UBIGINT AS en_duda FROM perdidas_en_duda
                 WHERE ubicacion_id = ? AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?))",
            &[
                &end, &start, &kind, branch, &end, &start, branch, &local_start, &local_end, branch, &local_start, &local_end,
            ],
        );
        let (parts, from, to, overlapping, others): (u64, Option<i64>, Option<i64>, u64, u64) = connection
            .prepare(&sql)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let (from, to) = (from.unwrap_or(start).min(start), to.unwrap_or(end).max(end));
        Ok((overlapping + others == 0).then_some(Self { parts, from, to }))
    }

    /// Covers the window, as [`crate::coverage::cover`] does.
    fn extend(&self, connection: &Connection, window: &SalesWindow, run: RunId, at: Timestamp) -> Result<()> {
        let (start, end) = (micros(window.interval.start()), micros(window.interval.end()));
        let (branch, kind) = (&window.branch, EtlKind::Sales.as_str());
        let values = with_values(
            "(?, ?, make_timestamptz(?), make_timestamptz(?), ?::UUID, make_timestamptz(?))",
            &[&kind, branch, &start, &end, &run, &micros(at)],
        );
        connection.execute_batch(&format!(
            "INSERT INTO cobertura (etl_tipo, ubicacion_id, desde, hasta, ejecucion_id, registrada_en) VALUES {values}"
        ))?;
        let touching = with_values(
            "etl_tipo = ? AND ubicacion_id = ? AND desde <= make_timestamptz(?) AND hasta >= make_timestamptz(?)",
            &[&kind, branch, &end, &start],
        );
        if self.parts == 1 {
            let (from, to) = (self.from, self.to);
            return Ok(connection.execute_batch(&format!(
                "UPDATE cobertura_continua SET desde = make_timestamptz({from}), hasta = make_timestamptz({to})
                 WHERE {touching}"
            ))?);
        }
        if self.parts > 1 {
            connection.execute_batch(&format!("DELETE FROM cobertura_continua WHERE {touching}"))?;
        }
        let values =
            with_values("(?, ?, make_timestamptz(?), make_timestamptz(?))", &[&kind, branch, &self.from, &self.to]);
        connection.execute_batch(&format!(
            "INSERT INTO cobertura_continua (etl_tipo, ubicacion_id, desde, hasta) VALUES {values}"
        ))?;
        Ok(())
    }
}

fn insert(connection: &Connection, window: &SalesWindow, lines: &[SaleLine], run: RunId) -> Result<()> {
    let mut columns = vec![("ubicacion_id", of_all(lines, window.branch.as_str()))];
    columns.extend(sale_columns(lines)?);
    columns.push(("ejecucion_id", of_all(lines, &run.to_string())));
    append(connection, "ventas", columns)?;
    let branch = &window.branch;
    let sums: Vec<String> = sums(lines)?
        .into_iter()
        .map(|(half_hour, sum)| {
            let Sum { lines, invoices, bs, usd, median_usd } = sum;
            format!(
                "({}, {lines}, {invoices}, {}, {}, {})",
                with_values("?, make_timestamp(?)", &[branch, &half_hour]),
                decimal(bs),
                decimal(usd),
                decimal(median_usd)
            )
        })
        .collect();
    connection.execute_batch(&format!("INSERT INTO ventas_por_media_hora VALUES {}", sums.join(", ")))?;
    let numbers: Vec<String> = numbers(lines)
        .into_iter()
        .map(|run| {
            with_values(
                "(?, ?, make_timestamp(?), ?, ?, make_timestamp(?), make_timestamp(?))",
                &[branch, &run.register, &run.half_hour, &run.from, &run.to, &run.first_at, &run.last_at],
            )
        })
        .collect();
    if !numbers.is_empty() {
        connection.execute_batch(&format!("INSERT INTO secuencias VALUES {}", numbers.join(", ")))?;
    }
    Ok(())
}

/// A row of `ventas_por_media_hora`, with money in millionths.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    lines: u64,
    invoices: u64,
    bs: i128,
    usd: i128,
    median_usd: i128,
}

/// By the start of the half hour in local microseconds.
fn sums(lines: &[SaleLine]) -> Result<BTreeMap<i64, Sum>> {
    let mut by_half_hour: BTreeMap<i64, (Sum, BTreeMap<&str, i128>)> = BTreeMap::new();
    for line in lines {
        let (bs, usd) = (of_line(line, line.venta_total_bs)?, of_line(line, line.venta_total_usd)?);
        let (sum, invoices) = by_half_hour.entry(half_hour_of(line)).or_default();
        sum.lines += 1;
        sum.bs += bs;
        sum.usd += usd;
        *invoices.entry(&line.numero_factura).or_default() += usd;
    }
    let with_median = |(mut sum, invoices): (Sum, BTreeMap<&str, i128>)| {
        let mut amounts: Vec<i128> = invoices.into_values().collect();
        amounts.sort_unstable();
        sum.invoices = amounts.len() as u64;
        // The lower one of two in the middle, as `quantile_disc` has it.
        sum.median_usd = amounts.get(amounts.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        sum
    };
    Ok(by_half_hour.into_iter().map(|(half_hour, found)| (half_hour, with_median(found))).collect())
}

fn of_line(line: &SaleLine, amount: rust_decimal::Decimal) -> Result<i128> {
    millionths(amount).ok_or_else(|| WarehouseError::OutOfRange {
        place: format!("{}/{}", line.numero_factura, line.linea),
        column: "venta_total",
        value: amount.to_string(),
    })
}

/// A row of `secuencias`.
#[derive(Debug, PartialEq, Eq)]
struct NumberRow<'lines> {
    register: &'lines str,
    half_hour: i64,
    from: u64,
    to: u64,
    first_at: i64,
    last_at: i64,
}

/// Numbers in a row, by register and half hour.
fn numbers(lines: &[SaleLine]) -> Vec<NumberRow<'_>> {
    let mut moments: BTreeMap<(&str, i64, u64), (i64, i64)> = BTreeMap::new();
    for line in lines {
        let Some((register, number)) = parts(&line.numero_factura) else { continue };
        let at = local_micros(line.local_moment());
        let (first, last) = moments.entry((register, half_hour_of(line), number)).or_insert((at, at));
        (*first, *last) = ((*first).min(at), (*last).max(at));
    }
    let mut rows: Vec<NumberRow<'_>> = Vec::new();
    for ((register, half_hour, number), (first_at, last_at)) in moments {
        match rows.last_mut() {
            Some(row) if (row.register, row.half_hour) == (register, half_hour) && row.to + 1 == number => {
                row.to = number;
                (row.first_at, row.last_at) = (row.first_at.min(first_at), row.last_at.max(last_at));
            }
            _ => rows.push(NumberRow { register, half_hour, from: number, to: number, first_at, last_at }),
        }
    }
    rows
}

fn half_hour_of(line: &SaleLine) -> i64 {
    local_micros(line.local_moment()).div_euclid(HALF_HOUR_MICROS) * HALF_HOUR_MICROS
}

/// Millionths as a decimal of six places.
fn decimal(millionths: i128) -> String {
    let (sign, size) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0.000000")]
    #[case(-1, "-0.000001")]
    #[case(12_080_000, "12.080000")]
    #[case(-1_500_000, "-1.500000")]
    fn money_is_written_with_six_places(#[case] amount: i128, #[case] expected: &str) {
        assert_eq!(decimal(amount), expected);
    }
}
