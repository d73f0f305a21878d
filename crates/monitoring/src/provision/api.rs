//! Requests to Sentry's public API.

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};

use super::access::SentryApiAccess;
use super::error::ProvisionError;

/// Lists are short; what is longer than this is no list of ours.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Of a hundred each. An organisation with more of a kind has another problem.
const PAGES_MAX: usize = 50;
/// How much of a refusal is shown.
const DETAIL_CHARACTERS_MAX: usize = 400;
/// Where Sentry says 429 and not for how long.
const DEFAULT_PAUSE_SECONDS: u64 = 60;

pub(super) struct Api {
    agent: Agent,
    url: String,
    authorization: String,
}

/// An answer, before it means anything.
struct Answer {
    status: u16,
    next_page: Option<String>,
    retry_after_seconds: Option<u64>,
    text: String,
}

impl Api {
    pub(super) fn new(access: &SentryApiAccess) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .timeout_global(Some(access.timeout))
            .tls_config(tls)
            .http_status_as_error(false)
            // A redirect would carry the token to wherever it points.
            .max_redirects(0)
            .max_redirects_will_error(false);
        Self {
            agent: config.build().new_agent(),
            url: access.url.trim_end_matches('/').to_owned(),
            authorization: format!("Bearer {}", access.token),
        }
    }

    /// One thing. `scope` is what the token needs for it.
    pub(super) fn get(&self, path: &str, scope: &'static str) -> Result<Value, ProvisionError> {
        self.ask("GET", path, None, scope).and_then(|answer| parsed("GET", path, &answer.text))
    }

    /// Every page of a list. `path` has a query already.
    pub(super) fn list(&self, path: &str, scope: &'static str) -> Result<Vec<Value>, ProvisionError> {
        let mut items = Vec::new();
        let mut page = path.to_owned();
        for _ in 0..PAGES_MAX {
            let answer = self.ask("GET", &page, None, scope)?;
            match parsed("GET", path, &answer.text)? {
                Value::Array(found) => items.extend(found),
                _ => return Err(unreadable("GET", path, "no es una lista")),
            }
            match answer.next_page {
                Some(cursor) => page = format!("{path}&cursor={cursor}"),
                None => break,
            }
        }
        Ok(items)
    }

    /// Creates something, and gives back what was created.
    pub(super) fn post(&self, path: &str, body: &Value, scope: &'static str) -> Result<Value, ProvisionError> {
        self.ask("POST", path, Some(body), scope).and_then(|answer| parsed("POST", path, &answer.text))
    }

    /// Makes something what the body says.
    pub(super) fn put(&self, path: &str, body: &Value, scope: &'static str) -> Result<(), ProvisionError> {
        self.ask("PUT", path, Some(body), scope).map(|_| ())
    }

    fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
        scope: &'static str,
    ) -> Result<Answer, ProvisionError> {
        let answer = self
            .send(method, path, body)
            .map_err(|error| ProvisionError::Unreachable { url: self.url.clone(), reason: error.to_string() })?;
        let request = || format!("{method} {}", path.split('?').next().unwrap_or_default());
        match answer.status {
            200..=299 => Ok(answer),
            401 => Err(ProvisionError::Unauthorized),
            403 => Err(ProvisionError::Forbidden { request: request(), scope }),
            404 => Err(ProvisionError::NotOffered { request: request() }),
            429 => Err(ProvisionError::RateLimited {
                request: request(),
                seconds: answer.retry_after_seconds.unwrap_or(DEFAULT_PAUSE_SECONDS),
            }),
            status => Err(ProvisionError::Refused { request: request(), status, detail: detail(&answer.text) }),
        }
    }

    fn send(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        let url = format!("{}{path}", self.url);
        let text = body.map(Value::to_string).unwrap_or_default();
        let with_body = match method {
            "POST" => Some(self.agent.post(&url)),
            "PUT" => Some(self.agent.put(&url)),
            _ => None,
        };
        let mut response = match with_body {
            Some(request) => request
                .header("Authorization", &self.authorization)
                .header("Content-Type", "application/json")
                .send(text.as_str())?,
            None => self.agent.get(&url).header("Authorization", &self.authorization).call()?,
        };
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        let retry_after_seconds = header(&response, "retry-after").and_then(|seconds| seconds.trim().parse().ok());
        let next_page = header(&response, "link").and_then(next_cursor);
        Ok(Answer { status: response.status().as_u16(), next_page, retry_after_seconds, text })
    }
}

fn header<'a, Body>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The cursor of the next page, if there is one: `<url>; rel="next"; results="true"; cursor="0:100:0"`.
fn next_cursor(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\"") && part.contains("results=\"true\""))?;
    let (_, after) = next.split_once("cursor=\"")?;
    after.split('"').next().map(str::to_owned)
}

fn parsed(method: &str, path: &str, text: &str) -> Result<Value, ProvisionError> {
    serde_json::from_str(text).map_err(|error| unreadable(method, path, &error.to_string()))
}

fn unreadable(method: &str, path: &str, reason: &str) -> ProvisionError {
    ProvisionError::Unreadable { request: format!("{method} {path}"), reason: reason.to_owned() }
}

/// What a refusal says, on one line.
fn detail(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let said = value.get("detail").unwrap_or(&value);
    let said = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DETAIL_CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_has_results() {
        let link = |results: &str| {
            format!(
                "<https://s.example/a>; rel=\"previous\"; results=\"false\"; cursor=\"0:0:1\", \
                 <https://s.example/b>; rel=\"next\"; results=\"{results}\"; cursor=\"0:100:0\""
            )
        };
        assert_eq!(next_cursor(&link("true")).as_deref(), Some("0:100:0"));
        assert_eq!(next_cursor(&link("false")), None);
    }

    #[test]
    fn a_refusal_is_one_short_line() {
        assert_eq!(detail(r#"{"detail": "no\n way"}"#), "no way");
        assert_eq!(detail(r#"{"name": ["Too long"]}"#), r#"{"name":["Too long"]}"#);
        assert_eq!(detail(&"x".repeat(1000)).len(), DETAIL_CHARACTERS_MAX);
    }
}
