//! Problems that arise before or around the use cases, in the same shape as theirs.

use std::any::Any;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};

use crate::clock;

/// Where answers are JSON, also those that say no.
const API: &str = "/api/";

/// An answer with the problem's own status.
pub(super) fn answer(code: ProblemCode, detail: &str) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer_with(status, code, detail)
}

fn answer_with(status: StatusCode, codigo: ProblemCode, detail: &str) -> Response {
    let problem = Problem { detail: detail.to_owned(), codigo, correlacion: clock::correlation(), plan_hash: None };
    (status, Json(problem)).into_response()
}

/// No route has this path.
pub(super) fn no_such_path() -> Response {
    answer(ProblemCode::NotFound, "Esta dirección no existe; las que hay están en /api/openapi.json")
}

/// A route has the path, with another method.
pub(super) async fn method_not_allowed() -> Response {
    answer_with(StatusCode::METHOD_NOT_ALLOWED, ProblemCode::NotFound, "Esta dirección no admite ese método")
}

/// The answer to a panic. The panic hook has reported it already.
pub(super) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    let code = ProblemCode::Internal;
    let response = answer(code, "Error interno del servidor");
    tracing::error!(target: monitoring::REPORTED_TARGET, "a request panicked");
    response
}

/// Gives answers of layers that only have a status the shape of a problem, where programs read them.
pub(super) async fn in_shape(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    let response = next.run(request).await;
    if !is_api || !(response.status().is_client_error() || response.status().is_server_error()) || is_json(&response) {
        return response;
    }
    let status = response.status();
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => return no_such_path(),
        StatusCode::PAYLOAD_TOO_LARGE => {
            (ProblemCode::InvalidParameter, "El cuerpo de la petición es demasiado grande")
        }
        StatusCode::SERVICE_UNAVAILABLE => (ProblemCode::Busy, "La respuesta tardó demasiado; intente de nuevo"),
        status if status.is_client_error() => (ProblemCode::InvalidParameter, "No se puede leer la petición"),
        _ => (ProblemCode::Internal, "Error interno del servidor"),
    };
    let mut answer = answer_with(status, code, detail);
    if code == ProblemCode::Busy {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    answer
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}
