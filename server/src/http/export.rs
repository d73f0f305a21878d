//! `GET /exportar/{lista}.{formato}`: what a page shows, with its filters, as a file.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use engine::UseCaseError;
use monitoring::EndpointTags;
use texts::{HttpTexts, Language};

use super::access::Asker;
use super::{WebState, problems};
use crate::export::{ExportFilter, ExportFormat, Exported, file, list};

const ENDPOINT: &str = "exportar";

/// The file, to be kept and not shown.
pub(super) async fn download(
    State(state): State<WebState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    asker: Asker,
) -> Response {
    EndpointTags::about_everything(ENDPOINT).apply();
    let Some((exported, format)) = wanted(&name) else {
        return problems::no_such_path();
    };
    let query = query.unwrap_or_default();
    let filter = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(_, value)| !value.is_empty());
    let filter = ExportFilter(filter.collect());
    let rows = list(&state.engine, asker.actor(), exported, &filter, state.export_rows_max).await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => return refused(&state, error),
    };
    let written = tokio::task::spawn_blocking(move || file(&rows, exported, format)).await;
    let failure = match written {
        Ok(Ok(bytes)) => return attached(exported, format, bytes),
        Ok(Err(error)) => format!("{error:#}"),
        Err(error) => error.to_string(),
    };
    tracing::error!(error = failure, list = exported.name(), "a list could not be written as a file");
    problems::answer(ProblemCode::Internal, HttpTexts::file_not_written)
}

fn refused(state: &WebState, error: UseCaseError) -> Response {
    let problem = state.engine.problem(ENDPOINT, error, Language::Es);
    let status = StatusCode::from_u16(problem.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(problem)).into_response()
}

fn wanted(name: &str) -> Option<(Exported, ExportFormat)> {
    let (list, format) = name.rsplit_once('.')?;
    let list = Exported::ALL.into_iter().find(|one| one.name() == list)?;
    Some((list, ExportFormat::of(format)?))
}

fn attached(exported: Exported, format: ExportFormat, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"klk-{}.{format}\"", exported.name());
    let Ok(name) = HeaderValue::from_str(&name) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let kind = HeaderValue::from_static(format.content_type());
    ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], bytes).into_response()
}
