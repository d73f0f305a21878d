//! What changed, for whoever shows it: topics without content, so that hearing one late or twice does no harm.

use tokio::sync::broadcast;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A run was queued, started or ended.
    Runs,
    /// What is missing, or in work for it, may have changed.
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
}

impl Events {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(LAG_MAX).0 }
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
}
