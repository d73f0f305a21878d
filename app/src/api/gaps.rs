//! `GET /api/etl/tracking/gaps`.

use domain::read_model::GapList;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// Every gap of the asked hours.
#[server(prefix = "/api", endpoint = "etl/tracking/gaps", input = GetUrl)]
pub async fn list_gaps(
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How far back to look; 168 where absent.
    max_horas: Option<String>,
    /// `antiguedad` or `valor`; the first where absent.
    ordenar: Option<String>,
    /// As it was known at this moment of the chain's clock, as `2025-11-17T10:07`; now where absent.
    en: Option<String>,
) -> Result<GapList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_gaps",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = session.checked(domain::filter::GapFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        max_horas.as_deref(),
        ordenar.as_deref(),
    ))?;
    let moment = session.checked(domain::comparison::local_moment("en", en.as_deref()))?;
    session.answer(session.engine.list_gaps_at(&session.actor, filter, moment)).await
}
