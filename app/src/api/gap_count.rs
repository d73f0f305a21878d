//! `GET /api/etl/tracking/gaps/total`.

use domain::read_model::GapCount;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// How many gaps the list of the asked hours has.
#[server(prefix = "/api", endpoint = "etl/tracking/gaps/total", input = GetUrl)]
pub async fn count_gaps(
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How far back to look; 168 where absent.
    max_horas: Option<String>,
) -> Result<GapCount, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_gaps_total",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = session.checked(domain::filter::GapFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        max_horas.as_deref(),
        None,
    ))?;
    session.answer(session.engine.count_gaps(&session.actor, filter)).await
}
