//! What somebody wants to go to. It is no endpoint: the contract has the lists in which the same is found.

use engine::Found;

use super::ApiError;

/// Looks for what was typed.
pub async fn search(typed: &str) -> Result<Found, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("buscar"))?;
    session.answer(session.engine.search(&session.actor, typed)).await
}
