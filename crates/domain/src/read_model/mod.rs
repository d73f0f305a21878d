//! What pages, the REST interface and commands are shown, in the words of the Spanish contract.
//!
//! Instants are RFC 3339 in UTC; fields that end in `_local` are the same moment on the branch's clock, so that nobody
//! who reads them needs a database of zones. Answers carry the moment they are true of (`generado_en`), which is the
//! "now" that ages and relative times are counted from.

mod backups;
mod calendars;
mod connectivity;
mod coverage;
mod decisions;
mod freshness;
mod gaps;
mod justifications;
mod metrics;
mod monitoring;
mod past;
mod plans;
mod progress;
mod reconciliations;
mod recovery;
mod run;
mod runs;
mod schedules;
mod users;

pub use backups::{BackupRequest, BackupState, BackupStatus};
pub use calendars::{
    BranchCalendar, CalendarAnswer, CalendarChange, CalendarDocument, CalendarException, CalendarList, CalendarPreview,
    CalendarRequest, HolidayAnswer, HolidayRequest,
};
pub use connectivity::{Connectivity, ConnectivityState};
pub use coverage::{
    Certificate, CommitProof, CountProof, CoverageDay, HalfHourView, RegisterRestart, SequenceProof, StateCount,
};
pub use decisions::{DecisionPage, DecisionView};
pub use freshness::{FreshnessList, FreshnessView};
pub use gaps::{CauseEvidence, GapCount, GapList, GapTotals, GapView, MissingNumbers, ValueView};
pub use justifications::{
    ConfirmLossAnswer, ConfirmLossRequest, JustificationList, JustificationPreview, JustificationPreviewRequest,
    JustificationView, JustifiedNumbers, JustifyAnswer, JustifyRequest, JustifySelectionAnswer,
    JustifySelectionRequest, WithdrawAnswer, WithdrawRequest,
};
pub use metrics::{BranchMetrics, Metrics, RunFigures};
pub use monitoring::{
    BranchIssues, CheckInState, CronMonitorView, DroppedReports, ErrorIssues, MonitoringLinks, MonitoringTrial,
    MonitoringTrialRequest, MonitoringView, ProcessView, ReportCount, ReportDropReason, ReportFailure,
    ReportFailureKind, ReportKind, SourceClockView, WaitingReports,
};
pub use past::{Comparison, WindowSpan};
pub use plans::{
    PlanBranch, PlanBranchWindows, PlanDecision, PlanDetail, PlanHashRequest, PlanList, PlanPeriod, PlanPreview,
    PlanRequest, PlanStretch, PlanView,
};
pub use progress::{BatchProgress, PlanInProgress, Progress};
pub use reconciliations::{ReconcileAnswer, ReconcileRequest, ReconciliationList, ReconciliationView};
pub use recovery::{RecoverGapAnswer, RecoverGapRequest};
pub use run::{LineChanges, RunDetail, RunLinks, RunPhases};
pub use runs::{BranchChoice, RunPage, RunReceipt, RunTotals, RunView};
pub use schedules::{ScheduleList, ScheduleStatus, TodayCounts};
pub use users::{SessionsEnded, UserCode, UserList, UserRequest, UserRoleRequest, UserSummary};

/// Derives what every read model has.
macro_rules! read_model {
    ($($item:item)+) => {
        $(
            #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            #[expect(missing_docs, reason = "the fields are the contract's own names; units are in them or beside them")]
            $item
        )+
    };
}
pub(crate) use read_model;
