//! `GET /api/etl/tracking/progreso`.

use domain::read_model::Progress;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// How far long work is.
#[server(prefix = "/api", endpoint = "etl/tracking/progreso", input = GetUrl)]
pub async fn read_progress() -> Result<Progress, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_progreso"))?;
    session.answer(session.engine.progress(&session.actor)).await
}
