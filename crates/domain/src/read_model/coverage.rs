//! A store's day, half hour by half hour, with what proves each: `GET /api/etl/tracking/cobertura`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use super::{MissingNumbers, read_model};
use crate::certificate::ProofOutcome;
use crate::run_message::RunMessage;
use crate::window_state::WindowState;
use crate::{BranchId, EtlKind, RunId, RunState};

read_model! {
    /// The run that committed a half hour.
    pub struct CommitProof {
        pub resultado: ProofOutcome,
        /// The commit that counts, or the latest attempt where there is none.
        pub ejecucion_id: Option<RunId>,
        pub ejecucion_estado: Option<RunState>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub terminada_en_local: Option<DateTime>,
        /// In Spanish.
        pub mensaje: Option<String>,
        /// The same as a code (`codigo`) with its parameters.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub detalle: Option<RunMessage>,
        /// How often the half hour was committed.
        pub cargas: u32,
        /// Whether a later commit found that the source had changed.
        pub fuente_cambio: bool,
    }

    /// As many lines as the source announced.
    pub struct CountProof {
        pub resultado: ProofOutcome,
        /// By the run, of its own window.
        pub anunciadas: Option<u64>,
        pub recibidas: Option<u64>,
        /// The window of the run, local: a run of a whole day announces the day's lines.
        pub ventana_desde: Option<String>,
        pub ventana_hasta: Option<String>,
    }

    /// A register that went back and counts from a lower number: what it made last before that is not known.
    pub struct RegisterRestart {
        pub caja: String,
        /// The highest number before.
        pub ultimo: u64,
        /// The number that it went on with.
        pub primero: u64,
        /// When the last one was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub despues_de: DateTime,
        /// When the first one was made.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub antes_de: DateTime,
    }

    /// Invoice numbers without a break.
    pub struct SequenceProof {
        pub resultado: ProofOutcome,
        pub faltantes: Vec<MissingNumbers>,
        /// Registers that started again in this half hour or around it.
        #[serde(default)]
        pub reinicios: Vec<RegisterRestart>,
    }

    /// What proves a half hour.
    pub struct Certificate {
        pub ejecucion: CommitProof,
        pub conteo: CountProof,
        pub secuencia: SequenceProof,
    }

    /// A half hour of a store.
    pub struct HalfHourView {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub inicio: Timestamp,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of the day.
        pub hora_hasta: String,
        pub estado: WindowState,
        pub lineas: u64,
        pub facturas: u64,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub total_usd: Decimal,
        pub certificado: Certificate,
    }

    /// How many half hours stand where.
    pub struct StateCount {
        pub estado: WindowState,
        pub medias_horas: u32,
    }

    /// A store's local day.
    pub struct CoverageDay {
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha: Date,
        pub medias_horas: Vec<HalfHourView>,
        /// Only states that occur, in the order of their declaration.
        pub estados: Vec<StateCount>,
        /// Whether every half hour of the day is closed, without sales or complete.
        pub dia_probado: bool,
        pub lineas: u64,
        pub facturas: u64,
        /// Loaded. The source announces numbers of lines, and no sums of money, to compare with.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub total_bs: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub total_usd: Decimal,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }
}
