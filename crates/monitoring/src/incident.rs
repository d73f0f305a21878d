//! Incidents: a store whose live half hours fail again and again, or most stores at once. One event when it begins and one when it
//! ends; the runs themselves are reported one by one, as ever.

use domain::incident::Incident;
use domain::{BranchId, ErrorClass, EtlKind};
use sentry::Level;
use sentry::protocol::{Context, Event};
use serde_json::{Value, json};

use crate::client::Monitoring;
use crate::limits;

/// The tag `component` of what runs say.
const COMPONENT_ETL: &str = "etl";

impl Monitoring {
    /// An incident has begun or ended.
    pub fn incident(&self, incident: &Incident) {
        let Some(shared) = &self.shared else { return };
        let (level, name, message, details) = described(incident);
        let (branch, class) = subject(incident);
        let mut fingerprint = vec![name.into()];
        fingerprint.extend(branch.map(|branch| branch.to_string().into()));
        let branch = branch.map(BranchId::as_str).unwrap_or_default();
        let tags = [
            ("component", COMPONENT_ETL),
            ("etl_tipo", EtlKind::Sales.as_str()),
            ("tienda", branch),
            ("ubicacion_id", branch),
            ("error_tipo", class.map(ErrorClass::as_str).unwrap_or_default()),
            ("incidente", name),
        ];
        let tags = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), limits::tag_value(value)?)));
        let details = details.as_object().cloned().unwrap_or_default();
        shared.bare_hub().capture_event(Event {
            level,
            message: Some(message),
            fingerprint: fingerprint.into(),
            tags: tags.collect(),
            contexts: [("incidente".to_owned(), Context::Other(details.into_iter().collect()))].into(),
            ..Event::default()
        });
    }
}

/// Level, name, sentence and context.
fn described(incident: &Incident) -> (Level, &'static str, String, Value) {
    match incident {
        Incident::StoreFails { branch, failures, since, class } => (
            Level::Error,
            "tienda_falla",
            format!("{branch} lleva {failures} medias horas seguidas sin cargar ({class})"),
            json!({ "desde": since.to_string(), "medias_horas": failures }),
        ),
        Incident::StoreAnswers { branch, since } => {
            (Level::Info, "tienda_repuesta", format!("{branch} vuelve a cargar"), json!({ "desde": since.to_string() }))
        }
        Incident::MostStoresFail { failed, asked, since, class } => (
            Level::Error,
            "tiendas_fallan",
            format!("Fallan {failed} de las {asked} tiendas consultadas ({class})"),
            json!({ "desde": since.to_string(), "tiendas_con_fallas": failed, "tiendas_consultadas": asked }),
        ),
        Incident::MostStoresAnswer { since } => (
            Level::Info,
            "tiendas_repuestas",
            "La mayoría de las tiendas vuelve a cargar".to_owned(),
            json!({ "desde": since.to_string() }),
        ),
    }
}

fn subject(incident: &Incident) -> (Option<&BranchId>, Option<ErrorClass>) {
    match incident {
        Incident::StoreFails { branch, class, .. } => (Some(branch), Some(*class)),
        Incident::StoreAnswers { branch, .. } => (Some(branch), None),
        Incident::MostStoresFail { class, .. } => (None, Some(*class)),
        Incident::MostStoresAnswer { .. } => (None, None),
    }
}
