//! What time it is on a page: the moment its answer is true of, and the seconds counted since.

use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;

use super::Live;

/// A "now" that the server and the browser agree on: reading a clock in a view would break hydration.
#[derive(Clone, Copy)]
pub struct Now {
    /// The moment of the answer, and the page's pulse when it came.
    answered: Memo<(Timestamp, u32)>,
    pulse: Signal<u32>,
}

impl Now {
    /// Counted from the moment that an answer is true of.
    pub fn from_answer(generated_at: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let pulse = use_context::<Live>().map_or_else(|| Signal::stored(0), Live::pulse);
        Self { answered: Memo::new(move |_| (generated_at(), pulse.get_untracked())), pulse }
    }

    /// The present second; a view that reads it is drawn again when its text changes.
    pub fn get(self) -> Timestamp {
        let (moment, pulse) = self.answered.get();
        let seconds = self.pulse.get().saturating_sub(pulse);
        moment.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(moment)
    }
}
