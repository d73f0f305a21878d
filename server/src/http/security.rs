//! Headers that tell the browser what a page may do. Scripts run with the nonce of their request only.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};

/// The same for every answer.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// The same for every page. Of a file that a page loads, no browser reads them, and a first visit loads eight.
const PAGE_HEADERS: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// Mints the request's nonce, and says in the answer's headers what may run.
pub(super) async fn headers(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce);
    request.extensions_mut().insert(nonce);
    // Server functions redirect to the Referer; only our own pages are allowed.
    if !comes_from_own_page(request.headers()) {
        request.headers_mut().remove(header::REFERER);
    }
    let mut response = next.run(request).await;
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    for (name, value) in HEADERS.into_iter().chain(PAGE_HEADERS.into_iter().filter(|_| is_page)) {
        response.headers_mut().insert(name, value);
    }
    // What is shown is for who asked, and true of now; files say themselves how long they are.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Whether the page that a request says it comes from is of the host that was asked.
fn comes_from_own_page(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(page) = text(header::REFERER).and_then(|page| page.parse::<Uri>().ok()) else { return false };
    let host = page.authority().map(axum::http::uri::Authority::as_str);
    host.is_some() && host == text(header::HOST)
}

/// Has Leptos mark its scripts with the nonce that the header names, in place of one of its own.
pub(super) fn provide_nonce_of_request() {
    let minted = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned());
    if let Some(nonce) = minted {
        provide_context(nonce);
    }
}

/// Everything comes from us; WebAssembly may be compiled; nobody shows us in a frame.
fn policy(nonce: &Nonce) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_same_host_are_our_own() {
        let cases = [
            ("http://klk.example:3000/gaps?x=1", true),
            ("http://klk.example/gaps", false),
            ("https://evil.example/klk.example:3000", false),
            ("http://klk.example:3000@evil.example/", false),
            ("/pendientes", false),
            ("no es nada", false),
        ];
        for (page, is_own) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("klk.example:3000"));
            headers.insert(header::REFERER, HeaderValue::from_static(page));
            assert_eq!(comes_from_own_page(&headers), is_own, "{page}");
        }
    }
}
