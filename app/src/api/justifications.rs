//! `GET /api/etl/tracking/justificaciones`, `POST …/justificar-gap` and `POST …/retirar-justificacion`.
#![expect(clippy::too_many_arguments, reason = "a body's fields are arguments, and the contract says which they are")]

use domain::read_model::{JustificationList, JustifyAnswer, WithdrawAnswer};
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// The justifications of the asked hours that count.
#[server(prefix = "/api", endpoint = "etl/tracking/justificaciones", input = GetUrl)]
pub async fn list_justifications(
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How far back to look; 168 where absent.
    max_horas: Option<String>,
) -> Result<JustificationList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_justifications",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = session.checked(domain::filter::GapFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        max_horas.as_deref(),
        None,
    ))?;
    session.answer(session.engine.list_justifications(&session.actor, filter)).await
}

/// Gives up what is missing of a period, with a reason. The fields are those of
/// [`domain::read_model::JustifyRequest`].
#[server(prefix = "/api", endpoint = "etl/tracking/justificar-gap", input = Json)]
pub async fn justify_gap(
    /// `cobertura`, where absent, or `secuencia`: numbers of invoices.
    clase: Option<String>,
    /// `ventas` or `inventario`.
    etl_tipo: Option<String>,
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`, local to the store.
    fecha_desde: Option<String>,
    /// `HH:MM`; 00:00 where absent.
    hora_desde: Option<String>,
    /// `YYYY-MM-DD`.
    fecha_hasta: Option<String>,
    /// `HH:MM` or `24:00`; 24:00 where absent.
    hora_hasta: Option<String>,
    /// One of the reasons.
    motivo: Option<String>,
    /// More about it.
    nota: Option<String>,
) -> Result<JustifyAnswer, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "justify_gap",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let period = (fecha_desde, hora_desde, fecha_hasta, hora_hasta);
    let what = (clase.as_deref(), etl_tipo.as_deref(), ubicacion_id.as_deref());
    let request = request_of(what, period, motivo.as_deref(), nota);
    let request = session.checked(request)?;
    session.answer(session.engine.justify(&session.actor, request)).await
}

/// Takes a justification back.
#[server(prefix = "/api", endpoint = "etl/tracking/retirar-justificacion", input = Json)]
pub async fn withdraw_justification(
    /// Which one.
    id: Option<String>,
) -> Result<WithdrawAnswer, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("withdraw_justification"))?;
    let request = session.checked(withdrawal_of(id.as_deref()))?;
    session.answer(session.engine.withdraw_justification(&session.actor, request)).await
}

type PeriodTexts = (Option<String>, Option<String>, Option<String>, Option<String>);

fn request_of(
    (clase, etl_tipo, ubicacion_id): (Option<&str>, Option<&str>, Option<&str>),
    (fecha_desde, hora_desde, fecha_hasta, hora_hasta): PeriodTexts,
    motivo: Option<&str>,
    nota: Option<String>,
) -> Result<domain::read_model::JustifyRequest, domain::filter::InvalidParameter> {
    use domain::filter::{branch, choice, required};

    Ok(domain::read_model::JustifyRequest {
        clase: choice("clase", clase)?.unwrap_or_default(),
        etl_tipo: required("etl_tipo", choice("etl_tipo", etl_tipo)?)?,
        ubicacion_id: required("ubicacion_id", branch(ubicacion_id))?,
        fecha_desde: required("fecha_desde", fecha_desde)?,
        hora_desde,
        fecha_hasta: required("fecha_hasta", fecha_hasta)?,
        hora_hasta,
        motivo: required("motivo", choice("motivo", motivo)?)?,
        nota,
    })
}

fn withdrawal_of(id: Option<&str>) -> Result<domain::read_model::WithdrawRequest, domain::filter::InvalidParameter> {
    let id = domain::filter::required("id", id)?;
    let id = id.trim().parse().map_err(|_| domain::filter::InvalidParameter {
        name: "id",
        requirement: domain::filter::Requirement::Justification,
    })?;
    Ok(domain::read_model::WithdrawRequest { id })
}
