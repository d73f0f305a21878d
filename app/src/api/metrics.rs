//! `GET /api/etl/tracking/metricas`.

use domain::read_model::Metrics;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// Reliability figures of the last days.
#[server(prefix = "/api", endpoint = "etl/tracking/metricas", input = GetUrl)]
pub async fn read_metrics(
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How many days back, 1 to 90; 7 where absent.
    dias: Option<String>,
) -> Result<Metrics, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_metricas",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = session.checked(domain::filter::MetricsFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        dias.as_deref(),
    ))?;
    session.answer(session.engine.metrics(&session.actor, filter)).await
}
