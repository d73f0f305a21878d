//! The site's files, and the page that says that there is none.

use std::path::{Path, PathBuf};

use anyhow::Context;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::config::{ConfFile, LeptosOptions, get_configuration};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{WebState, problems};

/// The site options that a deployed server reads; the same as in Cargo.toml.
const OPTIONS_FILE: &str = "Leptos.toml";
/// Names of files carry no hash, so a browser asks each time whether its copy is still right (it has an ETag).
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The site options: of Leptos.toml in this folder or beside the binary; without it, of the environment.
pub fn site_options() -> anyhow::Result<LeptosOptions> {
    let beside = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.join(OPTIONS_FILE)));
    let file = [Some(PathBuf::from(OPTIONS_FILE)), beside].into_iter().flatten().find(|path| path.is_file());
    let ConfFile { leptos_options, .. } =
        get_configuration(file.as_deref().and_then(Path::to_str)).context("Leptos.toml no se puede leer")?;
    Ok(leptos_options)
}

/// A file of the site, else the page that says that there is none; below /api, the problem that says so.
pub(super) async fn file_or_missing_page(State(state): State<WebState>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return problems::no_such_path();
    }
    if let Some(file) = file(&state.options, without_body(&request)).await {
        return file;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return problems::method_not_allowed().await;
    }
    let options = state.options.clone();
    let page = leptos_axum::render_app_async_with_context(state.contexts(), move || app::shell(options.clone()));
    let mut response = page(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// The question for a file: bodies are for others.
fn without_body(request: &Request) -> Request {
    let mut question = Request::new(Body::empty());
    *question.method_mut() = request.method().clone();
    *question.uri_mut() = request.uri().clone();
    *question.headers_mut() = request.headers().clone();
    question
}

async fn file(options: &LeptosOptions, question: Request) -> Option<Response> {
    let files = ServeDir::new(options.site_root.as_ref())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let answer = files.oneshot(question).await.ok()?;
    if matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return None;
    }
    let mut answer = answer.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, ASK_EACH_TIME);
    Some(answer)
}
