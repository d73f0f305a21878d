//! Which transactions are kept.

use sentry::TransactionContext;

use crate::etl::run_info::ETL_RUN_OPERATION;
use crate::settings::DEVELOPMENT;

/// The share of endpoint transactions kept where the settings say nothing.
pub(crate) const DEFAULT_SAMPLE_RATE: f32 = 0.1;

/// Where browsers send what they report. A trace of each report would be one more report.
const TUNNEL_ROUTE: &str = "/api/monitoreo/tunel";

/// Decides for one environment: nothing of the tunnel, then a parent's decision, then every ETL run (they are few), no health check, and
/// the given share of the rest.
pub(crate) fn sampler(environment: &str, rate: f32) -> impl Fn(&TransactionContext) -> f32 + Send + Sync + 'static {
    let rate = if environment == DEVELOPMENT { 1.0 } else { rate };
    move |context| match context.sampled() {
        _ if path_of(context.name()) == TUNNEL_ROUTE => 0.0,
        Some(true) => 1.0,
        Some(false) => 0.0,
        None if context.operation() == ETL_RUN_OPERATION => 1.0,
        None if is_health_check(context.name()) => 0.0,
        None => rate,
    }
}

fn is_health_check(name: &str) -> bool {
    let path = path_of(name);
    path == "/health" || path.starts_with("/health/")
}

/// Names are `GET /health/live` at the time the decision is made.
fn path_of(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, path)| path)
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
    fn a_parent_decides_first() {
        assert_eq!(rate_of("production", "GET /health/live", "http.server", Some(true)), 1.0);
        assert_eq!(rate_of("development", "GET /api", "http.server", Some(false)), 0.0);
    }

    #[test]
    fn runs_are_always_kept_and_health_checks_never() {
        assert_eq!(rate_of("production", "ETL: ventas_klk_completo", "etl.run", None), 1.0);
        assert_eq!(rate_of("development", "GET /health/ready", "http.server", None), 0.0);
        assert_eq!(rate_of("production", "GET /healthy", "http.server", None), 0.1);
    }

    #[test]
    fn the_tunnel_is_never_traced_whatever_the_parent_says() {
        for parent in [None, Some(true)] {
            assert_eq!(rate_of("development", "POST /api/monitoreo/tunel", "http.server", parent), 0.0);
        }
    }

    #[test]
    fn everything_is_kept_in_development_and_the_share_elsewhere() {
        assert_eq!(rate_of("development", "GET /api", "http.server", None), 1.0);
        assert_eq!(rate_of("production", "GET /api", "http.server", None), 0.1);
    }
}
