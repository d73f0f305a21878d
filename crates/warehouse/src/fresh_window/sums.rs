//! What is kept of lines beside them, computed from the lines in memory: `ventas_por_media_hora` and `secuencias`.

use std::collections::BTreeMap;

use domain::BranchId;
use domain::sale::{SaleLine, millionths};
use duckdb::Connection;

use super::Load;
use crate::columns::{append, count, local_micros, local_moments, sum, text};
use crate::other_days::parts;
use crate::summaries::HALF_HOUR_MICROS;
use crate::{Result, WarehouseError};

/// Adds what is kept of the lines of some windows.
pub(super) fn insert(connection: &Connection, loads: &[&Load<'_>]) -> Result<()> {
    let mut half_hours: Vec<(&BranchId, i64, Sum)> = Vec::new();
    let mut runs: Vec<(&BranchId, NumberRow<'_>)> = Vec::new();
    for load in loads {
        let branch = &load.window.branch;
        half_hours.extend(sums(load.lines)?.into_iter().map(|(half_hour, sum)| (branch, half_hour, sum)));
        runs.extend(numbers(load.lines).into_iter().map(|row| (branch, row)));
    }
    append(
        connection,
        "ventas_por_media_hora",
        vec![
            ("ubicacion_id", text(&half_hours, |(branch, ..)| Some(branch.as_str()))),
            ("media_hora", local_moments(&half_hours, |(_, half_hour, _)| *half_hour)),
            ("lineas", count(&half_hours, |(.., sum)| sum.lines)),
            ("facturas", count(&half_hours, |(.., sum)| sum.invoices)),
            ("total_bs", sum(&half_hours, |(.., sum)| sum.bs)),
            ("total_usd", sum(&half_hours, |(.., sum)| sum.usd)),
            ("factura_mediana_usd", sum(&half_hours, |(.., sum)| sum.median_usd)),
        ],
    )?;
    if runs.is_empty() {
        return Ok(());
    }
    append(
        connection,
        "secuencias",
        vec![
            ("ubicacion_id", text(&runs, |(branch, _)| Some(branch.as_str()))),
            ("caja", text(&runs, |(_, row)| Some(row.register))),
            ("media_hora", local_moments(&runs, |(_, row)| row.half_hour)),
            ("desde", count(&runs, |(_, row)| row.from)),
            ("hasta", count(&runs, |(_, row)| row.to)),
            ("primera", local_moments(&runs, |(_, row)| row.first_at)),
            ("ultima", local_moments(&runs, |(_, row)| row.last_at)),
        ],
    )
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
