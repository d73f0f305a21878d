//! Recovery plans: `POST /api/etl/tracking/planes` and what is beside it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::read_model;
use crate::plan::{PlanAction, PlanHash, PlanState, StopCause};
use crate::{BatchId, BranchId, EtlKind};

read_model! {
    /// A period, local to its stores: from `fecha_desde hora_desde` up to `fecha_hasta hora_hasta`.
    pub struct PlanPeriod {
        /// Absent for every store of the request.
        #[serde(default)]
        pub ubicacion_id: Option<BranchId>,
        pub fecha_desde: String,
        /// `YYYY-MM-DD`; `fecha_desde` where absent.
        #[serde(default)]
        pub fecha_hasta: Option<String>,
        /// `HH:MM`; 00:00 where absent.
        #[serde(default)]
        pub hora_desde: Option<String>,
        /// `HH:MM` or `24:00`; 24:00 where absent.
        #[serde(default)]
        pub hora_hasta: Option<String>,
    }

    /// What a plan is to look after: periods, the last days, or both.
    pub struct PlanRequest {
        pub etl_tipo: EtlKind,
        /// Stores; all where empty.
        #[serde(default)]
        pub ubicaciones: Vec<BranchId>,
        #[serde(default)]
        pub periodos: Vec<PlanPeriod>,
        /// Everything of the last days, up to now.
        #[serde(default)]
        pub ultimos_dias: Option<u32>,
        /// Also what is loaded already.
        #[serde(default)]
        pub repetir_cargado: bool,
        /// Only while the store is closed.
        #[serde(default)]
        pub fuera_de_horario: bool,
        /// Only what the list of gaps has: a half hour that has just ended is left to its schedule until it is overdue or a
        /// run of it has failed.
        #[serde(default)]
        pub solo_pendientes: bool,
    }

    /// Half hours in a row of one store and one local day.
    pub struct PlanStretch {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub fecha: Date,
        /// Local, `HH:MM`.
        pub hora_desde: String,
        /// Local, `HH:MM`, `24:00` for the end of `fecha`.
        pub hora_hasta: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub inicio: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub fin: Timestamp,
        /// Half hours in it; each is one window, one call and one run.
        pub ventanas: u32,
    }

    /// What a plan asks of a store.
    pub struct PlanBranch {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        /// Calls of its POS, one a window.
        pub llamadas: u32,
        /// None where no window of it has a history.
        pub lineas_esperadas: Option<u64>,
        /// Windows whose weekday and half hour no past week has.
        pub ventanas_sin_historia: u32,
        /// Time that its POS will be busy; None where it was never measured.
        pub segundos_pos: Option<f64>,
        /// With `fuera_de_horario`: from when on its windows may start.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub empieza_en: Option<Timestamp>,
        pub tramos: Vec<PlanStretch>,
    }

    /// Exactly what would run, and what it would cost. Starting takes the hash.
    pub struct PlanPreview {
        pub hash: PlanHash,
        pub etl_tipo: EtlKind,
        pub repetir_cargado: bool,
        pub fuera_de_horario: bool,
        pub ventanas: u32,
        pub llamadas: u32,
        pub lineas_esperadas: Option<u64>,
        pub ventanas_sin_historia: u32,
        /// With nothing else in progress; None where no store was ever measured.
        pub minutos: Option<f64>,
        /// Windows of the period that somebody is at already, and that are no part of the plan.
        pub ya_en_curso: u32,
        pub tiendas: Vec<PlanBranch>,
        /// For people.
        pub mensaje: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }

    /// Who did what to a plan, and from where.
    pub struct PlanDecision {
        pub accion: PlanAction,
        pub actor: String,
        /// `web`, `consola`, `api` or `sistema`.
        pub origen: String,
        /// What somebody said; of the system, in Spanish.
        pub motivo: Option<String>,
        /// The same as a code (`codigo`) with its parameters.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub causa: Option<StopCause>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub en: Timestamp,
    }

    /// A plan that was shown, or started.
    pub struct PlanView {
        pub hash: PlanHash,
        pub estado: PlanState,
        /// Its batch, once it was started.
        pub lote_id: Option<BatchId>,
        pub etl_tipo: EtlKind,
        pub repetir_cargado: bool,
        pub fuera_de_horario: bool,
        /// Whether the system planned it by itself.
        pub automatico: bool,
        pub ventanas: u64,
        pub en_cola: u64,
        pub en_proceso: u64,
        pub exitosas: u64,
        pub fallidas: u64,
        pub canceladas: u64,
        pub lineas: u64,
        /// Why it was stopped, in Spanish.
        pub motivo: Option<String>,
        /// The same as a code (`codigo`) with its parameters.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub causa: Option<StopCause>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub propuesto_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub iniciado_en: Option<Timestamp>,
        pub iniciado_por: Option<String>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub terminado_en: Option<Timestamp>,
    }

    /// The windows of a store, those that touch as one stretch, and what its runs came to: zeroes before the plan is started.
    pub struct PlanBranchWindows {
        pub ubicacion_id: BranchId,
        /// None where the store is not configured any more.
        pub ubicacion_nombre: Option<String>,
        pub en_cola: u64,
        pub en_proceso: u64,
        pub exitosas: u64,
        pub fallidas: u64,
        pub canceladas: u64,
        pub tramos: Vec<PlanStretch>,
    }

    /// A plan, with its windows and everything that was done to it, the first thing first.
    pub struct PlanDetail {
        #[serde(flatten)]
        pub plan: PlanView,
        /// From its start up to its end, or to now, without the time in which it was held; None before it is started.
        pub segundos_en_marcha: Option<f64>,
        /// What needs a person first, then what is not done, then what is.
        pub tiendas: Vec<PlanBranchWindows>,
        pub decisiones: Vec<PlanDecision>,
    }

    /// Plans, the newest first.
    pub struct PlanList {
        pub planes: Vec<PlanView>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }

    /// Which plan; 12 digits of its hash are enough where no other begins with them.
    pub struct PlanHashRequest {
        pub hash: String,
        #[serde(default)]
        pub motivo: Option<String>,
    }
}

impl PlanView {
    /// What names it and no other: its id once it was started; before, its hash.
    pub fn reference(&self) -> String {
        self.lote_id.map_or_else(|| self.hash.to_string(), |id| id.to_string())
    }
}
