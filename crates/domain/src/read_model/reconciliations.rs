//! Comparisons with the source: `GET /api/etl/tracking/conciliaciones`, `POST /api/etl/tracking/conciliar`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::{BranchChoice, read_model};
use crate::reconciliation::ReconciliationState;
use crate::{BatchId, BranchId, RunId};

read_model! {
    /// Which day to compare with the source.
    pub struct ReconcileRequest {
        pub ubicacion_id: BranchId,
        /// `YYYY-MM-DD`, local to the store; a day that is over.
        pub fecha: String,
    }

    /// What was queued.
    pub struct ReconcileAnswer {
        /// None where the day is in progress already.
        pub lote_id: Option<BatchId>,
        pub ejecuciones: Vec<RunId>,
        /// For people.
        pub mensaje: String,
    }

    /// What became of a day of a store when it was compared. Lines and money are those of the time that was covered
    /// before; `lineas_nuevas` are lines of time that was not.
    pub struct ReconciliationView {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha: Date,
        pub estado: ReconciliationState,
        /// Of the latest comparison.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub comparada_en: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub comparada_en_local: Option<DateTime>,
        /// How often it was compared after it was over.
        pub comparaciones: u32,
        pub lineas_agregadas: u64,
        pub lineas_cambiadas: u64,
        pub lineas_retiradas: u64,
        pub lineas_nuevas: u64,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub diferencia_usd: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub diferencia_bs: Decimal,
        /// The latest run that compared it.
        pub ejecucion_id: Option<RunId>,
    }

    /// The last days of each store, the latest first.
    pub struct ReconciliationList {
        pub conciliaciones: Vec<ReconciliationView>,
        /// Days that the source changed after they were over.
        pub cambiadas: u64,
        pub dias: u32,
        pub tiendas: Vec<BranchChoice>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}
