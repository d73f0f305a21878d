//! Schedules: `GET /api/etl/tracking/cron/status`.

use jiff::Timestamp;

use super::read_model;

read_model! {
    /// Today's runs of a schedule, by the schedule's zone.
    #[derive(Default)]
    pub struct TodayCounts {
        pub total: u64,
        pub exitosas: u64,
        pub fallidas: u64,
        pub en_proceso: u64,
        pub en_cola: u64,
    }

    /// One schedule.
    pub struct ScheduleStatus {
        /// The monitor's slug, as `ventas-klk-incremental`.
        pub nombre: String,
        pub etl_tipo: String,
        pub expresion: String,
        pub zona: String,
        /// False where the scheduler is switched off.
        pub activo: bool,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub ultima_ejecucion: Option<Timestamp>,
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub proxima_ejecucion: Option<Timestamp>,
        pub hoy: TodayCounts,
    }

    /// Every schedule.
    pub struct ScheduleList {
        pub cron: Vec<ScheduleStatus>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
    }
}
