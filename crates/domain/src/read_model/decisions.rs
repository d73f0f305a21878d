//! The history: `GET /api/etl/tracking/decisiones`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use uuid::Uuid;

use super::{BranchChoice, read_model};
use crate::BranchId;
use crate::decision::Origin;

read_model! {
    /// Something that was decided. Decisions are only ever added.
    pub struct DecisionView {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub id: Uuid,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub momento: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub momento_local: DateTime,
        pub actor: String,
        pub origen: Origin,
        pub accion: String,
        /// The store it is about, where it is about one.
        pub ubicacion_id: Option<BranchId>,
        /// What it is about, for people.
        pub objeto: String,
        /// A JSON object with the particulars, as text.
        pub detalle: String,
    }

    /// One page of decisions, the latest first.
    pub struct DecisionPage {
        pub decisiones: Vec<DecisionView>,
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
