//! How far the clock of the POS is from ours. A window is loaded when our clock says that it has ended, and proven when the
//! POS's clock says so: two clocks that drift apart leave gaps, or windows without their last sales.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// The latest measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockDrift {
    /// Positive where the POS is ahead of us.
    pub(crate) ahead: SignedDuration,
    pub(crate) measured_at: Timestamp,
}

/// What this process measured.
#[derive(Debug, Default)]
pub(crate) struct SourceClock(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    latest: Option<ClockDrift>,
    is_reported: bool,
}

impl SourceClock {
    /// The latest measurement; None before the first response that says when it was made.
    pub(crate) fn latest(&self) -> Option<ClockDrift> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).latest
    }

    /// Keeps a measurement, and says whether it is the first one beyond the limit since the clocks last agreed.
    pub(crate) fn keep(&self, drift: ClockDrift, limit: SignedDuration) -> bool {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.latest = Some(drift);
        let is_beyond = drift.ahead.abs() > limit;
        let is_new = is_beyond && !state.is_reported;
        state.is_reported = is_beyond;
        is_new
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
    fn a_drift_is_reported_once_until_the_clocks_agree_again() {
        let clock = SourceClock::default();
        let limit = SignedDuration::from_secs(120);
        let keep = |seconds: i64| {
            clock.keep(ClockDrift { ahead: SignedDuration::from_secs(seconds), measured_at: at(0) }, limit)
        };
        assert_eq!([keep(0), keep(-121), keep(-300), keep(120), keep(121)], [false, true, false, false, true]);
    }
}
