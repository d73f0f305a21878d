//! `GET /api/etl/tracking/comparar`.

use domain::read_model::Comparison;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// What was missing at two moments of the chain's clock, side by side.
#[server(prefix = "/api", endpoint = "etl/tracking/comparar", input = GetUrl)]
pub async fn compare_moments(
    /// As `2025-11-17T10:07`; a day before the second one where absent.
    desde_momento: Option<String>,
    /// A later one; now where absent.
    hasta_momento: Option<String>,
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How far back of the later moment to look; 168 where absent.
    max_horas: Option<String>,
) -> Result<Comparison, ApiError> {
    use domain::comparison::local_moment;

    let session = super::session::Session::of(engine::EndpointCall::about(
        "compare_moments",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = session.checked(domain::filter::GapFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        max_horas.as_deref(),
        None,
    ))?;
    let first = session.checked(local_moment("desde_momento", desde_momento.as_deref()))?;
    let second = session.checked(local_moment("hasta_momento", hasta_momento.as_deref()))?;
    session.answer(session.engine.compare_moments(&session.actor, filter, first, second)).await
}
