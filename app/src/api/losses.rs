//! `POST /api/etl/tracking/confirmar-perdida`.

use domain::read_model::ConfirmLossAnswer;
use leptos::server;
use server_fn::codec::Json;

use super::ApiError;

/// Says that lines of a day which the source does not have any more are rightly gone, and loads the day again.
#[server(prefix = "/api", endpoint = "etl/tracking/confirmar-perdida", input = Json)]
pub async fn confirm_loss(
    /// The store.
    ubicacion_id: Option<String>,
    /// Its day, `YYYY-MM-DD`.
    fecha: Option<String>,
) -> Result<ConfirmLossAnswer, ApiError> {
    let call = engine::EndpointCall::about("confirm_loss", Some("ventas"), ubicacion_id.as_deref());
    let session = super::session::Session::of(call)?;
    let request = session.checked(request_of(ubicacion_id.as_deref(), fecha))?;
    session.answer(session.engine.confirm_loss(&session.actor, request)).await
}

fn request_of(
    ubicacion_id: Option<&str>,
    fecha: Option<String>,
) -> Result<domain::read_model::ConfirmLossRequest, domain::filter::InvalidParameter> {
    use domain::filter::{branch, required};

    Ok(domain::read_model::ConfirmLossRequest {
        ubicacion_id: required("ubicacion_id", branch(ubicacion_id))?,
        fecha: required("fecha", fecha)?,
    })
}
