//! `GET /api/etl/tracking/ejecucion`.

use domain::read_model::RunDetail;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// One run, with everything known of it.
#[server(prefix = "/api", endpoint = "etl/tracking/ejecucion", input = GetUrl)]
pub async fn read_run(
    /// The run's identifier.
    id: Option<String>,
) -> Result<RunDetail, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_ejecucion"))?;
    let run = session.checked(domain::filter::run_id("id", id.as_deref()))?;
    session.answer(session.engine.read_run(&session.actor, run)).await
}
