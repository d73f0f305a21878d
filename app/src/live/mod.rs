//! Live updates: the server says "this topic changed", and who shows it asks again.
//!
//! Pages hear nothing until they run in the browser; without events they are polled, and without JavaScript they are
//! still pages.

#[cfg(feature = "hydrate")]
mod browser;
mod now;

use leptos::prelude::*;
pub use now::Now;

use crate::loading::{Erased, Loading};

/// What the server says has changed, by the names of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Runs.
    Runs,
    /// Gaps.
    Gaps,
    /// Batches in work.
    Progress,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 3] = [Self::Runs, Self::Gaps, Self::Progress];

    /// The name of the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "ejecuciones",
            Self::Gaps => "gaps",
            Self::Progress => "progreso",
        }
    }
}

/// Whether changes are heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not yet.
    Starting,
    /// As they happen.
    Live,
    /// Only by asking again every few seconds.
    Lost,
}

/// The topics' changes and the page's pulse; a context of the whole app.
#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
    pulse: RwSignal<u32>,
    changes: [RwSignal<u32>; 3],
}

impl Live {
    /// Provides it, and starts listening once the page runs in the browser.
    pub fn provide() -> Self {
        let live = Self {
            connection: RwSignal::new(Connection::Starting),
            pulse: RwSignal::new(0),
            changes: Topic::ALL.map(|_| RwSignal::new(0)),
        };
        provide_context(live);
        #[cfg(feature = "hydrate")]
        Effect::new(move || browser::listen(live));
        live
    }

    /// Whether changes are heard of.
    pub fn connection(self) -> Signal<Connection> {
        self.connection.into()
    }

    /// Seconds since the page started, counted and not read from a clock.
    pub fn pulse(self) -> Signal<u32> {
        self.pulse.into()
    }

    /// Asks again whenever its topic changes.
    pub fn refetch<T>(self, topic: Topic, loading: Loading<T>) {
        self.refetch_erased(topic, loading.erased());
    }

    fn refetch_erased(self, topic: Topic, loading: Erased) {
        let changes = self.changes[topic as usize];
        Effect::new(move |seen: Option<u32>| {
            let current = changes.get();
            if seen.is_some_and(|seen| seen != current) {
                loading.refetch();
            }
            current
        });
    }

    /// Asks again every so many seconds while its page is shown: for what changes without an event.
    pub fn refetch_every<T>(self, seconds: u32, loading: Loading<T>) {
        let loading = loading.erased();
        let pulse = self.pulse;
        Effect::new(move || {
            let pulse = pulse.get();
            if pulse > 0 && pulse.is_multiple_of(seconds) {
                loading.refetch();
            }
        });
    }

    /// Says that a topic changed: on the server's word, or because this page has just changed it.
    pub fn changed(self, topic: Topic) {
        self.changes[topic as usize].update(|count| *count = count.wrapping_add(1));
    }
}
