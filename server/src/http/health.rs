//! `/health/live` and `/health/ready`, for whatever restarts the process.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use monitoring::EndpointTags;
use serde::Serialize;
use texts::HttpTexts;

use super::{WebState, problems};
use crate::host;

/// A database that does not answer in this time does not answer.
const READY_LIMIT: Duration = Duration::from_secs(3);

/// How it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    /// `ok`.
    estado: &'static str,
    /// The version of the program.
    version: &'static str,
}

const WELL: Health = Health { estado: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process answers.
pub(super) async fn live() -> Json<Health> {
    Json(WELL)
}

/// The database answers, there is room for what it writes, and what it writes ends.
pub(super) async fn ready(State(state): State<WebState>) -> Response {
    EndpointTags::about_everything("health_ready").apply();
    let free = state.database_files.first().and_then(|(_, path)| host::free_bytes_beside(path));
    if let Some(free) = free.filter(|free| *free < state.free_bytes_min) {
        tracing::warn!(free, needed = state.free_bytes_min, "the disk of the database is full");
        return problems::answer(ProblemCode::Busy, HttpTexts::disk_full);
    }
    // Readers do not wait for the writer, so they answer beside a disk that takes nothing.
    if state.engine.current_write().is_some_and(|running| running > state.write_limit) {
        return problems::answer(ProblemCode::Busy, HttpTexts::database_stuck);
    }
    match tokio::time::timeout(READY_LIMIT, state.engine.ready()).await {
        Ok(Ok(())) => Json(WELL).into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            problems::answer(ProblemCode::Busy, HttpTexts::database_silent)
        }
        Err(_) => problems::answer(ProblemCode::Busy, HttpTexts::database_slow),
    }
}
