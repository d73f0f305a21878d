//! What changed, for whoever shows it: topics without content, so that hearing one late or twice does no harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A run was queued, started or ended.
    Runs,
    /// What is missing, or in progress for it, may have changed.
    Gaps,
    /// A batch got further.
    Progress,
}

impl Topic {
    /// Every topic.
    pub const ALL: &[Self] = &[Self::Runs, Self::Gaps, Self::Progress];

    /// The name in the stream of events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "ejecuciones",
            Self::Gaps => "gaps",
            Self::Progress => "progreso",
        }
    }
}

/// Topics that a slow listener may lag behind before it misses some; it then fetches again anyway.
const LAG_MAX: usize = 256;

#[derive(Clone, Debug)]
pub(crate) struct Events {
    sender: broadcast::Sender<Topic>,
    /// Whether a later notification is due already.
    is_due: Arc<AtomicBool>,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(LAG_MAX).0, is_due: Arc::default() }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Topic> {
        self.sender.subscribe()
    }

    /// What counts as missing changed without a run.
    pub(crate) fn gaps_changed(&self) {
        drop(self.sender.send(Topic::Gaps));
    }

    /// A run changed, and with it everything that is shown of runs.
    pub(crate) fn run_changed(&self) {
        for topic in Topic::ALL {
            // Nobody listening is no fault.
            drop(self.sender.send(*topic));
        }
    }

    /// Notifies once more after a while: somebody was shown something that runs have changed since.
    pub(crate) fn run_changed_after(&self, pause: Duration) {
        if self.is_due.swap(true, Ordering::AcqRel) {
            return;
        }
        let events = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            // First, so that whoever is shown something outdated from here on has a notification of their own.
            events.is_due.store(false, Ordering::Release);
            events.run_changed();
        });
    }
}
