//! What a page carries so that the browser tells Sentry what fails there, in the trace of the request for the page.

use app::sentry::{BrowserMonitoring, BrowserSettings, PageTrace};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::{provide_context, use_context};
use monitoring::{DEVELOPMENT, TraceHeaders};
use secrecy::ExposeSecret;

use crate::settings::SentrySettings;

/// For all pages; None where there is no DSN that could be used.
pub(super) fn of_settings(
    settings: &SentrySettings,
    release: &str,
    pages: impl Iterator<Item = &'static str>,
) -> Option<BrowserMonitoring> {
    let is_development = settings.environment.trim() == DEVELOPMENT;
    BrowserMonitoring::new(&BrowserSettings {
        dsn: public_part(settings.dsn.as_ref()?.expose_secret())?,
        environment: settings.environment.trim().to_owned(),
        release: release.to_owned(),
        traces_sample_rate: if is_development { 1.0 } else { settings.traces_sample_rate },
        routes: pages.map(str::to_owned).collect(),
    })
}

/// The DSN without the secret key that old ones have; None for what is no DSN.
fn public_part(dsn: &str) -> Option<String> {
    let (scheme, rest) = dsn.trim().split_once("://")?;
    let (keys, place) = rest.split_once('@')?;
    let key = keys.split(':').next().filter(|key| !key.is_empty())?;
    Some(format!("{scheme}://{key}@{place}"))
}

/// Keeps where the request is in its trace. It is read here, where the request's scope is the current one.
pub(super) async fn keep_trace(mut request: Request, next: Next) -> Response {
    if let Some(TraceHeaders { sentry_trace, baggage }) = TraceHeaders::current() {
        request.extensions_mut().insert(PageTrace { sentry_trace, baggage });
    }
    next.run(request).await
}

/// Gives a page what it carries.
pub(super) fn provide(monitoring: Option<&BrowserMonitoring>) {
    let Some(monitoring) = monitoring else { return };
    provide_context(monitoring.clone());
    let trace = use_context::<Parts>().and_then(|parts| parts.extensions.get::<PageTrace>().cloned());
    if let Some(trace) = trace {
        provide_context(trace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_has_the_secret_key() {
        assert_eq!(
            public_part("https://key:secret@host.example/prefix/7").unwrap(),
            "https://key@host.example/prefix/7"
        );
        assert_eq!(public_part(" http://pub@127.0.0.1:9/1 ").unwrap(), "http://pub@127.0.0.1:9/1");
        assert_eq!(public_part("nonsense"), None);
        assert_eq!(public_part("https://@host/1"), None);
    }
}
