//! Views that somebody keeps. They are no endpoints: they are addresses of pages.

use engine::{EndpointCall, SavedView};

use super::ApiError;
use super::session::Session;

/// Those of whoever looks.
pub async fn list_saved_views() -> Result<Vec<SavedView>, ApiError> {
    let session = Session::of(EndpointCall::about_everything("get_vistas"))?;
    session.answer(session.engine.saved_views(&session.actor)).await
}

/// Keeps one.
pub async fn save_view(name: &str, address: &str) -> Result<SavedView, ApiError> {
    let session = Session::of(EndpointCall::about_everything("guardar_vista"))?;
    session.answer(session.engine.save_view(&session.actor, name, address)).await
}

/// Deletes one; None where it is gone already.
pub async fn delete_view(id: &str) -> Result<Option<SavedView>, ApiError> {
    let session = Session::of(EndpointCall::about_everything("borrar_vista"))?;
    let Ok(id) = id.parse() else { return Ok(None) };
    session.answer(session.engine.delete_view(&session.actor, id)).await
}
