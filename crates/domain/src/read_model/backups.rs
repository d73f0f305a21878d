//! Copies of the database: `GET` and `POST /api/respaldos`.

use jiff::Timestamp;

use super::read_model;

/// How a copy is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackupState {
    /// There is none yet.
    #[default]
    Absent,
    /// It is being made.
    Running,
    /// The last one is good.
    Done,
    /// The last attempt failed.
    Failed,
}
crate::state::wire_names!(BackupState {
    Absent => "sin_respaldo",
    Running => "en_curso",
    Done => "listo",
    Failed => "fallido",
});

/// Nothing has to be said to have a copy made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupRequest {}

read_model! {
    /// The copy that is being made, or the last one. Of one that an earlier process made, only the file is known.
    #[derive(Default)]
    pub struct BackupStatus {
        pub estado: BackupState,
        /// The last good copy.
        pub archivo: Option<String>,
        pub bytes: Option<u64>,
        pub lineas: Option<u64>,
        pub ventanas: Option<u64>,
        pub decisiones: Option<u64>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub terminado_en: Option<Timestamp>,
        /// Why the last attempt failed, for people.
        pub detalle: Option<String>,
    }
}
