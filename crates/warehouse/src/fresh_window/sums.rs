//! What is kept of lines beside them, computed from the lines in memory: `ventas_por_media_hora` and `secuencias`.
//!
//! The lines of an invoice come one after the other as a rule, so that they are summed before anything is sorted or looked up.

use crate::database::Connection;
use domain::BranchId;
use domain::sale::{SaleLine, millionths};

use super::Load;
use crate::columns::{append, count, local_micros, local_moments, sum, text};
use crate::invoice_numbers::parts;
use crate::summaries::HALF_HOUR_MICROS;
use crate::{Result, WarehouseError};

/// Adds what is kept of the lines of some windows.
pub(super) fn insert(connection: &Connection, loads: &[&Load<'_>]) -> Result<()> {
    let mut half_hours: Vec<(&BranchId, i64, Sum)> = Vec::new();
    let mut runs: Vec<(&BranchId, NumberRow<'_>)> = Vec::new();
    for load in loads {
        let branch = &load.window.branch;
        let invoices = invoices(load.lines)?;
        half_hours.extend(sums(&invoices).into_iter().map(|(half_hour, sum)| (branch, half_hour, sum)));
        runs.extend(numbers(&invoices).into_iter().map(|row| (branch, row)));
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

/// What an invoice has in a half hour.
struct Invoice<'lines> {
    /// Its start, in local microseconds.
    half_hour: i64,
    number: &'lines str,
    lines: u64,
    bs: i128,
    usd: i128,
    first_at: i64,
    last_at: i64,
}

/// By half hour, and by number within it; each once.
fn invoices(lines: &[SaleLine]) -> Result<Vec<Invoice<'_>>> {
    let mut invoices: Vec<Invoice<'_>> = Vec::new();
    for line in lines {
        let at = local_micros(line.local_moment());
        let found = Invoice {
            half_hour: at.div_euclid(HALF_HOUR_MICROS) * HALF_HOUR_MICROS,
            number: &line.numero_factura,
            lines: 1,
            bs: of_line(line, line.venta_total_bs)?,
            usd: of_line(line, line.venta_total_usd)?,
            first_at: at,
            last_at: at,
        };
        add(&mut invoices, found);
    }
    invoices.sort_unstable_by_key(|invoice| (invoice.half_hour, invoice.number));
    let mut distinct = Vec::with_capacity(invoices.len());
    for invoice in invoices {
        add(&mut distinct, invoice);
    }
    Ok(distinct)
}

/// Adds to the last one where it is the same.
fn add<'lines>(invoices: &mut Vec<Invoice<'lines>>, found: Invoice<'lines>) {
    match invoices.last_mut() {
        Some(last) if (last.half_hour, last.number) == (found.half_hour, found.number) => {
            last.lines += found.lines;
            last.bs += found.bs;
            last.usd += found.usd;
            (last.first_at, last.last_at) = (last.first_at.min(found.first_at), last.last_at.max(found.last_at));
        }
        _ => invoices.push(found),
    }
}

/// By the start of the half hour in local microseconds.
fn sums(invoices: &[Invoice<'_>]) -> Vec<(i64, Sum)> {
    let of_half_hour = |invoices: &[Invoice<'_>]| {
        let mut sum = Sum { invoices: invoices.len() as u64, ..Sum::default() };
        for invoice in invoices {
            sum.lines += invoice.lines;
            sum.bs += invoice.bs;
            sum.usd += invoice.usd;
        }
        let mut amounts: Vec<i128> = invoices.iter().map(|invoice| invoice.usd).collect();
        amounts.sort_unstable();
        // The lower one of two in the middle, as `quantile_disc` has it.
        sum.median_usd = amounts.get(amounts.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        sum
    };
    let half_hours = invoices.chunk_by(|one, next| one.half_hour == next.half_hour);
    half_hours.filter_map(|of_one| Some((of_one.first()?.half_hour, of_half_hour(of_one)))).collect()
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
fn numbers<'lines>(invoices: &[Invoice<'lines>]) -> Vec<NumberRow<'lines>> {
    let with_number = |invoice: &Invoice<'lines>| {
        let (register, number) = parts(invoice.number)?;
        let Invoice { half_hour, first_at, last_at, .. } = *invoice;
        Some(NumberRow { register, half_hour, from: number, to: number, first_at, last_at })
    };
    let mut found: Vec<NumberRow<'_>> = invoices.iter().filter_map(with_number).collect();
    found.sort_unstable_by_key(|row| (row.register, row.half_hour, row.from));
    let mut rows: Vec<NumberRow<'_>> = Vec::new();
    for row in found {
        match rows.last_mut() {
            // Two texts may be one number: `C1-8` and `C1-08`.
            Some(last)
                if (last.register, last.half_hour) == (row.register, row.half_hour) && row.from - last.to <= 1 =>
            {
                last.to = row.to;
                (last.first_at, last.last_at) = (last.first_at.min(row.first_at), last.last_at.max(row.last_at));
            }
            _ => rows.push(row),
        }
    }
    rows
}
