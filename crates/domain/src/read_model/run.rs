//! One run with everything known of it: `GET /api/etl/tracking/ejecucion`.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{RunView, read_model};

read_model! {
    /// How long each phase took, in seconds; None where it was not reached, or is not known.
    #[derive(Default)]
    pub struct RunPhases {
        pub en_cola: Option<f64>,
        pub extraccion: Option<f64>,
        /// What of the time up to the load was not extraction: noting the start, and turning answers into rows.
        pub preparacion_y_transformacion: Option<f64>,
        pub carga: Option<f64>,
    }

    /// What loading changed.
    pub struct LineChanges {
        pub agregadas: u64,
        pub cambiadas: u64,
        pub retiradas: u64,
    }

    /// Links into Sentry.
    pub struct RunLinks {
        /// None where the run left no trace.
        pub traza: Option<String>,
        pub tienda: String,
        /// All like its failure; None where it did not fail.
        pub error: Option<String>,
        /// Its own failure; None where it did not fail.
        pub falla: Option<String>,
    }

    /// A run.
    pub struct RunDetail {
        pub ejecucion: RunView,
        /// Why its batch was asked for: `carga_inicial`, `recuperacion`, `reconciliacion`, `programada` or `manual`.
        pub lote_motivo: Option<String>,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub creado_en_local: DateTime,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub fecha_fin_local: Option<DateTime>,
        pub fases: RunPhases,
        pub cambios: Option<LineChanges>,
        /// Other runs that have a part of its window, the latest queued first; at most 50 of them.
        pub otros_intentos: Vec<RunView>,
        pub otros_intentos_total: u64,
        /// None where no organisation is configured.
        pub enlaces: Option<RunLinks>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}
