//! `GET /api/etl/tracking/cobertura`.

use domain::read_model::CoverageDay;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// A store's day, half hour by half hour.
#[server(prefix = "/api", endpoint = "etl/tracking/cobertura", input = GetUrl)]
pub async fn read_coverage(
    /// The store.
    ubicacion_id: Option<String>,
    /// Its local day.
    fecha: Option<String>,
) -> Result<CoverageDay, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("get_cobertura", None, ubicacion_id.as_deref()))?;
    let filter = session.checked(domain::filter::CoverageFilter::parse(ubicacion_id.as_deref(), fecha.as_deref()))?;
    session.answer(session.engine.coverage(&session.actor, filter)).await
}
