//! What runs are doing, line by line, for whoever looks at one while it runs. In memory: what has to be known later is in the
//! database. Where processes share one, it has the steps for a while as well, for those that do not do the run.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{ErrorClass, RunId, RunState};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// Lines that are kept of a run; of more, the latest.
const LINES_MAX: usize = 100;

/// Something that a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum RunStep {
    /// A worker took it.
    Started,
    /// The POS is asked, for this time within one call.
    Requested {
        /// 1 for the first request of a call.
        attempt: u32,
    },
    /// The POS answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// From the request to the end of the body.
        elapsed: Duration,
        /// Of the body.
        bytes: u64,
    },
    /// A request failed and is sent again after a wait.
    Waits {
        /// How it failed.
        class: ErrorClass,
        /// Until the next one.
        wait: Duration,
    },
    /// Fewer lines came than were announced, or one that cannot be read: they are asked for again.
    CameShort {
        /// Lines that came.
        received: u64,
        /// Lines that were announced.
        announced: u64,
    },
    /// What came is compared with what is loaded, and written.
    Writes {
        /// Lines of the window.
        lines: u64,
    },
    /// It is committed.
    Committed {
        /// Lines that were not there.
        added: u64,
        /// Lines that were there with other values.
        changed: u64,
        /// Lines that were there and did not come.
        removed: u64,
    },
    /// It ended.
    Ended(RunState),
}

/// A line of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLogLine {
    /// When it happened.
    pub at: Timestamp,
    /// The same on the clock of the store.
    pub local: DateTime,
    /// What happened.
    pub step: RunStep,
}

/// What one run did, and when.
type Steps = VecDeque<(Timestamp, RunStep)>;

/// The logs of the latest runs.
#[derive(Debug)]
pub(crate) struct RunLogs {
    logs: Mutex<VecDeque<(RunId, Steps)>>,
    runs_max: usize,
    /// Runs of which something happened that other processes have not heard; empty where nobody else is to hear.
    unheard: Mutex<BTreeSet<RunId>>,
}

impl RunLogs {
    pub(crate) fn new(runs_max: usize) -> Self {
        Self { logs: Mutex::default(), runs_max, unheard: Mutex::default() }
    }

    pub(crate) fn note(&self, run: RunId, at: Timestamp, step: RunStep) {
        if self.runs_max == 0 {
            return;
        }
        let mut logs = self.lock();
        // A run that has something to say is among the latest.
        let place = logs.iter().rposition(|(known, _)| *known == run);
        let mut log = place.and_then(|place| logs.remove(place)).unwrap_or_else(|| (run, VecDeque::new()));
        if log.1.len() == LINES_MAX {
            log.1.pop_front();
        }
        log.1.push_back((at, step));
        logs.push_back(log);
        while logs.len() > self.runs_max {
            logs.pop_front();
        }
    }

    /// What a run did, the oldest first; none where it is not known any more.
    pub(crate) fn of(&self, run: RunId) -> Vec<(Timestamp, RunStep)> {
        let logs = self.lock();
        let log = logs.iter().rfind(|(known, _)| *known == run);
        log.map(|(_, lines)| lines.iter().copied().collect()).unwrap_or_default()
    }

    /// Has other processes hear of a run.
    pub(crate) fn share(&self, run: RunId) {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
    }

    /// The runs that other processes have not heard all of, with what they did, as it is stored.
    pub(crate) fn take_unheard(&self) -> Vec<(RunId, String)> {
        let runs = std::mem::take(&mut *self.unheard.lock().unwrap_or_else(PoisonError::into_inner));
        runs.into_iter().map(|run| (run, serde_json::json!(self.of(run)).to_string())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(RunId, Steps)>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What another process said of its run; nothing where it cannot be read, as of another version of the program.
pub(crate) fn read_steps(stored: &str) -> Vec<(Timestamp, RunStep)> {
    serde_json::from_str(stored).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn run(number: u128) -> RunId {
        RunId(Uuid::from_u128(number))
    }

    #[test]
    fn the_run_that_was_silent_longest_is_forgotten_first() {
        let logs = RunLogs::new(2);
        for number in [1, 2, 1, 3] {
            logs.note(run(number), Timestamp::UNIX_EPOCH, RunStep::Started);
        }
        assert_eq!([1, 2, 3].map(|number| logs.of(run(number)).len()), [2, 0, 1]);
        RunLogs::new(0).note(run(1), Timestamp::UNIX_EPOCH, RunStep::Started);
    }

    #[test]
    fn other_processes_read_every_step_as_it_was_once_each_time() {
        let steps = [
            RunStep::Started,
            RunStep::Requested { attempt: 2 },
            RunStep::Answered { status: 200, elapsed: Duration::from_millis(1500), bytes: 12 },
            RunStep::Waits { class: ErrorClass::Timeout, wait: Duration::from_secs(3) },
            RunStep::CameShort { received: 1, announced: 2 },
            RunStep::Writes { lines: 7 },
            RunStep::Committed { added: 1, changed: 2, removed: 3 },
            RunStep::Ended(RunState::Succeeded),
        ];
        let logs = RunLogs::new(2);
        for step in steps {
            logs.note(run(1), Timestamp::UNIX_EPOCH, step);
            logs.share(run(1));
        }
        let unheard = logs.take_unheard();
        assert_eq!(unheard.len(), 1);
        assert_eq!(unheard[0].0, run(1));
        assert_eq!(read_steps(&unheard[0].1), logs.of(run(1)));
        assert!(logs.take_unheard().is_empty());
        assert!(read_steps("of another version").is_empty());
    }

    #[test]
    fn a_run_that_says_much_keeps_what_it_said_last() {
        let logs = RunLogs::new(1);
        for attempt in 0..1_000 {
            logs.note(run(1), Timestamp::UNIX_EPOCH, RunStep::Requested { attempt });
        }
        let kept = logs.of(run(1));
        assert_eq!(kept.len(), LINES_MAX);
        assert_eq!(kept.last().map(|(_, step)| *step), Some(RunStep::Requested { attempt: 999 }));
    }
}
