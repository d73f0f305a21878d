//! What the server puts into a page's head for the SDK.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use serde::Serialize;

/// The element that has the settings; frontend/js/sentry.ts looks for it.
const ELEMENT: &str = "monitoreo";

/// With what the SDK starts in a browser. Nothing in it is secret: whoever opens a page can read it.
#[derive(Clone, Debug, Serialize)]
pub struct BrowserSettings {
    /// Where to send to: the public part only.
    pub dsn: String,
    /// As the server's.
    pub environment: String,
    /// As the server's.
    pub release: String,
    /// The share of page loads whose traces are kept, where the server has not decided.
    pub traces_sample_rate: f64,
    /// The pages' routes, by which transactions are named.
    pub routes: Vec<String>,
}

/// The settings as a page carries them. The server provides it as a context where there is a DSN.
#[derive(Clone, Debug)]
pub struct BrowserMonitoring {
    /// JSON that can stand in HTML.
    json: std::sync::Arc<str>,
}

impl BrowserMonitoring {
    /// Of settings, once for all pages; None where they cannot be written down.
    pub fn new(settings: &BrowserSettings) -> Option<Self> {
        let json = leptos::serde_json::to_string(settings).ok()?;
        // Nothing in it can end the element that it stands in.
        Some(Self { json: json.replace('<', "\\u003c").into() })
    }
}

/// Where the request for this page is in its trace, as in its headers; a context of the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageTrace {
    /// The `sentry-trace` header.
    pub sentry_trace: String,
    /// The `baggage` header.
    pub baggage: String,
}

/// Whether this page tells Sentry anything.
pub fn is_on() -> bool {
    use_context::<BrowserMonitoring>().is_some()
}

/// The settings, the place in the trace, and the script; nothing at all where monitoring is off.
#[component]
pub fn Head() -> impl IntoView {
    let trace = use_context::<PageTrace>().map(|PageTrace { sentry_trace, baggage }| {
        view! {
            <meta name="sentry-trace" content=sentry_trace/>
            <meta name="baggage" content=baggage/>
        }
    });
    let assets = crate::assets::assets();
    use_context::<BrowserMonitoring>().map(|monitoring| {
        view! {
            {trace}
            <script type="application/json" id=ELEMENT data-sdk=assets.path("sentry.js") inner_html=monitoring.json.to_string()></script>
            // The bridge keeps what happens until the SDK is there, and fetches it once the page is usable.
            <script type="module" src=assets.path("bridge.js") nonce=use_nonce()></script>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_cannot_end_the_element_that_they_stand_in() {
        let settings = BrowserSettings {
            dsn: "https://key@host/1".to_owned(),
            environment: "</script><script>alert(1)".to_owned(),
            release: "klk-tracking@0.1.0".to_owned(),
            traces_sample_rate: 0.1,
            routes: vec!["/pendientes".to_owned()],
        };
        let BrowserMonitoring { json } = BrowserMonitoring::new(&settings).unwrap();
        assert!(!json.contains('<'), "{json}");
        assert!(json.contains("\\u003c/script>"), "{json}");
    }
}
