//! The site's files, and the page that says that there is none.

use std::path::{Path, PathBuf};

use anyhow::Context;
use app::assets::Assets;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::config::{ConfFile, LeptosOptions, get_configuration};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{WebState, gate, pages, problems};

/// The site options that a deployed server reads; the same as in Cargo.toml.
const OPTIONS_FILE: &str = "Leptos.toml";
/// What the files of a build are called (scripts/name-files.mjs).
const MANIFEST: &str = "files.json";
/// A name with the hash of its content is never of another content.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Of a file whose name says nothing of its content, a browser asks each time whether its copy is still right (it has an ETag).
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The site options: of Leptos.toml in this folder or beside the binary; without it, of the environment.
pub fn site_options() -> anyhow::Result<LeptosOptions> {
    let beside = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.join(OPTIONS_FILE)));
    let file = [Some(PathBuf::from(OPTIONS_FILE)), beside].into_iter().flatten().find(|path| path.is_file());
    let ConfFile { leptos_options, .. } =
        get_configuration(file.as_deref().and_then(Path::to_str)).context("Leptos.toml no se puede leer")?;
    Ok(leptos_options)
}

/// The files of the site's build. A site that was not built, as in tests, has plain names.
pub(super) fn assets(options: &LeptosOptions) -> Assets {
    let path = Path::new(options.site_root.as_ref()).join(MANIFEST);
    let manifest = std::fs::read_to_string(path).unwrap_or_default();
    match Assets::read(&manifest, &program()) {
        Ok(assets) => assets,
        Err(error) => {
            if !manifest.is_empty() {
                tracing::warn!(%error, "{MANIFEST} of the site cannot be read");
            }
            Assets::default()
        }
    }
}

/// The WebAssembly of the site, where it should be; its name has a hash where the site was built.
pub fn wasm_file(options: &LeptosOptions) -> PathBuf {
    let path = assets(options).path(&format!("{}.wasm", options.output_name));
    Path::new(options.site_root.as_ref()).join(path.trim_start_matches('/'))
}

/// What differs where the program is another one over the same files: pages that are open take it over.
fn program() -> String {
    let written = std::env::current_exe().and_then(std::fs::metadata);
    let of = |metadata: std::fs::Metadata| {
        let at = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{:x}{:x}", at.as_secs(), metadata.len()))
    };
    written.ok().and_then(of).unwrap_or_default()
}

/// A file of the site, else the page that says that there is none; below /api, the problem that says so.
pub(super) async fn file_or_missing_page(State(state): State<WebState>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return problems::no_such_path();
    }
    if let Some(file) = file(&state, without_body(&request)).await {
        return file;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return problems::method_not_allowed().await;
    }
    if let Some(redirect) = gate::sign_in_page(&request) {
        return redirect;
    }
    pages::not_found(&state, request).await
}

/// The question for a file: bodies are for others.
fn without_body(request: &Request) -> Request {
    let mut question = Request::new(Body::empty());
    *question.method_mut() = request.method().clone();
    *question.uri_mut() = request.uri().clone();
    *question.headers_mut() = request.headers().clone();
    question
}

async fn file(state: &WebState, question: Request) -> Option<Response> {
    let is_kept = state.assets.is_immutable(question.uri().path());
    let files = ServeDir::new(state.options.site_root.as_ref())
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let answer = files.oneshot(question).await.ok()?;
    if matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        return None;
    }
    let mut answer = answer.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, if is_kept { KEEP } else { ASK_EACH_TIME });
    Some(answer)
}
