//! What stores sold, half hour by half hour: what missing half hours are valued by.

use std::collections::HashMap;

use domain::value::{HalfHourSales, SalesHistory};
use domain::{BranchId, EtlKind, Interval};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::columns::local_micros;
use crate::coverage;
use crate::instants::instant;
use crate::literal::list;
use crate::{Result, Warehouse, WarehouseError};

impl Warehouse {
    /// What is covered, and what was sold, of the named stores within a range; `local` is the same on their clocks.
    /// One question however many stores and gaps there are.
    pub async fn sales_history(
        &self,
        branches: Vec<BranchId>,
        range: Interval<Timestamp>,
        local: Interval<DateTime>,
    ) -> Result<HashMap<BranchId, SalesHistory>> {
        self.read("historia_de_ventas", move |connection| {
            let mut histories: HashMap<BranchId, SalesHistory> = HashMap::new();
            if branches.is_empty() {
                return Ok(histories);
            }
            let only = match branches.as_slice() {
                [one] => Some(one),
                _ => None,
            };
            let mut covered: HashMap<BranchId, Vec<Interval<Timestamp>>> = HashMap::new();
            for (branch, interval) in coverage::covered(connection, EtlKind::Sales, only, range)? {
                covered.entry(branch).or_default().push(interval);
            }
            for branch in &branches {
                let covered = covered.remove(branch).unwrap_or_default().into_iter().collect();
                histories.insert(branch.clone(), SalesHistory { covered, half_hours: HashMap::new() });
            }
            let mut statement = connection.prepare(&format!(
                "SELECT ubicacion_id, epoch_us(media_hora), lineas, facturas, (total_bs * 1000000)::HUGEINT, (total_usd * 1000000)::HUGEINT,
                    (factura_mediana_usd * 1000000)::HUGEINT
                 FROM ventas_por_media_hora
                 WHERE media_hora >= make_timestamp({}) AND media_hora < make_timestamp({}) AND ubicacion_id IN ({})",
                local_micros(local.start()),
                local_micros(local.end()),
                list(&branches)
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let branch = BranchId::new(row.get::<_, String>(0)?);
                let at = TimeZone::UTC.to_datetime(instant("media_hora", row.get(1)?)?);
                let sales = HalfHourSales {
                    lines: row.get(2)?,
                    invoices: row.get(3)?,
                    total_bs: millionths("total_bs", row.get(4)?)?,
                    total_usd: millionths("total_usd", row.get(5)?)?,
                    median_invoice_usd: millionths("factura_mediana_usd", row.get(6)?)?,
                };
                if let Some(history) = histories.get_mut(&branch) {
                    history.half_hours.insert(at, sales);
                }
            }
            Ok(histories)
        })
        .await
    }
}

/// Whole numbers are read many times quicker than text.
fn millionths(column: &'static str, millionths: i128) -> Result<Decimal> {
    Decimal::try_from_i128_with_scale(millionths, 6)
        .map(|sum| sum.normalize())
        .map_err(|error| WarehouseError::Unreadable { column, detail: error.to_string() })
}
