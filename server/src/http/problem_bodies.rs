//! The bodies of problems: a page for whoever opened one in a browser, JSON for programs.

use app::pages::{Refusal, refusal_document};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};
use monitoring::{FailureDetail, RequestScope};
use texts::{HttpTexts, Language};

use super::problems::{Sentence, Unwritten};
use super::{WebState, gate, pages};
use crate::clock;

/// Where answers are JSON, also those that say no.
const API: &str = "/api/";

/// Gives problems their body, and answers of layers that only have a status the shape of one, where programs read them.
/// All of them show the code that their event in Sentry has.
pub(super) async fn in_shape(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with(API);
    // Programs are answered in Spanish, as the contract says, and pages in their own language.
    let language = if is_api { Language::Es } else { app::preferences::of(request.headers()).language };
    let scope = request.extensions().get::<RequestScope>().cloned();
    let (parts, body) = request.into_parts();
    let browser = (!is_api && is_browser(&parts.headers)).then(|| parts.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let Some(Unwritten { codigo, sentence }) =
        response.extensions_mut().remove().or_else(|| problem_of(&response).filter(|_| is_api))
    else {
        return response;
    };
    let correlacion = scope.map_or_else(clock::correlation, |scope| scope.code().to_owned());
    let problem = Problem { detail: sentence(language.http()).to_owned(), codigo, correlacion, plan_hash: None };
    let mut answer = match browser {
        Some(parts) => page(&state, parts, status, problem),
        None => (status, Json(problem)).into_response(),
    };
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

/// Only browsers say that they want a page.
fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|kinds| kinds.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

/// A problem as a page. Where names are what is wrong, it says which ones the browser used.
fn page(state: &WebState, parts: Parts, status: StatusCode, problem: Problem) -> Response {
    let is_of_origin = status == StatusCode::FORBIDDEN;
    let is_of_name = is_of_origin || status == StatusCode::MISDIRECTED_REQUEST;
    let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let refusal = Refusal {
        status: status.as_u16(),
        problem,
        host: gate::host(&parts.headers, &parts.uri).filter(|_| is_of_name).map(|host| host.to_string()),
        origin: origin.filter(|_| is_of_origin).map(str::to_owned),
        leads_home: status != StatusCode::MISDIRECTED_REQUEST,
    };
    pages::draw(state, parts, status, || refusal_document(&refusal))
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
