//! What was known at moments: `GET /api/etl/tracking/comparar`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::read_model;
use crate::{BranchId, EtlKind};

read_model! {
    /// Half hours in a row of one store and one local day.
    pub struct WindowSpan {
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub inicio: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub fin: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha: Date,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of the day.
        pub hora_hasta: String,
        pub ventanas: u32,
    }

    /// What was missing at two moments, side by side.
    pub struct Comparison {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub desde_momento: DateTime,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub hasta_momento: DateTime,
        /// Missing at the second moment only.
        pub aparecieron: Vec<WindowSpan>,
        /// Missing at the first moment only.
        pub desaparecieron: Vec<WindowSpan>,
        /// Missing at both.
        pub siguen: Vec<WindowSpan>,
        /// How far back of the second moment was looked.
        pub max_horas: u32,
    }
}
