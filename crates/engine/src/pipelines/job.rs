//! What a pipeline has, and what came of it.

use std::sync::Arc;

use domain::run_message::RunMessage;
use domain::{Branch, RunMode};
use monitoring::{EtlMonitor, Measurements};
use warehouse::{CommitClock, RunRecord};

use crate::engine::Engine;
use crate::requests::RequestWatcher;
use crate::run_logs::RunStep;

/// What a pipeline did.
pub(crate) enum Outcome {
    /// Everything the source announced is committed.
    Whole(Measurements),
    /// Less came than was announced; the run is stored as `parcial` already.
    Partial {
        message: RunMessage,
        measurements: Measurements,
        /// Whether all of it came, and is not believed yet.
        is_doubted: bool,
    },
}

/// A run in progress.
pub(crate) struct Job<'run> {
    pub(super) engine: &'run Engine,
    pub(super) record: &'run RunRecord,
    pub(super) branch: &'run Branch,
    pub(super) monitor: &'run EtlMonitor,
}

impl Job<'_> {
    /// A client that stops asking once the run is cancelled or gives up.
    pub(super) fn client(&self, watcher: Arc<RequestWatcher>) -> klk::Client {
        let client = self.engine.source.observed_by(watcher);
        match self.engine.queue.stop_of(self.record.id) {
            Some(stop) => client.stopped_by(stop),
            None => client,
        }
    }

    /// Whether the window is of time that just ended and is extracted for the first time: nothing of it can be loaded.
    pub(super) fn is_first_live_attempt(&self) -> bool {
        self.record.mode == RunMode::Incremental && self.record.attempt == 1
    }

    /// Keeps what the run does now, for whoever looks at it.
    pub(super) fn note(&self, step: RunStep) {
        self.engine.note_step(self.record.id, step);
    }

    /// For the end of the run: when its rows are in.
    pub(super) fn commit_clock(&self) -> CommitClock {
        let clock = Arc::clone(&self.engine.clock);
        CommitClock::new(move || clock.now())
    }
}
