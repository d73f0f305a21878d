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
    /// What it found, and whether it is loaded.
    pub found: FoundChange<'a>,
}

/// How far a change of the source is known.
#[derive(Clone, Debug)]
pub enum FoundChange<'a> {
    /// It is loaded, and counted.
    Loaded {
        /// Lines that the source has now and had not.
        added: u64,
        /// Lines with other values.
        changed: u64,
        /// Lines that the source has no more.
        removed: u64,
        /// The day's worth now less what it was, in USD, as a decimal number.
        usd: &'a str,
        /// The same in Bs.
        bs: &'a str,
    },
    /// It was seen and could not be loaded; it is a gap.
    Waiting {
        /// Half hours that differ.
        half_hours: u64,
        /// Lines that are loaded of them.
        loaded: u64,
        /// Lines that the source says they have.
        announced: u64,
    },
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
        let (date, branch, run) = (change.date, change.branch, change.run);
        let (message, particulars) = match &change.found {
            FoundChange::Loaded { added, changed, removed, usd, bs } => (
                format!("El KLK cambió las ventas del {date} de {branch} después de cerrado el día"),
                json!({
                    "ejecucion_id": run,
                    "lineas_agregadas": added,
                    "lineas_cambiadas": changed,
                    "lineas_retiradas": removed,
                    "diferencia_usd": usd,
                    "diferencia_bs": bs,
                }),
            ),
            FoundChange::Waiting { half_hours, loaded, announced } => (
                format!(
                    "El KLK cambió las ventas del {date} de {branch} después de cerrado el día, y aún no están cargadas"
                ),
                json!({
                    "ejecucion_id": run,
                    "medias_horas": half_hours,
                    "lineas_cargadas": loaded,
                    "lineas_anunciadas": announced,
                }),
            ),
        };
        let particulars = particulars.as_object().cloned().unwrap_or_default();
        let event = Event {
            level: Level::Warning,
            message: Some(message),
            // One issue for what was seen and for what was loaded then: whoever is on call has one thing to look at.
            fingerprint: vec!["origen_cambiado".into(), branch.to_string().into(), date.to_owned().into()].into(),
            tags: tags.collect(),
            contexts: [("conciliacion".to_owned(), Context::Other(particulars.into_iter().collect()))].into(),
            ..Event::default()
        };
        self.current_hub(shared).capture_event(event);
    }
}
