//! `GET /`: the overview, drawn on the server only.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::decision::Origin;
use engine::Actor;
use monitoring::EndpointTags;

use super::{WebState, gate};

/// The page; where it could not be read, a page that says so with its reference, as 503.
pub(super) async fn page(State(state): State<WebState>, request: Request) -> Response {
    EndpointTags::about_everything("get_resumen").apply();
    let nobody = Actor::nobody(Origin::Web);
    let actor = gate::identity(request.extensions()).map_or(&nobody, |identity| &identity.actor);
    let summary = state.engine.summary(actor).await.map_err(|error| state.engine.problem("get_resumen", error));
    let is_unreadable = summary.is_err();
    let page = leptos_axum::render_app_async_with_context(state.contexts(), move || app::summary_document(&summary));
    let mut response = page(request).await.into_response();
    if is_unreadable && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}
