//! How old stock is: `GET /api/etl/tracking/frescura`.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::read_model;
use crate::freshness::Freshness;
use crate::{BranchId, WarehouseCode};

read_model! {
    /// The last snapshot of a warehouse.
    pub struct FreshnessView {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        pub codigo_almacen: WarehouseCode,
        pub nombre_almacen: String,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub capturado_en: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub capturado_en_local: Option<DateTime>,
        pub antiguedad_minutos: Option<i64>,
        pub estado: Freshness,
    }

    /// Every warehouse that is watched.
    pub struct FreshnessList {
        pub almacenes: Vec<FreshnessView>,
        /// Those that are stale, or never had a snapshot though one was due.
        pub atrasados: u64,
        /// From which age on a snapshot is stale.
        pub limite_minutos: i64,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}
