//! What the overview says. It is no endpoint: the contract has the figures that it is made of.

use engine::Summary;

use super::ApiError;

/// How things are, in one answer.
pub async fn read_summary() -> Result<Summary, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_resumen"))?;
    session.answer(session.engine.summary(&session.actor)).await
}
