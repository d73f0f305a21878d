//! `GET /api/openapi.json`: every endpoint, its parameters with their bounds, its answers and its problems.

mod build;
mod endpoints;

use axum::Json;
use utoipa::openapi::OpenApi;

/// The document.
pub(super) async fn document() -> Json<OpenApi> {
    Json(build::document(endpoints::ALL))
}
