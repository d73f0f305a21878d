//! Which run it is, and the names and tags that follow from it.

use domain::window::LocalPeriod;
use domain::{BranchId, EtlKind, RunId, RunMode};
use serde_json::{Map, Value, json};

use crate::check_in::CheckIn;
use crate::limits;
use crate::trace::TraceHeaders;

/// The operation of a run's transaction.
pub(crate) const ETL_RUN_OPERATION: &str = "etl.run";

/// Which run it is.
#[derive(Debug)]
pub struct EtlRunInfo {
    /// The run.
    pub run: RunId,
    /// What it extracts.
    pub kind: EtlKind,
    /// How it was asked for.
    pub mode: RunMode,
    /// Whose sales or stock.
    pub branch: BranchId,
    /// What it extracts, in the branch's local time.
    pub period: LocalPeriod,
    /// 1 for the first.
    pub attempt: u32,
    /// The version of the pipeline, as `2.0`.
    pub etl_version: String,
    /// Where the trace of what caused the run was, as stored with it; None starts a trace of its own.
    pub caused_by: Option<TraceHeaders>,
    /// The trace of a run that nothing caused, as [`Monitoring::trace_of_run`](crate::Monitoring::trace_of_run) gave it;
    /// None starts one that nobody knew before.
    pub trace_id: Option<String>,
    /// The check-in of the schedule that asked for the run. It is closed when the last of its runs has ended.
    pub check_in: Option<CheckIn>,
}

/// The name of a pipeline in Sentry. Dashboards and alerts are written against it.
pub const fn etl_name(kind: EtlKind, mode: RunMode) -> &'static str {
    match (kind, mode) {
        (EtlKind::Sales, RunMode::Full) => "ventas_klk_completo",
        (EtlKind::Sales, RunMode::Incremental) => "ventas_klk_incremental_30min",
        (EtlKind::Sales, RunMode::Recovery) => "ventas_klk_recuperacion",
        // A snapshot has no other mode: it is whole, and cannot be taken for the past.
        (EtlKind::Inventory, _) => "inventario_klk_completo",
    }
}

impl EtlRunInfo {
    pub(crate) fn etl_name(&self) -> &'static str {
        etl_name(self.kind, self.mode)
    }

    pub(crate) fn transaction_name(&self) -> String {
        format!("ETL: {}", self.etl_name())
    }

    /// The tags of the run's transaction, errors, logs and metrics.
    pub(crate) fn tags(&self) -> Vec<(&'static str, String)> {
        let tags = [
            ("etl_name", self.etl_name()),
            ("etl_tipo", self.kind.as_str()),
            ("tienda", self.branch.as_str()),
            ("ubicacion_id", self.branch.as_str()),
            ("modo", self.mode.as_str()),
            ("version_etl", &self.etl_version),
            ("component", "etl"),
        ];
        tags.into_iter().filter_map(|(key, text)| Some((key, limits::tag_value(text)?))).collect()
    }

    /// The context `etl`.
    pub(crate) fn context(&self) -> Map<String, Value> {
        let context = json!({
            "etl_name": self.etl_name(),
            "tienda_id": self.branch.as_str(),
            "fecha_inicio": self.period.date_from.to_string(),
            "fecha_fin": self.period.date_to.to_string(),
            "modo": self.mode.as_str(),
            "hora_desde": self.period.from_text(),
            "hora_hasta": self.period.to_text(),
            "ejecucion_id": self.run.to_string(),
            "intento": self.attempt,
        });
        match context {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}
