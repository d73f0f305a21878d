//! Server functions, one file a resource: who asks, which use case, what a failure becomes.
//!
//! They are the REST interface too (docs/adr/0007), so their paths, parameters and answers are the contract's. Filters are
//! optional texts that `domain::filter` reads: a query string cannot carry an enum, and the messages about bounds are in one
//! place. A body takes three steps: [`session::Session::of`] the request, the use case, and its answer or problem.

mod connectivity;
mod coverage;
mod error;
mod gaps;
mod metrics;
mod preferences;
mod progress;
mod recovery;
mod runs;
mod schedules;
#[cfg(feature = "ssr")]
mod session;

pub use connectivity::{CheckConnectivity, check_connectivity};
pub use coverage::{ReadCoverage, read_coverage};
pub use error::{ApiError, Told};
pub use gaps::{ListGaps, list_gaps};
pub use metrics::{ReadMetrics, read_metrics};
pub use preferences::{SavePreferences, save_preferences};
pub use progress::{ReadProgress, read_progress};
pub use recovery::{RecoverGap, recover_gap};
pub use runs::{ListRuns, list_runs};
pub use schedules::{ListSchedules, list_schedules};
