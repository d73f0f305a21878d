//! Reliability figures: `GET /api/etl/tracking/metricas`.

use jiff::Timestamp;

use super::read_model;
use crate::BranchId;

read_model! {
    /// Figures of finished runs; durations in seconds, None where no run ended.
    #[derive(Default)]
    pub struct RunFigures {
        pub ejecuciones: u64,
        pub exitosas: u64,
        pub fallidas: u64,
        /// exitosas of exitosas and fallidas, in percent.
        pub tasa_exito_pct: Option<f64>,
        pub duracion_p50_segundos: Option<f64>,
        pub duracion_p95_segundos: Option<f64>,
        /// Seconds until the source had answered whole, of exitosas; None where none was measured.
        pub extraccion_p50_segundos: Option<f64>,
        pub extraccion_p95_segundos: Option<f64>,
        /// Lines and articles committed.
        pub registros: u64,
    }

    /// Figures of one store.
    pub struct BranchMetrics {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        #[serde(flatten)]
        pub cifras: RunFigures,
    }

    /// Figures of the last days.
    pub struct Metrics {
        pub dias: u32,
        #[serde(flatten)]
        pub cifras: RunFigures,
        pub por_tienda: Vec<BranchMetrics>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }
}
