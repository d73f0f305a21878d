//! Pure rules of KLK Tracking: branches, calendars, windows, interval sets, coverage, gaps, recovery plans, states and
//! error classes.
//!
//! Nothing here reads a clock, a file or the network, so every rule can be tested with plain values, and the same types
//! serve the server and the browser (the crate also compiles to `wasm32-unknown-unknown`).
//!
//! Code speaks English; what others read (JSON, columns, tags) keeps the Spanish contract, mapped here by serde.

pub mod access;
pub mod branch;
pub mod branch_clock;
pub mod calendar;
pub mod cause;
pub mod certificate;
mod common_passwords;
pub mod comparison;
pub mod decision;
pub mod echo;
pub mod error_class;
pub mod few_lines;
pub mod filter;
pub mod freshness;
pub mod gap;
pub mod identifiers;
pub mod incident;
pub mod interval;
pub mod justification;
pub mod later_change;
pub mod loss;
pub mod notice;
pub mod own_page;
mod plain_time;
pub mod plan;
pub mod problem;
pub mod read_model;
pub mod reconciliation;
pub mod recovery;
pub mod requirement;
pub mod run_message;
pub mod sale;
pub mod search_text;
pub mod sequence;
pub mod state;
pub mod stock;
pub mod stock_loss;
pub mod value;
pub mod verdict;
pub mod window;
pub mod window_state;

pub use access::{Role, StoreScope, UserName};
pub use branch::{Branch, BranchWarehouse};
pub use branch_clock::BranchClock;
pub use calendar::{Calendar, OpeningHours};
pub use error_class::ErrorClass;
pub use identifiers::{BatchId, BranchCode, BranchId, RunId, WarehouseCode};
pub use interval::{Interval, IntervalSet};
pub use state::{EtlKind, RunMode, RunState};
pub use window::{HALF_HOUR, Window};
