//! `POST /api/etl/tracking/recuperar-gap`.

use domain::read_model::RecoverGapAnswer;
use leptos::server;
use server_fn::codec::Json;

use super::ApiError;

/// Queues what is missing of a period. The fields are those of [`domain::read_model::RecoverGapRequest`], as texts, so
/// that a wrong or missing one is answered by its name.
#[server(prefix = "/api", endpoint = "etl/tracking/recuperar-gap", input = Json)]
pub async fn recover_gap(
    /// `ventas` or `inventario`.
    etl_tipo: Option<String>,
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`, local to the store.
    fecha_desde: Option<String>,
    /// `YYYY-MM-DD`.
    fecha_hasta: Option<String>,
    /// `HH:MM`; 00:00 where absent.
    hora_desde: Option<String>,
    /// `HH:MM` or `24:00`; 24:00 where absent.
    hora_hasta: Option<String>,
) -> Result<RecoverGapAnswer, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "recuperar_gap",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let period = (fecha_desde, fecha_hasta, hora_desde, hora_hasta);
    let request = session.checked(request_of(etl_tipo.as_deref(), ubicacion_id.as_deref(), period))?;
    session.answer(session.engine.recover_gap(&session.actor, request)).await
}

type PeriodTexts = (Option<String>, Option<String>, Option<String>, Option<String>);

fn request_of(
    etl_tipo: Option<&str>,
    ubicacion_id: Option<&str>,
    (fecha_desde, fecha_hasta, hora_desde, hora_hasta): PeriodTexts,
) -> Result<domain::read_model::RecoverGapRequest, domain::filter::InvalidParameter> {
    use domain::filter::{self, required};

    Ok(domain::read_model::RecoverGapRequest {
        etl_tipo: required("etl_tipo", filter::choice("etl_tipo", etl_tipo)?)?,
        ubicacion_id: required("ubicacion_id", filter::branch(ubicacion_id))?,
        fecha_desde: required("fecha_desde", fecha_desde)?,
        fecha_hasta: required("fecha_hasta", fecha_hasta)?,
        hora_desde,
        hora_hasta,
    })
}
