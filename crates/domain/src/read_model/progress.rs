//! How far long work is: `GET /api/etl/tracking/progreso`.

use jiff::Timestamp;

use super::read_model;
use crate::BatchId;
use crate::plan::{PlanHash, PlanState, StopCause};

read_model! {
    /// Runs that were asked for together.
    pub struct BatchProgress {
        pub lote_id: BatchId,
        /// `carga_inicial`, `recuperacion`, `reconciliacion` or `manual`.
        pub motivo: String,
        pub solicitado_por: Option<String>,
        pub ventanas: u64,
        /// Those that were done, well or not; what was cancelled is not among them.
        pub terminadas: u64,
        pub exitosas: u64,
        pub fallidas: u64,
        pub lineas: u64,
        pub lineas_por_segundo: f64,
        /// None until a first window is done.
        pub segundos_restantes: Option<u64>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub creado_en: Timestamp,
        /// Since it was queued, without the time in which its plan was held.
        pub segundos_en_marcha: f64,
        /// None while windows are left.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub terminado_en: Option<Timestamp>,
        /// The plan that the runs are, where they are one.
        pub plan: Option<PlanInProgress>,
    }

    /// Where the plan of a batch stands.
    pub struct PlanInProgress {
        pub hash: PlanHash,
        pub estado: PlanState,
        /// Why it was stopped, for people.
        pub motivo: Option<String>,
        /// The same as a code (`codigo`) with its parameters.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub causa: Option<StopCause>,
    }

    /// Batches in progress, and those that ended within the last minutes, the newest first.
    pub struct Progress {
        pub lotes: Vec<BatchProgress>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }
}
