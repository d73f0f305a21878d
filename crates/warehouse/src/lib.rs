//! The analytics database: a DuckDB file of one process, or a PostgreSQL server that processes share. No other crate
//! names either.
//!
//! One process owns a file ([`Warehouse::open`] says so when another one has it); those that share a server hold leases
//! ([`processes`]), and each hears what the others commit ([`Warehouse::elsewhere`]). The statements are written once,
//! in the SQL that both databases understand; `database/` is the connection to either.
//!
//! In a process one thread writes, one transaction a job; readers have connections of their own, see the last committed
//! state and never wait for the writer. There is a file for each table ([`sales`], [`stock`], [`runs`], [`queue`],
//! [`coverage`], [`waivers`], [`number_waivers`], [`decisions`], [`reconciliations`], [`later_changes`], [`listing`],
//! [`losses`], [`calendars`], [`notices`], [`batches`], [`plans`], [`recoveries`], [`schedules`], [`processes`],
//! [`access`]) and for each read model (`read/`); [`retention`] forgets in time, and [`past`] says what was known at a
//! moment.
//!
//! Statements are prepared for each use: a plan of DuckDB 1.5 may hold what the statistics said when it was made, and
//! is right only for the state it was made for. That is also why a question is one transaction. PostgreSQL gets each
//! statement as one text with its values written into it.
//!
//! Instants are bound and read as microseconds since the epoch, so neither the host's zone nor the connection's
//! matters.

pub mod access;
pub mod audit_chain;
mod audit_entry;
mod back_up;
pub mod backup;
pub mod batches;
pub mod calendars;
mod columns;
mod commit_mark;
pub mod coverage;
mod current_write;
mod cut_off;
mod database;
pub mod decisions;
mod error;
pub mod evidence;
mod exchanges;
mod fresh_window;
mod group_write;
mod half_moved;
mod instants;
mod invoice_days;
mod invoice_numbers;
pub mod later_changes;
mod lines_elsewhere;
pub mod listing;
mod literal;
pub mod losses;
mod migrations;
mod months;
mod move_data;
pub mod notices;
pub mod number_waivers;
mod observer;
mod open_files;
mod other_days;
pub mod plans;
pub mod processes;
pub mod queue;
mod read;
mod readers;
pub mod reconciliations;
pub mod recoveries;
pub mod retention;
mod run_counts;
mod run_place;
mod run_writes;
pub mod runs;
mod sale_columns;
pub mod sales;
mod sales_window;
pub mod saved_views;
pub mod schedules;
mod set_aside;
mod settings;
mod shared_state;
pub mod source_clock;
mod source_echoes;
mod stock;
mod summaries;
mod table_file;
mod together;
mod version;
pub mod waivers;
mod warehouse;
mod writer;

pub use access::{AccessRecords, ApiTokenRow, IdentityRow, SessionRow, UserChangeOutcome, UserRow};
pub use audit_chain::{AuditCheck, StoredAuditEntry};
pub use audit_entry::AuditEntry;
pub use backup::{Backup, BackupError, Contents, Restored, restore};
pub use batches::{BatchCounts, BatchPlan};
pub use calendars::{CalendarKind, CalendarRow};
pub use commit_mark::LostCommits;
pub use database::{DatabaseError, PostgresSettings};
pub use decisions::{DecisionRow, NewDecision};
pub use error::WarehouseError;
pub use evidence::{EvidenceFilter, EvidenceRows, NumberRange};
pub use lines_elsewhere::LinesElsewhere;
pub use move_data::{MoveError, MovedPart, move_database};
pub use notices::{
    AttemptOutcome, ChannelRow, DeliveryCursor, DeliveryRow, NewDelivery, NotedIncident, NoticeChanges,
    TRIAL_KEY_PREFIX,
};
pub use number_waivers::{NewNumberWaiver, NumberWaiver, RegisterNumbers};
pub use observer::{JobWatch, NoopObserver, StatementObserver};
pub use plans::{Decision, NewPlan, PlanChange, PlanCounts, PlanRecord, RecordedDecision, StartOutcome};
pub use processes::{Lease, NewProcess, ProcessRow};
pub use queue::{EnqueueOutcome, NewBatch, NewRun, QueuedBy, StoreLimit};
pub use read::{
    Commit, FailedWindow, HourOfSales, LiveEnd, RecoveredHalfHours, RunFiguresByBranch, SalesCommit, SalesTotals,
    StoredRun,
};
pub use reconciliations::{DayReconciliation, RunReconciliation};
pub use recoveries::{EndedRecovery, EndedRun};
pub use runs::{CommitClock, ETL_VERSION, PhaseTimes, RunEnd, RunFailure, RunRecord};
pub use sales_window::{Receipt, SalesWindow};
pub use saved_views::SavedViewRow;
pub use set_aside::report_unreadable_row;
pub use settings::{Access, Place, WarehouseSettings};
pub use shared_state::{AttemptQuota, KeptEntrance};
pub use source_clock::ShownClock;
pub use stock::{LastSnapshot, StockSnapshot, WarehouseStock};
pub use table_file::{ColumnKind, PlainTable, TableFormat, write_table};
pub use version::{Elsewhere, Subject, Version};
pub use waivers::{NewWaiver, Waiver, WaiverFilter};
pub use warehouse::Warehouse;

pub(crate) type Result<T> = std::result::Result<T, WarehouseError>;
