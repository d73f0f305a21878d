//! Whether the POS answers: `GET /api/etl/tracking/connectivity/klk`.

use jiff::Timestamp;

use super::read_model;
use crate::ErrorClass;

/// Whether the POS answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectivityState {
    /// It answered what the contract says.
    Available,
    /// It did not answer within the limit.
    Timeout,
    /// It could not be reached, or answered something else.
    Error,
}
crate::state::wire_names!(ConnectivityState { Available => "disponible", Timeout => "timeout", Error => "error" });

read_model! {
    /// The outcome of one probe.
    pub struct Connectivity {
        pub estado: ConnectivityState,
        pub latencia_ms: u64,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error_tipo: Option<ErrorClass>,
        /// The same for people.
        pub detalle: Option<String>,
        /// How far the POS's clock is ahead of ours, in seconds, by the latest response that said when it was made.
        #[serde(default)]
        pub desfase_reloj_s: Option<i64>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub verificado_en: Timestamp,
    }
}
