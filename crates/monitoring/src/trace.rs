//! The two headers that make what happens elsewhere part of the same trace.

use std::fmt::Write as _;

use sentry::protocol::TraceContext;
use sentry::{Client, Hub, TransactionOrSpan};

/// A place in a trace, as text: for a page's meta tags, and to store with a queued run, so that the run is linked with
/// the click that caused it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TraceHeaders {
    /// The `sentry-trace` header: trace, span, and the decision to keep it.
    pub sentry_trace: String,
    /// The `baggage` header.
    pub baggage: String,
}

impl TraceHeaders {
    /// The place that the current task is at; None where monitoring is off, and outside of a request or run: what a
    /// schedule queues all day long is not one trace.
    pub fn current() -> Option<Self> {
        let hub = Hub::current();
        let span = hub.configure_scope(|scope| scope.get_span())?;
        Self::of(&hub, &span)
    }

    /// The place of a span.
    pub(crate) fn of(hub: &Hub, span: &TransactionOrSpan) -> Option<Self> {
        let client = hub.client().filter(|client| client.is_enabled())?;
        let sentry_trace = span.iter_headers().find(|(name, _)| *name == "sentry-trace").map(|(_, value)| value)?;
        Some(Self { baggage: baggage(&client, &sentry_trace), sentry_trace })
    }

    /// From what was stored; None where there is nothing of use in it.
    pub fn from_stored(sentry_trace: Option<&str>, baggage: Option<&str>) -> Option<Self> {
        let sentry_trace = sentry_trace.filter(|text| text.split('-').count() >= 2)?.to_owned();
        Some(Self { sentry_trace, baggage: baggage.unwrap_or_default().to_owned() })
    }

    /// The trace's identifier, 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        self.sentry_trace.split('-').next().unwrap_or_default()
    }

    /// The same place without a decision against keeping the trace. A queue is a border: the page view may have been
    /// one of the nine in ten that are not kept, and the run it caused is kept all the same.
    pub(crate) fn across_queue(&self) -> Self {
        let mut parts: Vec<&str> = self.sentry_trace.split('-').collect();
        if parts.len() == 3 && parts[2] == "0" {
            parts.pop();
        }
        let kept = self.baggage.split(',').filter(|member| !member.trim_start().starts_with("sentry-sample"));
        Self { sentry_trace: parts.join("-"), baggage: kept.collect::<Vec<_>>().join(",") }
    }

    /// The same place as an event names it; None where it cannot be read.
    pub(crate) fn trace_context(&self) -> Option<TraceContext> {
        let mut parts = self.sentry_trace.split('-');
        let (trace_id, span_id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(TraceContext { trace_id, span_id, ..TraceContext::default() })
    }

    /// As the pairs that the SDK continues a trace from.
    pub(crate) fn pairs(&self) -> [(&str, &str); 2] {
        [("sentry-trace", &self.sentry_trace), ("baggage", &self.baggage)]
    }
}

/// The SDK builds no baggage; these are the members that its readers know.
fn baggage(client: &Client, sentry_trace: &str) -> String {
    let mut parts = sentry_trace.split('-');
    let options = client.options();
    let mut members = vec![("trace_id", parts.next().unwrap_or_default().to_owned())];
    if let Some(dsn) = client.dsn() {
        members.push(("public_key", dsn.public_key().to_owned()));
    }
    for (name, value) in [("release", &options.release), ("environment", &options.environment)] {
        if let Some(value) = value {
            members.push((name, value.to_string()));
        }
    }
    match parts.nth(1) {
        Some("1") => members.push(("sampled", "true".to_owned())),
        Some("0") => members.push(("sampled", "false".to_owned())),
        _ => {}
    }
    let texts = members.iter().map(|(name, value)| format!("sentry-{name}={}", percent_encoded(value)));
    texts.collect::<Vec<_>>().join(",")
}

/// The text where only unreserved characters stand for themselves.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_forgets_a_refusal_and_keeps_an_approval() {
        let headers = |flag: &str| TraceHeaders {
            sentry_trace: format!("aa-bb-{flag}"),
            baggage: "sentry-trace_id=aa,sentry-sampled=false,sentry-sample_rate=0.1".to_owned(),
        };
        let refused = headers("0").across_queue();
        assert_eq!((refused.sentry_trace.as_str(), refused.baggage.as_str()), ("aa-bb", "sentry-trace_id=aa"));
        assert_eq!(headers("1").across_queue().sentry_trace, "aa-bb-1");
    }

    #[test]
    fn nothing_of_use_is_nothing() {
        assert_eq!(TraceHeaders::from_stored(None, Some("x=y")), None);
        assert_eq!(TraceHeaders::from_stored(Some(""), None), None);
    }

    #[test]
    fn baggage_values_are_percent_encoded() {
        assert_eq!(percent_encoded("klk-tracking@0.1.0"), "klk-tracking%400.1.0");
    }
}
