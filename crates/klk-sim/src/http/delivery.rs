//! How a body reaches the client, or does not.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::json;

use crate::connection::ConnectionSwitch;
use crate::request::Refusal;
use crate::sim::Sim;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How long what was sent gets to leave the machine before the connection is cut.
const CUT_DELAY: Duration = Duration::from_millis(50);

pub(super) fn json(body: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, JSON)], body.into()).into_response()
}

pub(super) fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::BadRequest(_) => StatusCode::BAD_REQUEST,
        Refusal::UnknownBranch(_) | Refusal::UnknownWarehouse(_) => StatusCode::OK,
    };
    (status, json(error_body(&refusal.to_string()))).into_response()
}

pub(super) fn error_200(message: &str) -> Response {
    json(error_body(message))
}

pub(super) fn status(code: u16, html: bool) -> Response {
    // Codes of faults that came as JSON may be any number.
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if html {
        let reason = status.canonical_reason().unwrap_or_default();
        let page = format!(
            "<html>\n<head><title>{code} {reason}</title></head>\n<body>\n<center><h1>{code} {reason}</h1></center>\n\
             <hr><center>proxy</center>\n</body>\n</html>\n"
        );
        return (status, Html(page)).into_response();
    }
    (status, json(error_body("Error interno del servidor"))).into_response()
}

pub(super) fn not_json() -> Response {
    json("Servicio reiniciado, intente de nuevo")
}

/// Ends the connection without an answer.
pub(super) fn closed(switch: Option<ConnectionSwitch>) -> Response {
    match switch {
        Some(switch) => switch.close(),
        None => return cut(vec![0], 0),
    }
    Response::default()
}

/// Resets the connection without an answer.
pub(super) fn reset(switch: Option<ConnectionSwitch>) -> Response {
    match switch {
        Some(switch) => switch.reset(),
        None => return cut(vec![0], 0),
    }
    Response::default()
}

/// Promises the whole body and ends the connection within it.
pub(super) fn cut(mut body: Vec<u8>, after_bytes: usize) -> Response {
    let promised = body.len();
    body.truncate(after_bytes.min(promised.saturating_sub(1)));
    let end = stream::once(async {
        tokio::time::sleep(CUT_DELAY).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    let pieces = stream::iter([Ok(Bytes::from(body))]).chain(end);
    promising(promised, Body::from_stream(pieces))
}

/// Sends the body in pieces with pauses.
pub(super) fn drip(sim: Sim, body: Vec<u8>, chunk_bytes: usize, pause: Duration) -> Response {
    let promised = body.len();
    let pieces = stream::unfold((sim, Bytes::from(body)), move |(sim, mut rest)| async move {
        if rest.is_empty() {
            return None;
        }
        if rest.len() < promised {
            sim.pause(pause).await;
        }
        let piece = rest.split_to(chunk_bytes.clamp(1, rest.len()));
        Some((Ok::<Bytes, io::Error>(piece), (sim, rest)))
    });
    promising(promised, Body::from_stream(pieces))
}

fn promising(length: usize, body: Body) -> Response {
    ([(CONTENT_TYPE, JSON), (CONTENT_LENGTH, HeaderValue::from(length))], body).into_response()
}

fn error_body(message: &str) -> String {
    json!({ "error": message }).to_string()
}
