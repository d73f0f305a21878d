//! What was done, on its way to the page that comes next: a cookie that is read once.

use app::page::Notice;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const COOKIE: &str = "klk_aviso";
/// Browsers keep no larger ones.
const BYTES_MAX: usize = 3_800;

/// Keeps it for the next page, where there is anything to say. What is too long is said without the way to undo it.
pub(super) fn keep(notice: &Notice, response: &mut Response) {
    if notice.text.is_empty() {
        return;
    }
    let stored = written(notice).or_else(|| written(&Notice { text: notice.text.clone(), ..Notice::default() }));
    if let Some(stored) = stored {
        set(&format!("{COOKIE}={stored}; Path=/; Max-Age=60; SameSite=Lax; HttpOnly"), response);
    }
}

fn written(notice: &Notice) -> Option<String> {
    let json = serde_json::to_string(notice).ok()?;
    let stored = utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string();
    (stored.len() <= BYTES_MAX).then_some(stored)
}

/// It was said.
pub(super) fn forget(response: &mut Response) {
    set(&format!("{COOKIE}=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly"), response);
}

fn set(cookie: &str, response: &mut Response) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// What a request's page is to say.
pub(super) fn read(headers: &HeaderMap) -> Option<Notice> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookie| cookie.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, stored) = pairs.find(|(name, value)| *name == COOKIE && !value.is_empty())?;
    serde_json::from_str(&percent_decode_str(stored).decode_utf8().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn kept(notice: &Notice) -> HeaderMap {
        let mut response = Response::new(Body::empty());
        keep(notice, &mut response);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(&format!("otra=1; {cookie}")).unwrap());
        headers
    }

    #[test]
    fn what_is_kept_is_what_the_next_page_reads() {
        let undo = vec![("nota".to_owned(), "caída de luz; \"todo\"".to_owned())];
        let text = "Se retiró la justificación".to_owned();
        let notice = Notice { text, undo, undo_path: "/pendientes/justificar/guardar".to_owned(), batch: None };
        assert_eq!(read(&kept(&notice)), Some(notice));
        assert_eq!(read(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_too_long_is_said_without_a_way_to_undo_it() {
        let undo = vec![("nota".to_owned(), "x".repeat(4_000))];
        let notice = Notice { text: "hecho".to_owned(), undo, ..Notice::default() };
        assert_eq!(read(&kept(&notice)), Some(Notice { undo: Vec::new(), ..notice }));
    }
}
