//! The list of gaps: `GET /api/etl/tracking/gaps`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use rust_decimal::Decimal;

use super::{BranchChoice, read_model};
use crate::cause::CauseKind;
use crate::gap::{GapClass, GapOrder, GapState, Urgency};
use crate::run_message::RunMessage;
use crate::sequence::BreakKind;
use crate::value::ValueBasis;
use crate::{BranchId, ErrorClass, EtlKind, RunId};

read_model! {
    /// What is missing is worth, in USD: the middle, and the range that eight in ten weeks lie in.
    pub struct ValueView {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub usd: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub usd_desde: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub usd_hasta: Decimal,
        pub base: ValueBasis,
        /// Half hours that it rests on.
        pub muestras: u32,
    }

    /// What proves the cause. Which fields have a value follows from `tipo`.
    pub struct CauseEvidence {
        pub tipo: CauseKind,
        /// When the latest finished attempt ended.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub terminada_en_local: Option<DateTime>,
        pub estado_http: Option<u16>,
        /// Lines that the source announced.
        pub anunciadas: Option<u64>,
        /// Distinct lines that came.
        pub recibidas: Option<u64>,
        /// Lines that were loaded when the source was seen to have changed.
        #[serde(default)]
        pub cargadas: Option<u64>,
        /// What they are worth; None where the source did not tell what it has now.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub usd_cargado: Option<Decimal>,
        /// What the source has now is worth.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub usd_ahora: Option<Decimal>,
        /// When the source was first seen to have changed.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub vista_en_local: Option<DateTime>,
        /// The last firing of the schedule before the window was due.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub disparo_anterior_local: Option<DateTime>,
        /// Its first firing from then on.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub disparo_siguiente_local: Option<DateTime>,
    }

    /// Missing invoice numbers in a row.
    pub struct MissingNumbers {
        /// Whether so many are missing that the register may have skipped them.
        #[serde(default)]
        pub tipo: BreakKind,
        /// The register: what is before the last dash.
        pub caja: String,
        pub desde: u64,
        pub hasta: u64,
        /// When the invoice before them was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub despues_de: DateTime,
        /// When the invoice after them was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub antes_de: DateTime,
        /// Whether they were given up.
        #[serde(default)]
        pub justificada: bool,
    }

    /// Missing half hours in a row, of one store and one local day, with one cause.
    pub struct GapView {
        /// Stable while the gap's first window stays missing.
        pub id: String,
        /// Whether the half hours are missing, or numbers of invoices in them.
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
        /// Half hours that are missing.
        pub ventanas: u32,
        /// When its first window should have been there.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub detectado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub detectado_en_local: DateTime,
        pub antiguedad_horas: f64,
        pub urgencia: Urgency,
        pub estado: GapState,
        /// `nunca_ejecutado`, how the latest attempt ended, `fuente_cambio` or `secuencia`; `evidencia.tipo` says it more exactly.
        pub causa: String,
        pub error_tipo: Option<ErrorClass>,
        /// What that attempt says, in Spanish.
        pub causa_detalle: Option<String>,
        /// The same as a code (`codigo`) with its parameters.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub causa_mensaje: Option<RunMessage>,
        pub intentos: u32,
        /// The latest finished attempt.
        pub ejecucion_id: Option<RunId>,
        /// The run that is at it, or will be.
        pub ejecucion_en_curso_id: Option<RunId>,
        pub recuperable: bool,
        /// None of an inventory, and where too little is known.
        pub valor: Option<ValueView>,
        /// Half hours that `valor` is without, because too little is known of them.
        pub ventanas_sin_historia: u32,
        pub evidencia: CauseEvidence,
        /// Of a gap of class `secuencia`.
        pub facturas_faltantes: Vec<MissingNumbers>,
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
        /// The sum of what they are worth, as far as it is known.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub valor_usd: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub valor_usd_desde: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub valor_usd_hasta: Decimal,
        /// Half hours of sales that it is without.
        pub ventanas_sin_historia: u64,
    }

    /// How many gaps the list of the asked hours has: `GET /api/etl/tracking/gaps/total`.
    pub struct GapCount {
        pub total: u64,
        /// Half hours in all of them.
        pub ventanas: u64,
        /// How far back was looked.
        pub max_horas: u32,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }

    /// Every gap of the asked hours, the most recent first, or what is worth most.
    pub struct GapList {
        pub gaps: Vec<GapView>,
        pub totales: GapTotals,
        pub tiendas: Vec<BranchChoice>,
        /// How far back was looked.
        pub max_horas: u32,
        pub ordenar: GapOrder,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}

impl GapView {
    /// Whether it stays as it is until somebody does something: nothing that brings it is under way, and something could be.
    pub fn is_missing(&self) -> bool {
        self.recuperable || self.estado == GapState::Held
    }
}
