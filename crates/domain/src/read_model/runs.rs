//! The list of runs: `GET /api/etl/tracking/ejecuciones`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::read_model;
use crate::run_message::RunMessage;
use crate::{BatchId, BranchId, ErrorClass, EtlKind, RunId, RunMode, RunState};

read_model! {
    /// A run as the table `etl_ejecuciones` has it.
    pub struct RunView {
        pub id: RunId,
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        pub estado: RunState,
        pub modo: RunMode,
        /// When it was queued.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub creado_en: Timestamp,
        /// None while it is queued.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub fecha_inicio: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub fecha_inicio_local: Option<DateTime>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub fecha_fin: Option<Timestamp>,
        pub duracion_segundos: Option<f64>,
        /// Local day of the window's first instant.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha_desde: Date,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha_hasta: Date,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of `fecha_hasta`.
        pub hora_hasta: String,
        pub registros_extraidos: Option<u64>,
        pub registros_cargados: Option<u64>,
        pub error_tipo: Option<ErrorClass>,
        /// In Spanish.
        pub error_mensaje: Option<String>,
        /// The same as a code (`codigo`) with its parameters; absent in runs of an earlier version.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error_detalle: Option<RunMessage>,
        pub intento: u32,
        pub solicitado_por: Option<String>,
        pub lote_id: Option<BatchId>,
        pub traza_id: Option<String>,
        pub version_etl: String,
        pub host: Option<String>,
        /// What the source had changed, for a run over time that was covered before.
        #[serde(default)]
        pub conciliacion: Option<RunReceipt>,
    }

    /// What a run found changed of time that was covered before it.
    pub struct RunReceipt {
        pub lineas_agregadas: u64,
        pub lineas_cambiadas: u64,
        pub lineas_retiradas: u64,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub diferencia_usd: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub diferencia_bs: Decimal,
    }

    /// Runs by state, under the filters of the page but for the state itself.
    #[derive(Default)]
    pub struct RunTotals {
        pub ejecuciones: u64,
        pub exitosas: u64,
        /// `fallido`, `parcial` and `interrumpido`.
        pub fallidas: u64,
        pub en_proceso: u64,
        pub en_cola: u64,
    }

    /// A store to choose in a filter.
    pub struct BranchChoice {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
    }

    /// One page of runs, those in progress first, then the latest started, then those that wait.
    pub struct RunPage {
        pub ejecuciones: Vec<RunView>,
        pub totales: RunTotals,
        /// Give it back as `cursor` for the next older page; None at the end.
        pub cursor_siguiente: Option<String>,
        pub tiendas: Vec<BranchChoice>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}
