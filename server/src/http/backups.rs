//! `GET` and `POST /api/respaldos`: copies of the database.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use domain::read_model::BackupStatus;
use engine::UseCaseError;
use monitoring::EndpointTags;
use texts::Language;

use super::WebState;
use super::access::Asker;

/// The copy that is being made, or the last one.
pub(super) async fn status(State(state): State<WebState>, asker: Asker) -> Response {
    const ENDPOINT: &str = "get_respaldos";
    EndpointTags::about_everything(ENDPOINT).apply();
    let outcome = state.engine.backup_status(asker.actor()).await;
    respond(&state, &asker, ENDPOINT, outcome)
}

/// Begins a copy.
pub(super) async fn start(State(state): State<WebState>, asker: Asker) -> Response {
    const ENDPOINT: &str = "respaldar";
    EndpointTags::about_everything(ENDPOINT).apply();
    let outcome = state.engine.start_backup(asker.actor()).await;
    respond(&state, &asker, ENDPOINT, outcome)
}

fn respond(
    state: &WebState,
    asker: &Asker,
    endpoint: &'static str,
    outcome: Result<BackupStatus, UseCaseError>,
) -> Response {
    let problem = match outcome {
        Ok(status) => return Json(status).into_response(),
        Err(error) => state.engine.problem(endpoint, error, Language::Es),
    };
    if problem.codigo == ProblemCode::Forbidden {
        state.engine.note_refused(asker.actor(), endpoint);
    }
    let status = StatusCode::from_u16(problem.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(problem)).into_response()
}
