//! Where each half hour of a store stands, from its evidence: the same for a day, for its certificates and for a grid of many
//! stores.

use domain::gap::{Attempt, GapEvidence};
use domain::window_state::WindowFacts;
use domain::{Interval, IntervalSet, RunState};
use jiff::Timestamp;

/// What the states of a store's half hours follow from.
pub(crate) struct WindowStates {
    pub(crate) evidence: GapEvidence,
    /// By the calendar alone, also of what is still to come.
    pub(crate) expected: IntervalSet<Timestamp>,
    /// Where invoice numbers are missing.
    pub(crate) holes: IntervalSet<Timestamp>,
    /// Where missing invoice numbers were justified.
    pub(crate) waived_holes: IntervalSet<Timestamp>,
    /// Up to when everything has had its time.
    pub(crate) settled: Timestamp,
}

impl WindowStates {
    /// The latest attempt at a half hour that has ended.
    pub(crate) fn latest(&self, window: &Interval<Timestamp>) -> Option<&Attempt> {
        self.attempts(window).filter(|attempt| attempt.state.is_final()).max_by_key(|attempt| attempt.run)
    }

    /// What the state of a half hour follows from, with so many lines loaded of it.
    pub(crate) fn facts(&self, window: &Interval<Timestamp>, loaded: u64) -> WindowFacts {
        let changed = self.evidence.changes.iter().find(|change| change.difference.half_hour.overlaps(window));
        WindowFacts {
            is_expected: self.expected.covers(window),
            // What a run has failed of is missing at once, and expected as such.
            is_due: window.end() <= self.settled || self.evidence.expected.covers(window),
            is_covered: self.evidence.covered.covers(window),
            is_waived: match changed {
                Some(change) => change.is_waived,
                None => self.evidence.waived.covers(window),
            },
            is_in_progress: self.attempts(window).any(Attempt::is_in_progress),
            is_short: self.latest(window).is_some_and(|attempt| attempt.state == RunState::Partial),
            has_hole: self.holes.overlaps(window),
            has_waived_hole: self.waived_holes.overlaps(window),
            has_changed: changed.is_some(),
            loaded,
        }
    }

    /// Where a half hour may be something else than closed, still to come, or complete. Outside of it nothing has to be
    /// looked at.
    pub(crate) fn in_question(&self) -> IntervalSet<Timestamp> {
        let settled: IntervalSet<Timestamp> = Interval::new(Timestamp::MIN, self.settled).into_iter().collect();
        let due = settled.union(&self.evidence.expected);
        let never_came = self.expected.union(&self.evidence.waived).difference(&self.evidence.covered);
        let unfinished = |attempt: &&Attempt| !attempt.state.is_final() || attempt.state == RunState::Partial;
        let attempts: IntervalSet<Timestamp> =
            self.evidence.attempts.iter().filter(unfinished).map(|attempt| attempt.interval).collect();
        let changes = self.evidence.changes.iter().map(|change| change.difference.half_hour).collect();
        let waived = self.evidence.waived.difference(&self.evidence.covered);
        [&attempts.difference(&self.evidence.covered), &changes, &self.holes, &self.waived_holes, &waived]
            .into_iter()
            .fold(never_came.intersection(&due), |all, part| all.union(part))
    }

    fn attempts(&self, window: &Interval<Timestamp>) -> impl Iterator<Item = &Attempt> {
        let window = *window;
        self.evidence.attempts.iter().filter(move |attempt| attempt.interval.overlaps(&window))
    }
}

#[cfg(test)]
mod tests {
    use domain::EtlKind;
    use domain::RunId;
    use domain::later_change::{Difference, LaterChange};
    use domain::window_state::WindowState;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const WINDOWS: i64 = 24;

    fn at(half_hour: i64) -> Timestamp {
        Timestamp::from_second(1_763_377_200 + half_hour * 1800).unwrap()
    }

    fn span(from: i64, to: i64) -> Interval<Timestamp> {
        Interval::new(at(from), at(to)).unwrap()
    }

    fn spans() -> impl Strategy<Value = IntervalSet<Timestamp>> {
        let parts = prop::collection::vec((0..WINDOWS, 1i64..6), 0..4);
        parts.prop_map(|parts| parts.iter().map(|(from, length)| span(*from, from + length)).collect())
    }

    fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
        let states = prop::sample::select(RunState::ALL);
        let parts = prop::collection::vec((0..WINDOWS, 1i64..6, states), 0..4);
        parts.prop_map(|parts| {
            let attempt = |(number, (from, length, state)): (usize, (i64, i64, RunState))| Attempt {
                run: RunId(Uuid::from_u128(number as u128)),
                interval: span(from, from + length),
                state,
                is_held: false,
                error: None,
                message: None,
            };
            parts.into_iter().enumerate().map(attempt).collect()
        })
    }

    fn changes() -> impl Strategy<Value = Vec<LaterChange>> {
        let change = |(half_hour, is_waived): (i64, bool)| {
            let half_hour = span(half_hour, half_hour + 1);
            let difference = Difference { half_hour, measured: half_hour, loaded: 5, announced: 6, usd: None };
            LaterChange { difference, run: RunId(Uuid::from_u128(1)), seen_at: at(40), is_waived }
        };
        prop::collection::vec((0..WINDOWS, any::<bool>()), 0..2)
            .prop_map(move |parts| parts.into_iter().map(change).collect())
    }

    #[test]
    fn a_half_hour_that_a_run_has_failed_of_is_missing_before_its_time_is_over() {
        let of = |failed: IntervalSet<Timestamp>| WindowStates {
            evidence: GapEvidence { expected: failed, ..crate::testing::evidence(span(0, 1), Vec::new()) },
            expected: std::iter::once(span(0, 4)).collect(),
            holes: IntervalSet::empty(),
            waived_holes: IntervalSet::empty(),
            settled: at(0),
        };
        let state = |states: &WindowStates| WindowState::of(EtlKind::Sales, &states.facts(&span(2, 3), 0));
        assert_eq!(state(&of(IntervalSet::empty())), WindowState::Upcoming);
        let failed = of(std::iter::once(span(2, 3)).collect());
        assert_eq!(state(&failed), WindowState::Missing);
        assert!(failed.in_question().covers(&span(2, 3)));
    }

    proptest! {
        #[test]
        fn what_is_not_in_question_is_closed_or_to_come_or_complete(
            (expected, covered, waived, holes, waived_holes) in (spans(), spans(), spans(), spans(), spans()),
            (attempts, changes, settled) in (attempts(), changes(), 0..WINDOWS),
            kind in prop::sample::select(EtlKind::ALL),
        ) {
            let unproven = IntervalSet::empty();
            let evidence = GapEvidence { expected: expected.clone(), covered, changes, waived, unproven, attempts };
            let states = WindowStates { evidence, expected, holes, waived_holes, settled: at(settled) };
            let in_question = states.in_question();
            for window in (0..WINDOWS + 6).map(|number| span(number, number + 1)) {
                let state = WindowState::of(kind, &states.facts(&window, 1));
                let is_calm = matches!(state, WindowState::Closed | WindowState::Upcoming | WindowState::Complete);
                prop_assert!(is_calm || in_question.overlaps(&window), "{window:?}: {state:?}");
            }
        }
    }
}
