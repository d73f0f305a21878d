//! How far the clock of the POS is from ours. A window is loaded when our clock says that it has ended, and proven when the
//! POS's clock says so: two clocks that drift apart leave gaps, or windows without their last sales.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::EtlKind;
use jiff::{SignedDuration, Timestamp};
use warehouse::ShownClock;

/// The latest measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockDrift {
    /// Positive where the POS is ahead of us.
    pub(crate) ahead: SignedDuration,
    pub(crate) measured_at: Timestamp,
}

/// What this process measured, and what earlier ones knew.
#[derive(Debug, Default)]
pub(crate) struct SourceClock(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    latest: Option<ClockDrift>,
    is_reported: bool,
    /// Of each kind of responses that say when they were made, whether a moment in one of them ever agreed with our clock.
    shown: HashMap<EtlKind, bool>,
}

impl SourceClock {
    /// With what earlier processes kept.
    pub(crate) fn knowing(shown: Vec<ShownClock>) -> Self {
        let shown = shown.into_iter().map(|ShownClock { kind, has_agreed }| (kind, has_agreed)).collect();
        Self(Mutex::new(State { shown, ..State::default() }))
    }

    /// The latest measurement; None before the first response that says when it was made.
    pub(crate) fn latest(&self) -> Option<ClockDrift> {
        self.lock().latest
    }

    /// Whether responses of a kind say when they were made: one that does not is odd.
    pub(crate) fn is_shown_by(&self, kind: EtlKind) -> bool {
        self.lock().shown.contains_key(&kind)
    }

    /// Whether the source's clock ever agreed with ours: then a response with an old moment is old, and no clock is off.
    pub(crate) fn has_agreed(&self) -> bool {
        self.lock().shown.values().any(|has_agreed| *has_agreed)
    }

    /// Notes that a response of a kind said when it was made. Some where that is new, to be kept for later processes.
    pub(crate) fn note(&self, kind: EtlKind, agrees: bool) -> Option<ShownClock> {
        let mut state = self.lock();
        let is_first = !state.shown.contains_key(&kind);
        let has_agreed = state.shown.entry(kind).or_default();
        let agrees_first = agrees && !*has_agreed;
        *has_agreed |= agrees;
        (is_first || agrees_first).then_some(ShownClock { kind, has_agreed: *has_agreed })
    }

    /// Keeps a measurement, and says whether it is the first one beyond the limit since the clocks last agreed.
    pub(crate) fn keep(&self, drift: ClockDrift, limit: SignedDuration) -> bool {
        let mut state = self.lock();
        state.latest = Some(drift);
        let is_beyond = drift.ahead.abs() > limit;
        let is_new = is_beyond && !state.is_reported;
        state.is_reported = is_beyond;
        is_new
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the source was ahead when it made a response that was requested and received at these moments of ours. What lies
/// between them is no drift.
pub fn ahead(made_at: Timestamp, requested_at: Timestamp, received_at: Timestamp) -> SignedDuration {
    match (made_at < requested_at, made_at > received_at) {
        (true, _) => made_at.duration_since(requested_at),
        (_, true) => made_at.duration_since(received_at),
        _ => SignedDuration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[rstest]
    #[case::made_while_we_waited(105, 0)]
    #[case::as_we_asked(100, 0)]
    #[case::behind(40, -60)]
    #[case::ahead(170, 60)]
    fn what_lies_between_request_and_response_is_no_drift(#[case] made_at: i64, #[case] seconds: i64) {
        assert_eq!(ahead(at(made_at), at(100), at(110)).as_secs(), seconds);
    }

    #[test]
    fn what_the_clock_shows_is_kept_once() {
        let clock = SourceClock::knowing(vec![ShownClock { kind: EtlKind::Sales, has_agreed: false }]);
        assert_eq!([EtlKind::Sales, EtlKind::Inventory].map(|kind| clock.is_shown_by(kind)), [true, false]);
        assert_eq!(clock.note(EtlKind::Sales, false), None);
        assert!(!clock.has_agreed());
        assert_eq!(clock.note(EtlKind::Sales, true), Some(ShownClock { kind: EtlKind::Sales, has_agreed: true }));
        assert_eq!(clock.note(EtlKind::Sales, false), None);
        assert!(clock.has_agreed());
        let stock = ShownClock { kind: EtlKind::Inventory, has_agreed: false };
        assert_eq!(clock.note(EtlKind::Inventory, false), Some(stock));
    }

    #[test]
    fn a_drift_is_reported_once_until_the_clocks_agree_again() {
        let clock = SourceClock::default();
        let limit = SignedDuration::from_secs(120);
        let keep = |seconds: i64| {
            clock.keep(ClockDrift { ahead: SignedDuration::from_secs(seconds), measured_at: at(0) }, limit)
        };
        assert_eq!([keep(0), keep(-121), keep(-300), keep(120), keep(121)], [false, true, false, false, true]);
    }
}
