//! Pages and what their forms do: drawn by the app, answered here.

use app::forms::{Doer, FORMS, STEPS};
use app::page::{Notice, Outcome};
use app::pages::{Maker, PAGES, folder_of_proxy, not_found_page};
use app::parts::{ChangeCounts, document, finished, load_frame};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;

use super::{WebState, notices, problems};
use app::values::Values;

/// A page that refreshes itself does not take away what the next page is to say.
const REFRESH: HeaderName = HeaderName::from_static("x-klk-refresco");

/// Every page and every form.
pub(super) fn routes() -> Router<WebState> {
    let mut routes = Router::new();
    for (path, make) in PAGES.into_iter().chain(STEPS) {
        routes = routes.route(path, page(make));
    }
    for (path, act) in FORMS {
        routes = routes.route(path, form(act));
    }
    routes
}

/// The routes of the pages, by which the browser names what it tells Sentry.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.into_iter().chain(STEPS).map(|(path, _)| path)
}

fn page(make: Maker) -> MethodRouter<WebState> {
    get(move |State(state): State<WebState>, Path(path): Path<Vec<(String, String)>>, request: Request| async move {
        let (parts, _) = request.into_parts();
        let values = values(path, &parts, "");
        answer(&state, parts, async move { Outcome::Page(make(values).await) }).await
    })
}

fn form(act: Doer) -> MethodRouter<WebState> {
    post(move |State(state): State<WebState>, request: Request| async move {
        let (parts, body) = request.into_parts();
        let Some(written) = written(body).await else {
            return problems::unreadable();
        };
        let values = values(Vec::new(), &parts, &written);
        answer(&state, parts, act(values)).await
    })
}

/// The page that says that there is none.
pub(super) async fn not_found(state: &WebState, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().to_owned();
    answer(state, parts, async move { Outcome::Page(not_found_page(folder_of_proxy(&path))) }).await
}

/// What a form says; None where that cannot be read. The layers limit how much it may say.
async fn written(body: Body) -> Option<String> {
    let bytes = to_bytes(body, usize::MAX).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

fn values(path: Vec<(String, String)>, parts: &Parts, written: &str) -> Values {
    let decode = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
    let query = decode(parts.uri.query().unwrap_or_default());
    Values::new(path.into_iter().chain(query).chain(decode(written)))
}

/// Makes the page within the request's contexts, and draws it; or leads to the page that comes after what was done.
pub(super) async fn answer(
    state: &WebState,
    parts: Parts,
    making: impl Future<Output = Outcome> + Send + 'static,
) -> Response {
    let is_form = parts.method == Method::POST;
    let is_refresh = parts.headers.contains_key(&REFRESH);
    let notice = if is_refresh { None } else { notices::read(&parts.headers) };
    let has_notice = notice.is_some();
    let options = ResponseOptions::default();
    let owner = request_owner();
    let contexts = state.contexts();
    let counts = state.counts.to_text();
    let provided = options.clone();
    owner.with(move || {
        provide_context(parts);
        provide_context(provided);
        contexts();
        provide_context(ChangeCounts(counts));
        if let Some(notice) = notice {
            provide_context::<Notice>(notice);
        }
        provide_context(app::preferences::read());
    });
    let made = owner.with(|| {
        ScopedFuture::new(async move {
            match making.await {
                Outcome::Page(page) => Ok((page, load_frame().await)),
                Outcome::Done { path, notice } => Err((path, notice)),
            }
        })
    });
    let mut response = match made.await {
        Ok((page, frame)) => {
            let status = page.status;
            let html = owner.with(|| finished(&document(page, frame, is_form).to_html()));
            drawn(status, html)
        }
        Err((path, notice)) => {
            let mut response = Redirect::to(&path).into_response();
            notices::keep(&notice, &mut response);
            response
        }
    };
    if has_notice {
        notices::forget(&mut response);
    }
    response
}

/// What a request's contexts belong to. It is current only while the request is polled: a new root stays current on its thread, and a
/// request for data that the thread handles while a page waits would have the page's contexts.
fn request_owner() -> Owner {
    let owner = Owner::new_root(None);
    owner.clone().unset();
    owner
}

/// A document of what is known already, drawn within the request's contexts.
pub(super) fn draw<View: IntoView>(
    state: &WebState,
    parts: Parts,
    status: StatusCode,
    view: impl FnOnce() -> View,
) -> Response {
    let owner = request_owner();
    let contexts = state.contexts();
    let html = owner.with(|| {
        provide_context(parts);
        contexts();
        finished(&view().to_html())
    });
    drawn(status, html)
}

fn drawn(status: StatusCode, html: String) -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    (status, [(header::CONTENT_TYPE, kind)], html).into_response()
}

#[cfg(test)]
mod tests {
    use leptos::prelude::use_context;

    use super::*;

    #[test]
    fn a_request_does_not_have_the_contexts_of_a_page_that_waits_on_its_thread() {
        let page = request_owner();
        page.with(|| provide_context("of the page"));
        // As `handle_server_fns_with_context` makes one.
        let beside = Owner::new();
        assert_eq!(beside.with(use_context::<&str>), None);
        assert_eq!(page.with(use_context::<&str>), Some("of the page"));
    }
}
