//! The log: lines on stderr, above any progress bar, and what monitoring makes of them.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::failure::Failure;
use crate::log_filter;
use crate::output::LogWriter;
use crate::settings::Settings;
use crate::settings::variables::LOG;

/// Starts the log with everything that monitoring wants of it.
pub fn start(settings: &Settings, default_filter: &str) -> Result<(), Failure> {
    let text = settings.log_filter.as_deref().unwrap_or(default_filter);
    let filter = log_filter::parse(text).map_err(|reason| Failure::Usage(format!("{}: {reason}", LOG.name)))?;
    let lines = lines(settings.log_json).with_filter(filter);
    // Only a second start in one process can fail here, and then the log is there already.
    let _ = tracing_subscriber::registry().with(lines).with(monitoring::tracing_layers()).try_init();
    Ok(())
}

/// Starts the log of a command that has no settings.
pub fn start_plain(filter: &str, is_json: bool) {
    let _ = tracing_subscriber::registry().with(lines(is_json).with_filter(EnvFilter::new(filter))).try_init();
}

fn lines(is_json: bool) -> Box<dyn Layer<Registry> + Send + Sync> {
    if is_json {
        tracing_subscriber::fmt::layer().json().with_writer(|| LogWriter::JSON).boxed()
    } else {
        let layer = tracing_subscriber::fmt::layer().with_writer(|| LogWriter::TEXT);
        layer.with_target(false).with_ansi(crate::output::is_terminal()).boxed()
    }
}
