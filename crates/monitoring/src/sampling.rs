//! Which transactions are kept.

use sentry::TransactionContext;

use crate::etl::run_info::ETL_RUN_OPERATION;
use crate::settings::DEVELOPMENT;

/// The share of endpoint transactions kept where the settings say nothing.
pub(crate) const DEFAULT_SAMPLE_RATE: f32 = 0.1;

/// Decides for one environment: a parent's decision first, then every ETL run (they are few), no health check and no look
/// at what was sent, and the given share of the rest.
pub(crate) fn sampler(environment: &str, rate: f32) -> impl Fn(&TransactionContext) -> f32 + Send + Sync + 'static {
    let rate = if environment == DEVELOPMENT { 1.0 } else { rate };
    move |context| match context.sampled() {
        Some(true) => 1.0,
        Some(false) => 0.0,
        None if context.operation() == ETL_RUN_OPERATION => 1.0,
        None if is_health_check(context.name()) || context.name() == LOOK_AT_MONITORING => 0.0,
        None => rate,
    }
}

/// The page of monitoring asks every few seconds while it is open: kept, it would mostly show itself.
const LOOK_AT_MONITORING: &str = "GET /api/monitoreo";

/// Names are `GET /health/live` at the time the decision is made.
fn is_health_check(name: &str) -> bool {
    let path = name.split_once(' ').map_or(name, |(_, path)| path);
    path == "/health" || path.starts_with("/health/")
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
    fn looking_at_monitoring_is_not_monitored_and_trying_it_is() {
        assert_eq!(rate_of("development", "GET /api/monitoreo", "http.server", None), 0.0);
        assert_eq!(rate_of("development", "POST /api/monitoreo/prueba", "http.server", None), 1.0);
    }

    #[test]
    fn everything_is_kept_in_development_and_the_share_elsewhere() {
        assert_eq!(rate_of("development", "GET /api", "http.server", None), 1.0);
        assert_eq!(rate_of("production", "GET /api", "http.server", None), 0.1);
    }
}
