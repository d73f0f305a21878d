//! The layers around every route, from the outside to the inside.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use domain::problem::ProblemCode;
use texts::HttpTexts;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::{WebState, browser_monitoring, gate, metrics, problem_bodies, problems, security};
use crate::clock;
use crate::settings::HttpSettings;

/// How hard pages are compressed: two steps above the least, which saves a first visit a kilobyte of the two that it has.
const HTML_QUALITY: i32 = 3;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An origin in the settings that no browser can send.
#[derive(Debug, thiserror::Error)]
#[error("un origen de KLK_TRUSTED_ORIGINS no sirve: {0}; escriba https://klk.ejemplo.com")]
pub struct InvalidOrigin(ConfigError);

/// Puts the layers around the routes.
pub(super) fn around(routes: Router, settings: &HttpSettings, state: WebState) -> Result<Router, InvalidOrigin> {
    let mut forgery = CsrfLayer::new();
    let public = settings.public.url.as_ref().map(|url| url.origin().ascii_serialization());
    for origin in settings.trusted_origins.iter().chain(&public) {
        forgery = forgery.add_trusted_origin(origin).map_err(InvalidOrigin)?;
    }
    let forgery = forgery.with_rejection_response(refuse_foreign_page);
    // Streams of events outlive the limit of time: it ends with the beginning of an answer.
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, settings.request_timeout);
    let (gate, responses) = (Arc::clone(&state.gate), Arc::clone(&state.responses));
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, ReferenceCodes))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn_with_state(responses, metrics::count))
        .layer(monitoring::http_layers(clock::correlation))
        // Failures are reported by the layers of monitoring, once, and not by their status here.
        .layer(TraceLayer::new_for_http().make_span_with(request_span).on_failure(()))
        .layer(from_fn(browser_monitoring::keep_trace))
        .layer(from_fn(security::headers))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(HTML_QUALITY)).compress_when(is_html))
        .layer(from_fn_with_state(state, problem_bodies::in_shape))
        .layer(CatchPanicLayer::custom(problems::panicked))
        .layer(timeout)
        .layer(from_fn_with_state(gate, gate::admit))
        .layer(RequestBodyLimitLayer::new(settings.body_bytes_max))
        .layer(forgery);
    Ok(routes.layer(layers))
}

fn refuse_foreign_page(_error: ProtectionError) -> Response {
    problems::answer(ProblemCode::Forbidden, HttpTexts::other_page)
}

/// Files were compressed when the site was built, and answers for programs are small: only pages are left.
fn is_html(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn request_span(request: &Request) -> Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
}

/// Codes for requests that bring none.
#[derive(Clone, Copy)]
struct ReferenceCodes;

impl MakeRequestId for ReferenceCodes {
    fn make_request_id<B>(&mut self, _request: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&clock::correlation()).ok().map(RequestId::new)
    }
}
