//! Problems that arise before or around the use cases, in the same shape as theirs.

use std::any::Any;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};
use monitoring::{FailureDetail, RequestScope};
use texts::{HttpTexts, Language};

use crate::clock;

/// Where answers are JSON, also those that say no.
const API: &str = "/api/";

/// One of the locales' sentences: `HttpTexts::unreadable`.
type Sentence = fn(HttpTexts) -> &'static str;

/// A problem whose answer has no body yet: [`in_shape`] writes it, under the reference code of the request.
#[derive(Clone)]
struct Unwritten {
    codigo: ProblemCode,
    sentence: Sentence,
}

/// An answer with the problem's own status.
pub(super) fn answer(code: ProblemCode, sentence: Sentence) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer_with(status, code, sentence)
}

/// An answer with a status that says more than the problem's own.
pub(super) fn answer_with(status: StatusCode, codigo: ProblemCode, sentence: Sentence) -> Response {
    let mut answer = status.into_response();
    answer.extensions_mut().insert(Unwritten { codigo, sentence });
    answer
}

/// No route has this path.
pub(super) fn no_such_path() -> Response {
    answer(ProblemCode::NotFound, HttpTexts::no_such_path)
}

/// A route has the path, with another method.
pub(super) async fn method_not_allowed() -> Response {
    answer_with(StatusCode::METHOD_NOT_ALLOWED, ProblemCode::NotFound, HttpTexts::other_method)
}

/// What came is no form.
pub(super) fn unreadable() -> Response {
    answer(ProblemCode::InvalidParameter, HttpTexts::unreadable)
}

/// The answer to a panic. The panic hook has reported it already, under the code of the request.
pub(super) fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!(target: monitoring::REPORTED_TARGET, "a request panicked");
    answer(ProblemCode::Internal, HttpTexts::internal)
}

/// Gives problems their body, and answers of layers that only have a status the shape of one, where programs read them.
/// All of them show the code that their event in Sentry has.
pub(super) async fn in_shape(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    // Programs are answered in Spanish, as the contract says, and pages in their own language.
    let language = if is_api { Language::Es } else { app::preferences::of(request.headers()).language };
    let scope = request.extensions().get::<RequestScope>().cloned();
    let mut response = next.run(request).await;
    let status = response.status();
    let Some(Unwritten { codigo, sentence }) =
        response.extensions_mut().remove().or_else(|| problem_of(&response).filter(|_| is_api))
    else {
        return response;
    };
    let correlacion = scope.map_or_else(clock::correlation, |scope| scope.code().to_owned());
    let problem = Problem { detail: sentence(language.http()).to_owned(), codigo, correlacion, plan_hash: None };
    let mut answer = (status, Json(problem)).into_response();
    // What the answer said beside its body still holds, such as how long to wait.
    for (name, value) in response.headers().iter().filter(|(name, _)| ![CONTENT_TYPE, CONTENT_LENGTH].contains(name)) {
        answer.headers_mut().insert(name, value.clone());
    }
    if codigo == ProblemCode::Busy {
        answer.headers_mut().entry(RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    if status.is_server_error() {
        answer.extensions_mut().insert(FailureDetail(sentence(Language::Es.http()).to_owned()));
    }
    answer
}

/// What an answer without words says.
fn problem_of(response: &Response) -> Option<Unwritten> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_json(response) {
        return None;
    }
    let (codigo, sentence): (ProblemCode, Sentence) = match status {
        StatusCode::NOT_FOUND => (ProblemCode::NotFound, HttpTexts::no_such_path),
        StatusCode::PAYLOAD_TOO_LARGE => (ProblemCode::InvalidParameter, HttpTexts::too_large),
        StatusCode::SERVICE_UNAVAILABLE => (ProblemCode::Busy, HttpTexts::too_slow),
        status if status.is_client_error() => (ProblemCode::InvalidParameter, HttpTexts::unreadable),
        _ => (ProblemCode::Internal, HttpTexts::internal),
    };
    Some(Unwritten { codigo, sentence })
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}
