//! Calendars: `GET /api/etl/tracking/calendarios`, `POST …/calendarios/vista-previa`, `POST …/calendarios/guardar`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{WindowSpan, read_model};
use crate::BranchId;

read_model! {
    /// Opening hours as people write them: `07:00-21:00`, `08:00-24:00` or `cerrado`.
    #[derive(Eq)]
    pub struct CalendarDocument {
        pub lunes: String,
        pub martes: String,
        pub miercoles: String,
        pub jueves: String,
        pub viernes: String,
        pub sabado: String,
        pub domingo: String,
        /// Holidays, one-off closings and special hours.
        #[serde(default)]
        pub excepciones: Vec<CalendarException>,
        /// The first day that anything is expected of, `YYYY-MM-DD`.
        #[serde(default)]
        pub desde: Option<String>,
        /// The last one.
        #[serde(default)]
        pub hasta: Option<String>,
        /// The zone of the store's clocks, as `America/Caracas`; where it is absent, the one that counted before goes on.
        #[serde(default)]
        pub zona: Option<String>,
    }

    /// The hours of a single day.
    #[derive(Eq)]
    pub struct CalendarException {
        /// `YYYY-MM-DD`.
        pub fecha: String,
        pub horario: String,
        /// Why, as `Navidad`.
        #[serde(default)]
        pub nota: String,
    }

    /// Another calendar for a store, from a day on.
    pub struct CalendarRequest {
        pub ubicacion_id: BranchId,
        /// `YYYY-MM-DD`; earlier days keep the calendar they had.
        pub vigente_desde: String,
        pub calendario: CalendarDocument,
    }

    /// A single day of all stores: a holiday, or special hours.
    pub struct HolidayRequest {
        /// `YYYY-MM-DD`.
        pub fecha: String,
        pub horario: String,
        /// Why, as `Navidad`.
        pub nota: String,
    }

    /// What was saved for all stores.
    pub struct HolidayAnswer {
        /// Those whose day was another before.
        pub tiendas: u64,
        pub cambio: CalendarPreview,
        /// For people.
        pub mensaje: String,
    }

    /// What a change of a calendar does. Windows are half hours.
    pub struct CalendarPreview {
        /// Of the past, and of the days ahead that are looked at.
        pub dejan_de_esperarse: u64,
        pub empiezan_a_esperarse: u64,
        /// Of those that are no longer expected, the ones that are missing today.
        pub gaps_que_desaparecen: u64,
        /// Of those that are expected now, the past ones that were never loaded.
        pub gaps_nuevos: u64,
        /// The first of them.
        pub ejemplos_que_dejan: Vec<WindowSpan>,
        pub ejemplos_que_empiezan: Vec<WindowSpan>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub mirado_desde: Date,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub mirado_hasta: Date,
        /// For people.
        pub mensaje: String,
    }

    /// A change of a calendar that somebody made.
    pub struct CalendarChange {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        #[serde(with = "crate::plain_time")]
        pub vigente_desde: Date,
        pub calendario: CalendarDocument,
        /// It counts on its day and on no other.
        #[serde(default)]
        pub solo_ese_dia: bool,
        pub nombre: String,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub registrado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub registrado_en_local: DateTime,
    }

    /// The calendar of a store.
    pub struct BranchCalendar {
        pub ubicacion_id: BranchId,
        pub ubicacion_nombre: String,
        pub zona: String,
        /// What counts today.
        pub calendario: CalendarDocument,
        /// Since when; None where it is klk.toml's.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub vigente_desde: Option<Date>,
        /// The latest first.
        pub cambios: Vec<CalendarChange>,
    }

    /// The calendars of all stores.
    pub struct CalendarList {
        pub calendarios: Vec<BranchCalendar>,
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        #[serde(with = "crate::plain_time")]
        pub generado_en_local: DateTime,
    }

    /// What was saved.
    pub struct CalendarAnswer {
        pub calendario: BranchCalendar,
        pub cambio: CalendarPreview,
        /// For people.
        pub mensaje: String,
        /// Whether it was saved like this before.
        #[serde(default)]
        pub ya_estaba: bool,
    }
}
