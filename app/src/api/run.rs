//! `GET /api/etl/tracking/ejecucion`, and what a run is doing, which is no endpoint.

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

/// What a run has done since it started; nothing of one that ended a while ago.
pub async fn read_run_log(run: &domain::read_model::RunView) -> Result<Vec<engine::RunLogLine>, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_ejecucion_registro"))?;
    session.answer(session.engine.run_log(&session.actor, run)).await
}
