//! Pipelines, queue, workers, scheduler, gap detection, recovery, and the use cases that pages and commands call.
//!
//! [`Engine`] is the whole of it. Below it, in the order in which a half hour meets them: [`schedule`] says when,
//! `scheduler` queues, `queue` orders, `workers` take, `pipelines` extract and load; `gaps` says what is missing,
//! `plans` gets it back, and `use_cases` has one file for each thing that can be asked for, with who may ask it.

mod access;
mod access_audit;
mod access_upkeep;
mod actor;
mod answer_cache;
mod backup_task;
mod backups;
mod branches;
mod calendar_change;
mod calendar_file;
mod calendars;
mod clock;
mod comparison_retries;
mod detached;
mod endpoint;
mod engine;
mod error;
mod error_text;
mod events;
mod gap_causes;
mod gap_values;
mod gap_views;
mod gaps;
mod grid_cells;
mod identity;
mod incidents;
mod kept_answers;
mod lifecycle;
mod live_looks;
mod look_back;
mod membership;
mod meters;
mod notice_office;
mod notices;
mod number_holes;
mod period;
mod pipelines;
mod planning;
mod plans;
mod pos_outage;
mod processes;
mod queue;
mod queue_check;
mod recovery_notice;
mod requests;
mod retention;
mod retry_write;
mod run_log_sharing;
mod run_logs;
mod runs_elsewhere;
pub mod schedule;
mod scheduler;
mod settings;
mod share;
mod source_clock;
mod source_echoes;
mod statements;
#[cfg(test)]
mod testing;
mod unanswered_days;
mod use_cases;
mod window_spans;
mod window_states;
mod workers;

pub use ::notices::{Missing as MissingSales, Notice};
pub use access::{AccessOverview, AccessSettings, AuditView, Credentials, Identity, TokenView, UserView};
pub use actor::Actor;
pub use answer_cache::CacheLimits;
pub use backups::{BackupSettings, backup_problem, stamp, status_of as backup_status};
pub use branches::{BranchRegistry, Branches};
pub use clock::{Clock, IdSource};
pub use endpoint::{Caller, EndpointCall};
pub use engine::Engine;
pub use error::{EngineError, Unjustifiable, UseCaseError};
pub use events::Topic;
pub use grid_cells::{DayState, GridCell, GridRow, GridSpan};
pub use lifecycle::EngineParts;
pub use meters::{HistogramReading, MeterReading};
pub use monitoring::RequestScope;
pub use notice_office::NoticeSettings;
pub use run_logs::{RunLogLine, RunStep};
pub use settings::{
    EngineMode, EngineSettings, LookBackSettings, PlanSettings, ProcessRole, ProcessSettings, RetentionSettings,
    RetrySettings, ScheduleSettings,
};
pub use source_clock::ahead as source_ahead;
pub use statements::StatementWatcher;
pub use use_cases::coverage_grid::{CoverageGrid, GRID_DAYS_MAX, GridFilter};
pub use use_cases::extract::{ExtractAnswer, ExtractRequest};
pub use use_cases::justify_selection::Selection;
pub use use_cases::notices::{ChannelView, DeliveryView, NoticeRulesView, NoticesView};
pub use use_cases::own_sessions::OwnSession;
pub use use_cases::provider_sign_in::{EntranceBegun, ProviderSignInRequest};
pub use use_cases::saved_views::SavedView;
pub use use_cases::search::Found;
pub use use_cases::set_password::CodeRequest;
pub use use_cases::sign_in::{SignInRequest, SignedIn};
pub use use_cases::summary::{BranchInNeed, Summary};
pub use use_cases::trading::{Compared, Punctuality, SalesFigures, StorePunctuality, TimeToRecover, Trading};
pub use warehouse::notices::DeliveryCursor;
