//! Server functions, one file a resource: who asks, which use case, what a failure becomes.
//!
//! They are the REST interface too (docs/adr/0007), so their paths, parameters and answers are the contract's. Filters are
//! optional texts that `domain::filter` reads: a query string cannot carry an enum, and the messages about bounds are in one
//! place. A body takes three steps: [`session::Session::of`] the request, which says under which name and about what Sentry
//! hears of it; the filter; and the answer of the use case, or its problem.

mod calendars;
mod comparison;
mod connectivity;
mod coverage;
mod coverage_grid;
mod decisions;
mod error;
mod freshness;
mod gap_count;
mod gaps;
mod justifications;
mod justify_selection;
mod losses;
mod metrics;
mod monitoring;
mod notices;
mod plans;
mod preferences;
mod progress;
mod reconciliations;
mod recovery;
mod run;
mod runs;
mod saved_views;
mod schedules;
mod search;
mod session;
mod summary;
mod trading;
mod users;

pub use calendars::{
    ChangeCalendar, ChangeHoliday, ListCalendars, PreviewCalendar, PreviewHoliday, change_calendar, change_holiday,
    list_calendars, preview_calendar, preview_holiday,
};
pub use comparison::{CompareMoments, compare_moments};
pub use connectivity::{CheckConnectivity, check_connectivity};
pub use coverage::{ReadCoverage, read_coverage};
pub use coverage_grid::{GridRequest, read_coverage_grid};
pub use decisions::{ListDecisions, list_decisions};
pub use error::{ApiError, ErrorMessage};
pub use freshness::{ReadFreshness, read_freshness};
pub use gap_count::{CountGaps, count_gaps};
pub use gaps::{ListGaps, list_gaps};
pub use justifications::{
    JustifyGap, ListJustifications, WithdrawJustification, justify_gap, list_justifications, withdraw_justification,
};
pub use justify_selection::{JustifySelection, PreviewJustification, justify_selection, preview_justification};
pub use losses::{ConfirmLoss, confirm_loss};
pub use metrics::{ReadMetrics, read_metrics};
pub use monitoring::{ReadMonitoring, TryMonitoring, read_monitoring, try_monitoring};
pub use notices::{read_failing_channels, read_notices, try_notice};
pub use plans::{
    CancelPlan, ListPlans, PausePlan, PlanRecovery, ReadPlan, ResumePlan, StartPlan, cancel_plan, list_plans,
    pause_plan, plan_recovery, read_plan, resume_plan, start_plan,
};
pub use preferences::{SavePreferences, save_preferences};
pub use progress::{ReadProgress, read_progress};
pub use reconciliations::{ListReconciliations, Reconcile, list_reconciliations, reconcile};
pub use recovery::{RecoverGap, recover_gap};
pub use run::{ReadRun, read_run, read_run_log};
pub use runs::{ListRuns, list_runs};
pub use saved_views::{delete_view, list_saved_views, save_view};
pub use schedules::{ListSchedules, list_schedules};
pub use search::search;
pub use session::DrawingFrame;
pub use summary::read_summary;
pub use trading::read_trading;
pub use users::{
    AddUser, ChangeUser, DisableUser, EnableUser, EndSessions, IssueCode, ListUsers, UnlinkUser, add_user, change_user,
    disable_user, enable_user, end_sessions, issue_code, list_users, unlink_user,
};
