//! What a run measured.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sentry::metrics;
use sentry::protocol::Unit;
use sentry::{Hub, Transaction};

/// What a run loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measurements {
    /// Of a run that extracts sales.
    Sales {
        /// Lines that the source gave.
        lines_extracted: u64,
        /// Distinct lines that were committed.
        lines_loaded: u64,
        /// Distinct invoices among them.
        invoices: u64,
        /// What they are worth.
        total_usd: Decimal,
    },
    /// Of a run that takes a snapshot of stock.
    Inventory {
        /// Products that the source gave.
        products_extracted: u64,
        /// Products that were committed.
        products_loaded: u64,
    },
}

impl Measurements {
    /// Counted things by name; they may be summed over runs.
    fn counts(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::Sales { lines_extracted, lines_loaded, invoices, .. } => vec![
                ("registros_extraidos", *lines_extracted),
                ("registros_cargados", *lines_loaded),
                ("facturas", *invoices),
            ],
            Self::Inventory { products_extracted, products_loaded } => {
                vec![("productos_extraidos", *products_extracted), ("productos_cargados", *products_loaded)]
            }
        }
    }

    fn amount_usd(&self) -> Option<f64> {
        match self {
            Self::Sales { total_usd, .. } => total_usd.to_f64(),
            Self::Inventory { .. } => None,
        }
    }
}

/// Puts the measurements on the transaction and sends them as metrics with the run's tags as attributes.
pub(super) fn record(
    hub: &Hub,
    transaction: &Transaction,
    tags: &[(&'static str, String)],
    measurements: Option<&Measurements>,
    duration_seconds: f64,
) {
    for (name, count) in measurements.map(Measurements::counts).unwrap_or_default() {
        transaction.set_data(name, count.into());
        let counter = metrics::counter(name, count as f64);
        hub.capture_metric(tags.iter().fold(counter, |metric, (key, value)| metric.attribute(*key, value.clone())));
    }
    if let Some(amount) = measurements.and_then(Measurements::amount_usd) {
        distribution(hub, transaction, tags, "venta_total_usd", amount, "usd".into());
    }
    distribution(hub, transaction, tags, "duration_seconds", duration_seconds, Unit::Second);
}

fn distribution(
    hub: &Hub,
    transaction: &Transaction,
    tags: &[(&'static str, String)],
    name: &'static str,
    value: f64,
    unit: Unit,
) {
    transaction.set_data(name, value.into());
    let metric = metrics::distribution(name, value).unit(unit);
    hub.capture_metric(tags.iter().fold(metric, |metric, (key, value)| metric.attribute(*key, value.clone())));
}
