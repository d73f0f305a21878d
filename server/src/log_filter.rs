//! What the log lets through, as somebody writes it.

use tracing_subscriber::EnvFilter;

/// What a text lets through; the error is a sentence for people.
pub fn parse(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(text)
        .map_err(|error| format!("'{text}' no es un filtro del registro ({error}); escriba info o debug"))
}
