//! The cron monitors: each schedule's slug, and when Sentry should miss it.

/// The zone of a schedule that names none.
const ZONE: &str = "America/Caracas";

/// What Sentry watches a schedule by. A first check-in creates the monitor, later ones keep it up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronMonitor {
    /// At most 50 characters.
    pub slug: &'static str,
    /// Five fields.
    pub crontab: String,
    /// The zone that the expression is meant in, by its IANA name.
    pub zone: String,
    /// How late a check-in may be before it counts as missing.
    pub check_in_margin_minutes: u64,
    /// How long a schedule's work may take before it counts as overlong.
    pub max_runtime_minutes: u64,
    /// Failures in a row that make an issue.
    pub failure_issue_threshold: u64,
    /// Successes in a row that close it.
    pub recovery_threshold: u64,
}

impl CronMonitor {
    /// Sales of the half hour that has just ended.
    pub fn sales_incremental(crontab: impl Into<String>) -> Self {
        Self { max_runtime_minutes: 25, ..Self::of("ventas-klk-incremental", crontab) }
    }

    /// The snapshot of stock.
    pub fn inventory_full(crontab: impl Into<String>) -> Self {
        Self { max_runtime_minutes: 25, ..Self::of("inventario-klk-completo", crontab) }
    }

    /// The nightly comparison with the source.
    pub fn reconciliation(crontab: impl Into<String>) -> Self {
        Self { check_in_margin_minutes: 30, max_runtime_minutes: 180, ..Self::of("reconciliacion-klk", crontab) }
    }

    /// The same in a zone, by its IANA name; Sentry takes no zone without a name.
    #[must_use]
    pub fn in_zone(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => Self { zone: name.to_owned(), ..self },
            None => self,
        }
    }

    /// For `klk doctor`: once a year, and never missed.
    pub(crate) fn self_test() -> Self {
        Self { check_in_margin_minutes: 40_320, ..Self::of("klk-doctor", "0 0 1 1 *") }
    }

    fn of(slug: &'static str, crontab: impl Into<String>) -> Self {
        Self {
            slug,
            crontab: crontab.into(),
            zone: ZONE.to_owned(),
            check_in_margin_minutes: 10,
            max_runtime_minutes: 60,
            failure_issue_threshold: 1,
            recovery_threshold: 1,
        }
    }
}
