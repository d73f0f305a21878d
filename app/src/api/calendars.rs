//! `GET /api/etl/tracking/calendarios`, `POST …/calendarios/vista-previa` and `POST …/calendarios/guardar`.

use domain::read_model::{CalendarAnswer, CalendarDocument, CalendarList, CalendarPreview};
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;
use crate::sentry::Watched;

/// The calendar of each store, and who changed it.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios", protocol = Watched<GetUrl>)]
pub async fn list_calendars() -> Result<CalendarList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_calendars"))?;
    session.answer(session.engine.list_calendars(&session.actor)).await
}

/// What another calendar would change; nothing is saved.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/vista-previa", protocol = Watched<Json>)]
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
    let request = session.checked(request_of(ubicacion_id.as_deref(), vigente_desde, calendario, None))?;
    session.answer(session.engine.preview_calendar(&session.actor, request)).await
}

/// Gives a store another calendar from a day on.
#[server(prefix = "/api", endpoint = "etl/tracking/calendarios/guardar", protocol = Watched<Json>)]
pub async fn change_calendar(
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`; earlier days keep the calendar they had.
    vigente_desde: Option<String>,
    /// The calendar.
    calendario: Option<CalendarDocument>,
    /// Who decides.
    nombre: Option<String>,
) -> Result<CalendarAnswer, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("save_calendar", None, ubicacion_id.as_deref()))?;
    let request = session.checked(request_of(ubicacion_id.as_deref(), vigente_desde, calendario, nombre))?;
    session.answer(session.engine.change_calendar(&session.actor, session.actor.origin, request)).await
}

#[cfg(feature = "ssr")]
fn request_of(
    ubicacion_id: Option<&str>,
    vigente_desde: Option<String>,
    calendario: Option<CalendarDocument>,
    nombre: Option<String>,
) -> Result<domain::read_model::CalendarRequest, domain::filter::InvalidParameter> {
    use domain::filter::required;

    Ok(domain::read_model::CalendarRequest {
        ubicacion_id: required("ubicacion_id", domain::filter::branch(ubicacion_id))?,
        vigente_desde: required("vigente_desde", vigente_desde)?,
        calendario: required("calendario", calendario)?,
        nombre,
    })
}
