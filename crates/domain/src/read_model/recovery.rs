//! Recovery of a gap: `POST /api/etl/tracking/recuperar-gap`.

use super::{RunView, read_model};
use crate::plan::PlanHash;
use crate::{BatchId, BranchId, EtlKind};

read_model! {
    /// What to recover: the missing half hours of the time from `fecha_desde hora_desde` up to `fecha_hasta hora_hasta`,
    /// local to the store.
    pub struct RecoverGapRequest {
        pub etl_tipo: EtlKind,
        pub ubicacion_id: BranchId,
        /// `YYYY-MM-DD`.
        pub fecha_desde: String,
        /// `YYYY-MM-DD`.
        pub fecha_hasta: String,
        /// `HH:MM`; 00:00 where absent.
        #[serde(default)]
        pub hora_desde: Option<String>,
        /// `HH:MM` or `24:00`; 24:00 where absent.
        #[serde(default)]
        pub hora_hasta: Option<String>,
    }

    /// What was queued. Asking twice queues nothing twice: windows in progress already come back in `en_curso`.
    pub struct RecoverGapAnswer {
        /// None where nothing had to be queued.
        pub lote_id: Option<BatchId>,
        /// The plan that the queued runs are; None where nothing had to be queued.
        pub plan_hash: Option<PlanHash>,
        pub ejecuciones: Vec<RunView>,
        pub en_curso: Vec<RunView>,
        /// For people.
        pub mensaje: String,
    }
}
