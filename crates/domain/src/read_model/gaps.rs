//! The list of gaps: `GET /api/etl/tracking/gaps`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{BranchChoice, read_model};
use crate::gap::{GapState, Urgency};
use crate::{BranchId, ErrorClass, EtlKind, RunId};

read_model! {
    /// Missing half hours in a row, of one store and one local day, with one cause.
    pub struct GapView {
        /// Stable while the gap's first window stays missing.
        pub id: String,
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        pub inicio: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        pub fin: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub fecha_desde: Date,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub fecha_hasta: Date,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of `fecha_hasta`.
        pub hora_hasta: String,
        /// Half hours that are missing.
        pub ventanas: u32,
        /// When its first window should have been there.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        pub detectado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub detectado_en_local: DateTime,
        pub antiguedad_horas: f64,
        pub urgencia: Urgency,
        pub estado: GapState,
        /// `nunca_ejecutado`, or how the latest attempt ended.
        pub causa: String,
        pub error_tipo: Option<ErrorClass>,
        pub causa_detalle: Option<String>,
        pub intentos: u32,
        /// The latest finished attempt.
        pub ejecucion_id: Option<RunId>,
        /// The run that is at it, or will be.
        pub ejecucion_en_curso_id: Option<RunId>,
        pub recuperable: bool,
    }

    /// The cards above the list.
    #[derive(Default)]
    pub struct GapTotals {
        pub total: u64,
        /// Half hours in all of them.
        pub ventanas: u64,
        /// Older than 48 hours.
        pub criticos: u64,
        pub tiendas_afectadas: u64,
        pub timeouts: u64,
    }

    /// Every gap of the asked hours, the most recent first.
    pub struct GapList {
        pub gaps: Vec<GapView>,
        pub totales: GapTotals,
        pub tiendas: Vec<BranchChoice>,
        /// How far back was looked.
        pub max_horas: u32,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub generado_en_local: DateTime,
    }
}
