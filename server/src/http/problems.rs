//! Problems that arise before or around the use cases; `problem_bodies.rs` writes them.

use std::any::Any;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use texts::HttpTexts;

/// One of the locales' sentences: `HttpTexts::unreadable`.
pub(super) type Sentence = fn(HttpTexts) -> &'static str;

/// A problem whose answer has no body yet: it is written under the reference code of the request.
#[derive(Clone)]
pub(super) struct Unwritten {
    pub(super) codigo: ProblemCode,
    pub(super) sentence: Sentence,
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
