//! What stores sold by day and hour, and when each commit of sales came.

use crate::database::params;
use domain::{BranchId, EtlKind, Interval, RunMode};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::columns::local_micros;
use crate::instants::{date_of_epoch_days, instant, interval, micros};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse, WarehouseError};

/// Sales of all stores in one hour of one day of their clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourOfSales {
    /// The day.
    pub date: Date,
    /// From 0 to 23.
    pub hour: u32,
    /// In USD.
    pub usd: Decimal,
    /// Distinct invoices.
    pub invoices: u64,
    /// Their lines.
    pub lines: u64,
}

/// A commit of sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesCommit {
    /// The store.
    pub branch: BranchId,
    /// What it covers.
    pub interval: Interval<Timestamp>,
    /// When it was committed.
    pub at: Timestamp,
}

/// Half hours of a store that recoveries have loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveredHalfHours {
    /// The store.
    pub branch: BranchId,
    /// How many.
    pub windows: u64,
    /// Seconds that they were missing, all together.
    pub seconds: f64,
}

impl Warehouse {
    /// Sales by day and hour, from a day up to another one.
    pub async fn sales_by_hour(&self, from: Date, until: Date) -> Result<Vec<HourOfSales>> {
        let (from, until) = (local_micros(from.at(0, 0, 0, 0)), local_micros(until.at(0, 0, 0, 0)));
        self.read("ventas_por_hora", move |connection| {
            let mut statement = connection.prepare(
                "SELECT (media_hora::DATE - DATE '1970-01-01')::INTEGER, hour(media_hora)::UINTEGER, sum(total_usd)::VARCHAR,
                    sum(facturas)::UBIGINT, sum(lineas)::UBIGINT
                 FROM ventas_por_media_hora
                 WHERE media_hora >= make_timestamp(?::BIGINT) AND media_hora < make_timestamp(?::BIGINT)
                 GROUP BY 1, 2 ORDER BY 1, 2",
            )?;
            let mut rows = statement.query(params![from, until])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let usd: String = row.get(2)?;
                found.push(HourOfSales {
                    date: date_of_epoch_days("media_hora", row.get(0)?)?,
                    hour: row.get(1)?,
                    usd: usd.parse().map_err(|_| WarehouseError::Unreadable { column: "total_usd", detail: usd })?,
                    invoices: row.get(3)?,
                    lines: row.get(4)?,
                });
            }
            Ok(found)
        })
        .await
    }

    /// Commits of sales that cover a part of a range, in the order in which they came.
    pub async fn sales_commits(&self, range: Interval<Timestamp>) -> Result<Vec<SalesCommit>> {
        self.read_long("cobertura_en_el_tiempo", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, epoch_us(desde), epoch_us(hasta), epoch_us(registrada_en) FROM cobertura
                 WHERE etl_tipo = ? AND desde < make_timestamptz(?::BIGINT) AND hasta > make_timestamptz(?::BIGINT)
                 ORDER BY registrada_en",
            )?;
            let mut rows =
                statement.query(params![EtlKind::Sales.as_str(), micros(range.end()), micros(range.start())])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let covered = interval("cobertura", row.get(1)?, row.get(2)?).or_set_aside("cobertura")?;
                let Some(covered) = covered else { continue };
                let at = instant("registrada_en", row.get(3)?)?;
                found.push(SalesCommit { branch: BranchId::new(row.get::<_, String>(0)?), interval: covered, at });
            }
            Ok(found)
        })
        .await
    }

    /// Half hours of sales from `watched` on whose recovery succeeded within a range, by store. A half hour is missing from so
    /// long after its end on as `grace` says, until the first of its recoveries in the range ended.
    pub async fn recovered_half_hours(
        &self,
        range: Interval<Timestamp>,
        watched: Timestamp,
        grace: SignedDuration,
    ) -> Result<Vec<RecoveredHalfHours>> {
        let grace = i64::try_from(grace.as_micros()).unwrap_or(i64::MAX);
        self.read_long("medias_horas_recuperadas", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, count(*)::UBIGINT, sum(espera)::HUGEINT
                 FROM (
                    SELECT ubicacion_id, greatest(epoch_us(min(fecha_fin)) - epoch_us(ventana_hasta) - ?::BIGINT, 0) AS espera
                    FROM etl_ejecuciones
                    WHERE etl_tipo = ? AND modo = ? AND estado = 'exitoso'
                      AND fecha_fin >= make_timestamptz(?::BIGINT) AND fecha_fin < make_timestamptz(?::BIGINT)
                      AND ventana_desde >= make_timestamptz(?::BIGINT)
                    GROUP BY ubicacion_id, ventana_desde, ventana_hasta
                 ) AS recuperadas
                 GROUP BY ubicacion_id ORDER BY ubicacion_id",
            )?;
            let mut rows = statement.query(params![
                grace,
                EtlKind::Sales.as_str(),
                RunMode::Recovery.as_str(),
                micros(range.start()),
                micros(range.end()),
                micros(watched)
            ])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(RecoveredHalfHours {
                    branch: BranchId::new(row.get::<_, String>(0)?),
                    windows: row.get(1)?,
                    seconds: row.get::<_, i128>(2)? as f64 / 1_000_000.0,
                });
            }
            Ok(found)
        })
        .await
    }

    /// The first firing of a schedule that is known; None where it never fired.
    pub async fn first_firing(&self, schedule: String) -> Result<Option<Timestamp>> {
        self.read("primer_disparo", move |connection| {
            let sql = "SELECT epoch_us(min(disparada_en)) FROM disparos WHERE nombre = ?";
            let micros: Option<i64> = connection.query_row(sql, [schedule], |row| row.get(0))?;
            micros.map(|micros| instant("disparada_en", micros)).transpose()
        })
        .await
    }
}
