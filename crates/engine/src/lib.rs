//! Pipelines, queue, workers, scheduler, gap detection, recovery, and the use cases that pages and commands call.
//!
//! [`Engine`] is the whole of it. Below it, in the order in which a half hour meets them: [`schedule`] says when,
//! `scheduler` queues, `queue` orders, `workers` take, `pipelines` extract and load; `gaps` says what is missing, and
//! `use_cases` has one file for each thing that can be asked for, with who may ask it.

mod actor;
mod branches;
mod calendars;
mod clock;
mod engine;
mod error;
mod events;
mod gaps;
mod insist;
mod past;
mod pipelines;
mod queue;
pub mod schedule;
mod scheduler;
mod settings;
mod use_cases;
mod workers;

pub use actor::{Actor, Role};
pub use branches::BranchRegistry;
pub use clock::{Clock, IdSource};
pub use engine::{Engine, EngineParts};
pub use error::{EngineError, UseCaseError};
pub use events::Topic;
pub use settings::{EngineSettings, ScheduleSettings};
pub use use_cases::extract::{ExtractAnswer, ExtractRequest};
