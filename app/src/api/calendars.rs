//! `GET /api/etl/tracking/calendarios`, `POST …/calendarios/vista-previa` and `POST …/calendarios/guardar`; for a day of all
//! stores `POST …/calendarios/dia/vista-previa` and `POST …/calendarios/dia/guardar`.

use domain::read_model::{CalendarAnswer, CalendarDocument, CalendarList, CalendarPreview, HolidayAnswer};
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// The calendar of each store, and who changed it.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios", input = GetUrl)]
pub async fn list_calendars() -> Result<CalendarList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_calendars"))?;
    session.answer(session.engine.list_calendars(&session.actor)).await
}

/// What another calendar would change; nothing is saved.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/vista-previa", input = Json)]
pub async fn preview_calendar(
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`; earlier days keep the calendar they had.
    vigente_desde: Option<String>,
    /// The calendar.
    calendario: Option<CalendarDocument>,
) -> Result<CalendarPreview, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("preview_calendar", None, ubicacion_id.as_deref()))?;
    let request = session.checked(request_of(ubicacion_id.as_deref(), vigente_desde, calendario))?;
    session.answer(session.engine.preview_calendar(&session.actor, request)).await
}

/// Gives a store another calendar from a day on.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/guardar", input = Json)]
pub async fn change_calendar(
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`; earlier days keep the calendar they had.
    vigente_desde: Option<String>,
    /// The calendar.
    calendario: Option<CalendarDocument>,
) -> Result<CalendarAnswer, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("save_calendar", None, ubicacion_id.as_deref()))?;
    let request = session.checked(request_of(ubicacion_id.as_deref(), vigente_desde, calendario))?;
    session.answer(session.engine.change_calendar(&session.actor, request)).await
}

/// What other hours of a day would change in all stores; nothing is saved.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/dia/vista-previa", input = Json)]
pub async fn preview_holiday(
    /// `YYYY-MM-DD`.
    fecha: Option<String>,
    /// As `07:00-13:00`, or `cerrado`.
    horario: Option<String>,
    /// Why, as `Navidad`.
    nota: Option<String>,
) -> Result<CalendarPreview, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("preview_holiday"))?;
    let request = session.checked(holiday_of(fecha, horario, nota))?;
    session.answer(session.engine.preview_holiday(&session.actor, request)).await
}

/// Gives a day other hours in all stores; every other day keeps what it had.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/dia/guardar", input = Json)]
pub async fn change_holiday(
    /// `YYYY-MM-DD`.
    fecha: Option<String>,
    /// As `07:00-13:00`, or `cerrado`.
    horario: Option<String>,
    /// Why, as `Navidad`.
    nota: Option<String>,
) -> Result<HolidayAnswer, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("save_holiday"))?;
    let request = session.checked(holiday_of(fecha, horario, nota))?;
    session.answer(session.engine.change_holiday(&session.actor, request)).await
}

fn holiday_of(
    fecha: Option<String>,
    horario: Option<String>,
    nota: Option<String>,
) -> Result<domain::read_model::HolidayRequest, domain::filter::InvalidParameter> {
    use domain::filter::required;

    Ok(domain::read_model::HolidayRequest {
        fecha: required("fecha", fecha)?,
        horario: required("horario", horario)?,
        nota: nota.unwrap_or_default(),
    })
}

fn request_of(
    ubicacion_id: Option<&str>,
    vigente_desde: Option<String>,
    calendario: Option<CalendarDocument>,
) -> Result<domain::read_model::CalendarRequest, domain::filter::InvalidParameter> {
    use domain::filter::required;

    Ok(domain::read_model::CalendarRequest {
        ubicacion_id: required("ubicacion_id", domain::filter::branch(ubicacion_id))?,
        vigente_desde: required("vigente_desde", vigente_desde)?,
        calendario: required("calendario", calendario)?,
    })
}
