//! Leading a browser to a page of ours, and to no other.

use axum::http::header::LOCATION;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::own_page::is_own_page;

/// Where one signs in.
pub(super) const SIGN_IN: &str = "/entrar";
/// Longer addresses are none of ours.
const LENGTH_MAX: usize = 1024;

/// With GET, whatever the method was.
pub(super) fn to(page: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(page).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// To where one signs in, and back to the page afterwards.
pub(super) fn to_sign_in(page: &str) -> Response {
    match own_page(page) {
        Some("/") | None => to(SIGN_IN),
        Some(page) => to(&format!("{SIGN_IN}?volver={}", escaped(page))),
    }
}

/// The page, where it is one of ours that can be led to.
pub(super) fn own_page(page: &str) -> Option<&str> {
    let is_readable = page.parse::<PathAndQuery>().is_ok_and(|read| read.as_str() == page);
    let is_entrance = page.starts_with(SIGN_IN);
    (is_own_page(page) && is_readable && !is_entrance && page.len() <= LENGTH_MAX).then_some(page)
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_led_to() {
        for page in
            ["/", "/pendientes", "/pendientes?etl_tipo=ventas&max_horas=24", "/tiendas/tienda_01/2025-11-17", "/a//b"]
        {
            assert_eq!(own_page(page), Some(page));
        }
        let foreign = [
            "",
            "gaps",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            " /pendientes",
            "/entrar?volver=/entrar",
            "/ñ",
        ];
        for page in foreign {
            assert_eq!(own_page(page), None, "{page}");
        }
        assert_eq!(own_page(&format!("/{}", "a".repeat(2000))), None);
    }

    #[test]
    fn a_page_with_a_question_comes_back_as_it_was() {
        let response = to_sign_in("/pendientes?etl_tipo=ventas&x=%26");
        assert_eq!(response.headers()[LOCATION], "/entrar?volver=/pendientes%3Fetl_tipo%3Dventas%26x%3D%2526");
        assert_eq!(to_sign_in("/").headers()[LOCATION], "/entrar");
    }
}
