//! Which transactions are kept.

use sentry::TransactionContext;

use crate::etl::run_info::ETL_RUN_OPERATION;
use crate::settings::DEVELOPMENT;

/// The share of endpoint transactions kept where the settings say nothing.
pub(crate) const DEFAULT_SAMPLE_RATE: f32 = 0.1;

/// What the site's files are called. They come by the dozen with each page and say nothing that the page's own
/// transaction does not, so they are left out like health checks.
const FILE_EXTENSIONS: [&str; 12] =
    ["css", "gif", "ico", "jpg", "js", "map", "mjs", "png", "svg", "txt", "wasm", "woff2"];

/// Where browsers send what they report, and what the page of monitoring asks for every few seconds: a trace of either would
/// mostly show itself.
const ABOUT_MONITORING: [&str; 2] = ["/api/monitoreo/tunel", "/api/monitoreo"];

/// Decides for one environment: no health check and nothing about monitoring itself, then a parent's decision, then every
/// ETL run (they are few), none of the site's files, and the given share of the rest.
pub(crate) fn sampler(environment: &str, rate: f32) -> impl Fn(&TransactionContext) -> f32 + Send + Sync + 'static {
    let rate = if environment == DEVELOPMENT { 1.0 } else { rate };
    move |context| {
        let path = path_of(context.name());
        match context.sampled() {
            _ if is_health_check(path) || ABOUT_MONITORING.contains(&path) => 0.0,
            Some(true) => 1.0,
            Some(false) => 0.0,
            None if context.operation() == ETL_RUN_OPERATION => 1.0,
            None if is_static_file(path) => 0.0,
            None => rate,
        }
    }
}

/// Names are `GET /health/live` at the time the decision is made.
fn path_of(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, path)| path)
}

fn is_health_check(path: &str) -> bool {
    path == "/health" || path.starts_with("/health/")
}

/// Whether a path is that of a file of the site; whether there is such a file is not asked.
pub(crate) fn is_static_file(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    path.starts_with('/') && extension.is_some_and(|extension| FILE_EXTENSIONS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate_of(environment: &str, name: &str, operation: &str, parent: Option<bool>) -> f32 {
        let mut context = TransactionContext::new(name, operation);
        context.set_sampled(parent);
        sampler(environment, 0.1)(&context)
    }

    #[test]
    fn monitoring_does_not_trace_itself_whatever_the_parent_says_and_trying_it_is_traced() {
        for name in ["POST /api/monitoreo/tunel", "GET /api/monitoreo"] {
            for parent in [None, Some(true)] {
                assert_eq!(rate_of("development", name, "http.server", parent), 0.0, "{name}");
            }
        }
        assert_eq!(rate_of("development", "POST /api/monitoreo/prueba", "http.server", None), 1.0);
    }

    #[test]
    fn a_parent_decides_first() {
        assert_eq!(rate_of("production", "GET /gaps", "http.server", Some(true)), 1.0);
        assert_eq!(rate_of("development", "GET /api", "http.server", Some(false)), 0.0);
    }

    #[test]
    fn runs_are_always_kept_and_health_checks_never() {
        assert_eq!(rate_of("production", "ETL: ventas_klk_completo", "etl.run", None), 1.0);
        assert_eq!(rate_of("development", "GET /health/ready", "http.server", None), 0.0);
        assert_eq!(rate_of("production", "GET /healthy", "http.server", None), 0.1);
    }

    #[test]
    fn health_checks_are_left_out_whoever_asks_and_files_unless_a_page_keeps_them() {
        assert_eq!(rate_of("development", "GET /health/live", "http.server", Some(true)), 0.0);
        assert_eq!(rate_of("development", "GET /pkg/klk.js", "http.server", None), 0.0);
        assert_eq!(rate_of("development", "GET /favicon.svg", "http.server", None), 0.0);
        assert_eq!(rate_of("development", "GET /pkg/klk.wasm", "http.server", Some(true)), 1.0);
        assert_eq!(rate_of("development", "GET /api/openapi.json", "http.server", None), 1.0);
        assert_eq!(rate_of("development", "ETL: ventas.js", "etl.run", None), 1.0);
    }

    #[test]
    fn everything_is_kept_in_development_and_the_share_elsewhere() {
        assert_eq!(rate_of("development", "GET /api", "http.server", None), 1.0);
        assert_eq!(rate_of("production", "GET /api", "http.server", None), 0.1);
    }
}
