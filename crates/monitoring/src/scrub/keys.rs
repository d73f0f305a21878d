//! What is taken out because of what it is called.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

/// As they are after [`normalized`], or after the last dot of it.
const PRIVATE: [&str; 46] = [
    "authorization",
    "proxy_authorization",
    "cookie",
    "cookies",
    "set_cookie",
    "x_api_key",
    "api_key",
    "apikey",
    "klk_api_key",
    "password",
    "passwd",
    "clave",
    "contrasena",
    "contraseña",
    "secret",
    "client_secret",
    "token",
    "access_token",
    "refresh_token",
    "auth_token",
    "bearer",
    "csrf",
    "csrf_token",
    "xsrf_token",
    "x_csrf_token",
    "x_xsrf_token",
    "session",
    "session_id",
    "sessionid",
    "session_token",
    "x_session_id",
    "x_session_token",
    "x_forwarded_for",
    "x_real_ip",
    "forwarded",
    "remote_addr",
    "client_ip",
    "ip_address",
    "email",
    "correo",
    "username",
    "query_string",
    "request_body",
    "response_body",
    "body",
    "vars",
];

/// As they are after [`normalized`], whole: their last part alone would be too common a word.
const PRIVATE_WHOLE: [&str; 6] =
    ["http.query", "http.fragment", "url.query", "url.fragment", "client.address", "user.name"];

/// As they are after [`normalized`]: what they hold is an address, whole or in part.
const ADDRESSES: [&str; 13] = [
    "url",
    "url.full",
    "url.path",
    "http.url",
    "http.target",
    "http.route",
    "from",
    "to",
    "href",
    "location",
    "referrer",
    "navigation.from",
    "navigation.to",
];

/// The headers of a request that say what a program needs to be mended. Every other one stays here: nobody can list
/// what a browser or a proxy may put into them.
const HEADERS_KEPT: [&str; 8] = [
    "accept",
    "accept_language",
    "content_length",
    "content_type",
    "host",
    "sec_fetch_site",
    "user_agent",
    "x_request_id",
];

/// Which keys are taken out with what they hold.
pub(super) struct KeyRules {
    /// The well-known ones and our own headers.
    private: HashSet<Cow<'static, str>>,
}

impl KeyRules {
    pub(super) fn new(private_headers: &[String]) -> Self {
        let own_headers = private_headers.iter().map(|name| Cow::Owned(normalized(name).into_owned()));
        Self { private: PRIVATE.into_iter().map(Cow::Borrowed).chain(own_headers).collect() }
    }

    pub(super) fn is_private(&self, key: &str) -> bool {
        let whole = normalized(key);
        let last = whole.rsplit('.').next().unwrap_or_default();
        self.private.contains(last)
            || PRIVATE_WHOLE.contains(&whole.as_ref())
            || whole.starts_with("http.request.body")
            || whole.starts_with("http.response.body")
    }
}

/// Whether an address stands under this key.
pub(super) fn is_address(key: &str) -> bool {
    ADDRESSES.contains(&normalized(key).as_ref())
}

/// The text of an address; spans that are sent one by one, logs and metrics wrap it with its type.
pub(super) fn address_in(value: &mut Value) -> Option<&mut String> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(typed) => match typed.get_mut("value") {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Of a request: method, address and the harmless headers.
pub(super) fn keep_request_basics(request: &mut Map<String, Value>) {
    request.retain(|key, _| matches!(key.as_str(), "method" | "url" | "headers"));
    keep_harmless_headers(request);
}

/// Of a response: everything but what it said.
pub(super) fn keep_response_basics(response: &mut Map<String, Value>) {
    response.retain(|key, _| !matches!(key.as_str(), "data" | "cookies"));
    keep_harmless_headers(response);
}

/// Of a user: the identifier.
pub(super) fn keep_user_id(user: &mut Map<String, Value>) {
    user.retain(|key, _| key == "id");
}

fn keep_harmless_headers(holder: &mut Map<String, Value>) {
    let is_harmless = |name: &str| HEADERS_KEPT.contains(&normalized(name).as_ref());
    match holder.get_mut("headers") {
        Some(Value::Object(headers)) => headers.retain(|name, _| is_harmless(name)),
        Some(Value::Array(pairs)) => {
            pairs.retain(|pair| pair.get(0).and_then(Value::as_str).is_some_and(is_harmless));
        }
        _ => {}
    }
}

fn normalized(key: &str) -> Cow<'_, str> {
    // Nearly all keys are ours and are so already.
    if key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.')) {
        return Cow::Borrowed(key);
    }
    Cow::Owned(key.trim().to_lowercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_dashes_and_space_around_them() {
        for name in ["api_key", "API-Key", " Api_Key ", "http.request.header.api-key", "x-klk-sesion", "CONTRASEÑA"] {
            assert!(KeyRules::new(&["X-Klk-Sesion".to_owned()]).is_private(name), "{name}");
        }
        assert!(!KeyRules::new(&[]).is_private("x-klk-sesion"));
        assert!(!KeyRules::new(&[]).is_private("lineas"));
    }
}
