//! What is loaded of a branch's sales, to be compared with what the source says it sold.

use crate::database::params;
use domain::{BranchId, Interval};
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::columns::local_micros;
use crate::{Result, Warehouse, WarehouseError};

/// Sums over invoice lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalesTotals {
    /// Lines.
    pub lines: u64,
    /// Distinct invoices.
    pub invoices: u64,
    /// The sum of `venta_total_bs`.
    pub total_bs: Decimal,
    /// The sum of `venta_total_usd`.
    pub total_usd: Decimal,
}

impl Warehouse {
    /// Sums over what is loaded of a branch within a stretch of its local time.
    pub async fn sales_totals(&self, branch: BranchId, local: Interval<DateTime>) -> Result<SalesTotals> {
        self.read("totales_de_ventas", move |connection| {
            let (lines, invoices, total_bs, total_usd): (u64, u64, String, String) = connection
                .prepare(
                    "SELECT count(*)::UBIGINT, count(DISTINCT numero_factura)::UBIGINT,
                        coalesce(sum(venta_total_bs), 0)::VARCHAR, coalesce(sum(venta_total_usd), 0)::VARCHAR
                     FROM ventas
                     WHERE ubicacion_id = ? AND fecha_hora >= make_timestamp(?::BIGINT) AND fecha_hora < make_timestamp(?::BIGINT)",
                )?
                .query_row(params![branch.as_str(), local_micros(local.start()), local_micros(local.end())], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?;
            Ok(SalesTotals {
                lines,
                invoices,
                total_bs: sum("venta_total_bs", &total_bs)?,
                total_usd: sum("venta_total_usd", &total_usd)?,
            })
        })
        .await
    }
}

/// Sums are wider than what the driver hands over as a decimal, so they come as text.
fn sum(column: &'static str, text: &str) -> Result<Decimal> {
    text.parse::<Decimal>()
        .map(|sum| sum.normalize())
        .map_err(|error| WarehouseError::Unreadable { column, detail: error.to_string() })
}
