//! Justifications of gaps: `GET /api/etl/tracking/justificaciones`, `POST …/justificar-gap`, `POST …/retirar-justificacion`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use uuid::Uuid;

use super::read_model;
use super::{GapView, PlanPeriod};
use crate::gap::GapClass;
use crate::justification::Reason;
use crate::plan::PlanHash;
use crate::{BatchId, BranchId, EtlKind};

read_model! {
    /// What is given up, and why: the missing half hours of the time from `fecha_desde hora_desde` up to
    /// `fecha_hasta hora_hasta`, local to the store, or the missing numbers of invoices.
    pub struct JustifyRequest {
        /// `cobertura`, where absent, or `secuencia`.
        #[serde(default)]
        pub clase: GapClass,
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        /// `YYYY-MM-DD`.
        pub fecha_desde: String,
        /// `HH:MM`; 00:00 where absent.
        #[serde(default)]
        pub hora_desde: Option<String>,
        /// `YYYY-MM-DD`.
        pub fecha_hasta: String,
        /// `HH:MM` or `24:00`; 24:00 where absent.
        #[serde(default)]
        pub hora_hasta: Option<String>,
        pub motivo: Reason,
        /// More about it; required with the reason `otro`.
        #[serde(default)]
        pub nota: Option<String>,
    }

    /// What is chosen of many stores, to see what of it could be justified.
    pub struct JustificationPreviewRequest {
        pub etl_tipo: EtlKind,
        /// A period without a store means every store.
        pub periodos: Vec<PlanPeriod>,
    }

    /// What a justification of a selection would give up: what is missing of it, whatever else was chosen.
    pub struct JustificationPreview {
        /// Names exactly these half hours; the confirmation sends it back.
        pub hash: PlanHash,
        pub etl_tipo: EtlKind,
        /// Half hours.
        pub ventanas: u64,
        pub tiendas: u64,
        /// Half hours that are missing and queued or in progress: they are left out.
        pub en_curso: u64,
        /// By store and time, with what they are worth.
        pub gaps: Vec<GapView>,
    }

    /// Gives up exactly what was shown under a hash.
    pub struct JustifySelectionRequest {
        pub etl_tipo: EtlKind,
        /// As they were shown.
        pub periodos: Vec<PlanPeriod>,
        pub hash: String,
        pub motivo: Reason,
        /// More about it; required with the reason `otro`.
        #[serde(default)]
        pub nota: Option<String>,
    }

    /// What was given up.
    pub struct JustifySelectionAnswer {
        /// Half hours.
        pub ventanas: u64,
        pub tiendas: u64,
        /// Whether it was given up before, with the same words.
        pub ya_estaba: bool,
        /// For people.
        pub mensaje: String,
    }

    /// Of which day lines that the source does not have any more are rightly gone.
    pub struct ConfirmLossRequest {
        pub ubicacion_id: BranchId,
        /// The store's day, `YYYY-MM-DD`.
        pub fecha: String,
    }

    /// What was confirmed.
    pub struct ConfirmLossAnswer {
        /// Half hours whose loss is believed now.
        pub medias_horas: u64,
        pub lineas: u64,
        /// The runs that load them again are of this batch.
        pub lote_id: Option<BatchId>,
        /// For people.
        pub mensaje: String,
    }

    /// Which justification to take back.
    pub struct WithdrawRequest {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub id: Uuid,
    }

    /// Numbers of invoices in a row that were given up.
    pub struct JustifiedNumbers {
        /// The register: what is before the last dash.
        pub caja: String,
        pub desde: u64,
        pub hasta: u64,
    }

    /// Half hours in a row that were given up, of one store, or missing numbers of invoices in them.
    pub struct JustificationView {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub id: Uuid,
        #[serde(default)]
        pub clase: GapClass,
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
        pub fecha_desde: Date,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha_hasta: Date,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of `fecha_hasta`.
        pub hora_hasta: String,
        /// Half hours in it.
        pub ventanas: u32,
        pub motivo: Reason,
        pub nota: Option<String>,
        pub nombre: String,
        /// Of the class `secuencia`.
        #[serde(default)]
        pub facturas: Vec<JustifiedNumbers>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub registrada_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub registrada_en_local: DateTime,
    }

    /// Justifications that count, the most recent window first.
    pub struct JustificationList {
        pub justificaciones: Vec<JustificationView>,
        /// Half hours in all of them.
        pub ventanas: u64,
        /// How far back was looked.
        pub max_horas: u32,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }

    /// What counts as justified now. Asking twice justifies nothing twice.
    pub struct JustifyAnswer {
        pub justificaciones: Vec<JustificationView>,
        /// Whether all of it was justified before.
        pub ya_estaba: bool,
        /// For people.
        pub mensaje: String,
    }

    /// What was taken back.
    pub struct WithdrawAnswer {
        pub justificacion: JustificationView,
        /// For people.
        pub mensaje: String,
    }
}
