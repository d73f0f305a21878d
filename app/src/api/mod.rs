//! Server functions, one file a resource: who asks, which use case, what a failure becomes.
//!
//! They are the REST interface too (docs/adr/0007), so their paths, parameters and answers are the contract's. Filters are
//! optional texts that `domain::filter` reads: a query string cannot carry an enum, and the messages about bounds are in one
//! place. A body takes three steps: [`session::Session::of`] the request, the use case, and its answer or problem.

mod calendars;
mod comparison;
mod connectivity;
mod decisions;
mod error;
#[cfg(feature = "ssr")]
mod fields;
mod freshness;
mod gaps;
mod justifications;
mod metrics;
mod preferences;
mod progress;
mod reconciliations;
mod recovery;
mod runs;
mod schedules;
#[cfg(feature = "ssr")]
mod session;

pub use calendars::{
    ChangeCalendar, ListCalendars, PreviewCalendar, change_calendar, list_calendars, preview_calendar,
};
pub use comparison::{CompareMoments, compare_moments};
pub use connectivity::{CheckConnectivity, check_connectivity};
pub use decisions::{ListDecisions, list_decisions};
pub use error::{ApiError, Told};
pub use freshness::{ReadFreshness, read_freshness};
pub use gaps::{ListGaps, list_gaps};
pub use justifications::{
    JustifyGap, ListJustifications, WithdrawJustification, justify_gap, list_justifications, withdraw_justification,
};
pub use metrics::{ReadMetrics, read_metrics};
pub use preferences::{SavePreferences, save_preferences};
pub use progress::{ReadProgress, read_progress};
pub use reconciliations::{ListReconciliations, Reconcile, list_reconciliations, reconcile};
pub use recovery::{RecoverGap, recover_gap};
pub use runs::{ListRuns, list_runs};
pub use schedules::{ListSchedules, list_schedules};
