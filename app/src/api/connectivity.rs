//! `GET /api/etl/tracking/connectivity/klk`.

use domain::read_model::Connectivity;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// Whether the POS answers, and how fast.
#[server(prefix = "/api", endpoint = "etl/tracking/connectivity/klk", input = GetUrl)]
pub async fn check_connectivity() -> Result<Connectivity, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("connectivity_klk"))?;
    session.answer(session.engine.connectivity(&session.actor)).await
}
