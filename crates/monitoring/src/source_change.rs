//! The source changed a day that was over: one event of level warning, one issue a store and day.

use domain::BranchId;
use sentry::Level;
use sentry::protocol::{Context, Event};
use serde_json::json;

use crate::client::Monitoring;
use crate::limits;

/// What the source changed of a day that was loaded and over.
#[derive(Clone, Debug)]
pub struct SourceChange<'a> {
    /// Whose day.
    pub branch: &'a BranchId,
    /// The local day, as `2025-11-17`.
    pub date: &'a str,
    /// The run that found it.
    pub run: &'a str,
    /// Lines that the source has now and had not.
    pub added: u64,
    /// Lines with other values.
    pub changed: u64,
    /// Lines that the source has no more.
    pub removed: u64,
    /// The day's worth now less what it was, in USD, as a decimal number.
    pub usd: &'a str,
    /// The same in Bs.
    pub bs: &'a str,
}

impl Monitoring {
    /// A day that was over has changed at the source.
    pub fn source_changed(&self, change: &SourceChange<'_>) {
        let Some(shared) = &self.shared else { return };
        let tags = [
            ("etl_tipo", "ventas"),
            ("ubicacion_id", change.branch.as_str()),
            ("tienda", change.branch.as_str()),
            ("fecha", change.date),
        ];
        let tags = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), limits::tag_value(value)?)));
        let particulars = json!({
            "ejecucion_id": change.run,
            "lineas_agregadas": change.added,
            "lineas_cambiadas": change.changed,
            "lineas_retiradas": change.removed,
            "diferencia_usd": change.usd,
            "diferencia_bs": change.bs,
        });
        let particulars = particulars.as_object().cloned().unwrap_or_default();
        let event = Event {
            level: Level::Warning,
            message: Some(format!(
                "El KLK cambió las ventas del {} de {} después de cerrado el día",
                change.date, change.branch
            )),
            fingerprint: vec![
                "origen_cambiado".into(),
                change.branch.to_string().into(),
                change.date.to_owned().into(),
            ]
            .into(),
            tags: tags.collect(),
            contexts: [("conciliacion".to_owned(), Context::Other(particulars.into_iter().collect()))].into(),
            ..Event::default()
        };
        self.current_hub(shared).capture_event(event);
    }
}
