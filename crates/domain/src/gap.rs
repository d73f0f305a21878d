//! Gaps: what was expected and is neither covered nor waived (DESIGN, rule 2), and why.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::later_change::LaterChange;
use crate::run_message::RunText;
use crate::window::half_hours;
use crate::{ErrorClass, Interval, IntervalSet, RunId, RunState};

/// Why a window is missing, as its latest attempt tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// No run ever had the window: the schedule did not run, or nothing asked for it.
    NeverRan,
    /// A run had it and did not do what it was asked to.
    Attempted {
        /// How the latest attempt ended.
        state: RunState,
        /// Its class of error; None for a run that was cancelled.
        error: Option<ErrorClass>,
        /// What it said.
        message: Option<RunText>,
        /// The attempt.
        run: RunId,
    },
    /// It was complete, and the source has something else now.
    SourceChanged {
        /// The run that saw it.
        run: RunId,
    },
}

impl GapCause {
    /// Whether both say the same to a person: alike windows in a row are shown as one gap.
    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NeverRan, Self::NeverRan) | (Self::SourceChanged { .. }, Self::SourceChanged { .. }) => true,
            (Self::Attempted { state, error, .. }, Self::Attempted { state: other_state, error: other_error, .. }) => {
                state == other_state && error == other_error
            }
            _ => false,
        }
    }
}

/// A run that had, or has, points of the expected time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The run; of two attempts at a window the one with the greater identifier is the later.
    pub run: RunId,
    /// The window it had.
    pub interval: Interval<Timestamp>,
    /// Queued and running attempts mark a gap as in progress; final ones explain it.
    pub state: RunState,
    /// It waits, and its plan is paused or was stopped: nothing of it starts until somebody resumes the plan.
    pub is_held: bool,
    /// Of a failed attempt.
    pub error: Option<ErrorClass>,
    /// Of a failed attempt.
    pub message: Option<RunText>,
}

/// What a gap is computed from, for one branch and one kind of extraction.
#[derive(Clone, Debug)]
pub struct GapEvidence {
    /// From schedule and calendar.
    pub expected: IntervalSet<Timestamp>,
    /// From committed runs.
    pub covered: IntervalSet<Timestamp>,
    /// Half hours of it that the source has otherwise now.
    pub changes: Vec<LaterChange>,
    /// Given up with a reason.
    pub waived: IntervalSet<Timestamp>,
    /// Where numbers of invoices are missing, though all that was expected of it is covered.
    pub unproven: IntervalSet<Timestamp>,
    /// Runs of the time in question, in any order; successful ones may be left out.
    pub attempts: Vec<Attempt>,
}

/// Missing half hours in a row, of one local day, with one cause and one state of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From and up to.
    pub interval: Interval<Timestamp>,
    /// Half hours in it.
    pub windows: u32,
    /// Why it is missing; with the evidence of its latest window.
    pub cause: GapCause,
    /// Finished attempts at the window that was tried most.
    pub attempts: u32,
    /// The run that has its first window in progress, or will have it.
    pub work: Option<GapWork>,
}

/// A run for what is missing that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapWork {
    /// Which.
    pub run: RunId,
    /// Whether it waits or is in progress.
    pub stage: GapWorkStage,
}

/// Where such a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapWorkStage {
    /// It waits for somebody who resumes its plan.
    Held,
    /// It waits for its turn.
    Queued,
    /// It is in progress.
    Running,
}

impl GapWork {
    /// What is done of attempts at one window; None where all have ended.
    pub fn of<'attempt>(attempts: impl Iterator<Item = &'attempt Attempt>) -> Option<Self> {
        let unfinished = attempts.filter(|attempt| !attempt.state.is_final());
        unfinished
            .map(|attempt| Self { run: attempt.run, stage: attempt.stage() })
            .max_by_key(|work| (work.stage, work.run))
    }
}

impl Attempt {
    fn stage(&self) -> GapWorkStage {
        match (self.state, self.is_held) {
            (RunState::Running, _) => GapWorkStage::Running,
            (_, true) => GapWorkStage::Held,
            (_, false) => GapWorkStage::Queued,
        }
    }

    /// Whether it ends without anybody doing anything.
    pub fn is_in_progress(&self) -> bool {
        !self.state.is_final() && !self.is_held
    }
}

impl GapEvidence {
    /// The half hours that the source has otherwise now and that were not given up. Whether anything was expected of them
    /// or not: something is there.
    pub fn changed(&self) -> IntervalSet<Timestamp> {
        let counts = self.changes.iter().filter(|change| !change.is_waived);
        counts.map(|change| change.difference.half_hour).collect()
    }

    /// The points that are covered and that the source still has as they are.
    pub fn current(&self) -> IntervalSet<Timestamp> {
        let changed = self.changes.iter().map(|change| change.difference.half_hour).collect();
        self.covered.difference(&changed)
    }

    /// The points that are missing: expected - covered - waived, and what the source changed.
    pub fn missing(&self) -> IntervalSet<Timestamp> {
        let never_came = self.expected.difference(&self.covered).difference(&self.waived);
        if self.changes.is_empty() { never_came } else { never_came.union(&self.changed()) }
    }

    /// The points that loading again can make whole: what is missing, and what is there without being proven.
    pub fn to_recover(&self) -> IntervalSet<Timestamp> {
        self.missing().union(&self.unproven)
    }

    /// The gaps in order of time. A window counts as soon as it is missing; leave windows whose job is not due yet out
    /// of `expected`.
    pub fn gaps(&self, zone: &TimeZone) -> Vec<Gap> {
        let mut attempts: Vec<&Attempt> = self.attempts.iter().collect();
        attempts.sort_unstable_by_key(|attempt| attempt.interval.start());
        let changed: HashMap<Timestamp, RunId> =
            self.changes.iter().map(|change| (change.difference.half_hour.start(), change.run)).collect();
        let longest = attempts.iter().map(|attempt| length_of(attempt.interval)).max().unwrap_or_default();

        let mut gaps: Vec<Gap> = Vec::new();
        for window in self.missing().intervals().iter().flat_map(|part| half_hours(*part, zone)) {
            let reach = window.start().checked_sub(longest).unwrap_or(Timestamp::MIN);
            let first = attempts.partition_point(|attempt| attempt.interval.start() < reach);
            let tried: Vec<&Attempt> = attempts[first..]
                .iter()
                .take_while(|attempt| attempt.interval.start() < window.end())
                .filter(|attempt| attempt.interval.overlaps(&window))
                .copied()
                .collect();
            let seen = changed.get(&window.start()).copied();
            let found = gap_of(window, &tried, seen);
            match gaps.last_mut() {
                Some(last) if continues(last, &found, zone) => extend(last, found),
                _ => gaps.push(found),
            }
        }
        gaps
    }
}

fn length_of(interval: Interval<Timestamp>) -> SignedDuration {
    interval.end().duration_since(interval.start())
}

/// Attempts that failed before the source was seen to have changed explain nothing: the window was complete after them.
fn gap_of(window: Interval<Timestamp>, tried: &[&Attempt], changed: Option<RunId>) -> Gap {
    let counts = |attempt: &&&Attempt| changed.is_none_or(|seen_by| attempt.run >= seen_by);
    let finished = || tried.iter().filter(|attempt| attempt.state.is_final()).filter(counts);
    let latest = finished().max_by_key(|attempt| attempt.run);
    let cause = match (changed, latest) {
        (Some(run), _) => GapCause::SourceChanged { run },
        (None, None) => GapCause::NeverRan,
        (None, Some(latest)) => GapCause::Attempted {
            state: latest.state,
            error: latest.error,
            message: latest.message.clone(),
            run: latest.run,
        },
    };
    let work = GapWork::of(tried.iter().copied());
    Gap { interval: window, windows: 1, cause, attempts: u32::try_from(finished().count()).unwrap_or(u32::MAX), work }
}

fn continues(last: &Gap, next: &Gap, zone: &TimeZone) -> bool {
    let same_day = zone.to_datetime(last.interval.start()).date() == zone.to_datetime(next.interval.start()).date();
    last.interval.end() == next.interval.start()
        && same_day
        && last.cause.is_alike(&next.cause)
        && last.work.map(|work| work.stage) == next.work.map(|work| work.stage)
}

fn extend(last: &mut Gap, next: Gap) {
    if let Some(joined) = Interval::new(last.interval.start(), next.interval.end()) {
        last.interval = joined;
    }
    last.windows += next.windows;
    last.attempts = last.attempts.max(next.attempts);
    last.cause = next.cause;
}

/// How much a gap presses, by its age: under 2 h, under 12 h, under 48 h, more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// Under 2 hours.
    Recent,
    /// Under 12 hours.
    Urgent,
    /// Under 48 hours.
    Critical,
    /// 48 hours and more.
    VeryCritical,
}
crate::state::wire_names!(Urgency {
    Recent => "reciente",
    Urgent => "urgente",
    Critical => "critico",
    VeryCritical => "muy_critico",
});

impl Urgency {
    /// Of a gap of this age.
    pub fn of_age(age: SignedDuration) -> Self {
        match age.as_hours() {
            ..2 => Self::Recent,
            2..12 => Self::Urgent,
            12..48 => Self::Critical,
            _ => Self::VeryCritical,
        }
    }
}

/// Where a gap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapState {
    /// Nobody is at it.
    Pending,
    /// A run for it waits.
    Queued,
    /// A run for it waits in a plan that is paused or was stopped, until somebody resumes that.
    Held,
    /// A run for it is in progress.
    Running,
    /// It cannot be had any more (DESIGN, rule 8).
    Unrecoverable,
}
crate::state::wire_names!(GapState {
    Pending => "pendiente",
    Queued => "en_cola",
    Held => "en_pausa",
    Running => "en_proceso",
    Unrecoverable => "irrecuperable",
});

/// What is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapClass {
    /// Half hours.
    #[default]
    Coverage,
    /// Numbers of invoices, within half hours that are there.
    Sequence,
}
crate::state::wire_names!(GapClass { Coverage => "cobertura", Sequence => "secuencia" });

/// What a list of gaps is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapOrder {
    /// The most recent first.
    #[default]
    Age,
    /// What is worth most first, of the same worth the oldest; what nothing is known of last.
    Value,
}
crate::state::wire_names!(GapOrder { Age => "antiguedad", Value => "valor" });

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::later_change::Difference;

    fn at(half_hour: i64) -> Timestamp {
        // 2025-11-17T11:00:00Z is 07:00 in Caracas.
        Timestamp::from_second(1_763_377_200 + half_hour * 1800).unwrap()
    }

    fn span(from: i64, to: i64) -> Interval<Timestamp> {
        Interval::new(at(from), at(to)).unwrap()
    }

    fn caracas() -> TimeZone {
        TimeZone::get("America/Caracas").unwrap()
    }

    fn attempt(number: u128, from: i64, to: i64, state: RunState, error: Option<ErrorClass>) -> Attempt {
        let run = RunId(Uuid::from_u128(number));
        Attempt { run, interval: span(from, to), state, is_held: false, error, message: None }
    }

    fn evidence(covered: &[(i64, i64)], attempts: Vec<Attempt>) -> GapEvidence {
        GapEvidence {
            expected: [span(0, 28)].into_iter().collect(),
            covered: covered.iter().map(|(from, to)| span(*from, *to)).collect(),
            changes: Vec::new(),
            waived: IntervalSet::empty(),
            unproven: IntervalSet::empty(),
            attempts,
        }
    }

    #[test]
    fn a_window_whose_job_never_ran_is_a_gap() {
        let gaps = evidence(&[(0, 5), (6, 28)], vec![]).gaps(&caracas());
        assert_eq!(gaps.len(), 1);
        assert_eq!((gaps[0].interval, gaps[0].windows, &gaps[0].cause), (span(5, 6), 1, &GapCause::NeverRan));
    }

    #[test]
    fn windows_in_a_row_with_one_cause_are_one_gap_and_another_cause_starts_the_next() {
        let attempts = vec![
            attempt(1, 5, 6, RunState::Failed, Some(ErrorClass::Timeout)),
            attempt(2, 6, 7, RunState::Failed, Some(ErrorClass::Timeout)),
            attempt(3, 7, 8, RunState::Partial, Some(ErrorClass::InvalidData)),
        ];
        let gaps = evidence(&[(0, 5), (9, 28)], attempts).gaps(&caracas());
        let shown: Vec<_> = gaps.iter().map(|gap| (gap.interval, gap.windows)).collect();
        assert_eq!(shown, [(span(5, 7), 2), (span(7, 8), 1), (span(8, 9), 1)]);
    }

    #[test]
    fn the_latest_finished_attempt_explains_and_a_run_in_progress_is_shown_as_such() {
        let attempts = vec![
            attempt(2, 5, 6, RunState::Failed, Some(ErrorClass::ApiError)),
            attempt(1, 0, 28, RunState::Failed, Some(ErrorClass::Timeout)),
            attempt(3, 5, 6, RunState::Running, None),
        ];
        let gaps = evidence(&[(0, 5), (6, 28)], attempts).gaps(&caracas());
        assert!(matches!(gaps[0].cause, GapCause::Attempted { error: Some(ErrorClass::ApiError), .. }));
        assert_eq!(gaps[0].attempts, 2);
        assert_eq!(gaps[0].work, Some(GapWork { run: RunId(Uuid::from_u128(3)), stage: GapWorkStage::Running }));
    }

    #[test]
    fn what_waits_in_a_plan_that_is_held_is_another_gap_than_what_waits_for_its_turn() {
        let waiting =
            |number, from, is_held| Attempt { is_held, ..attempt(number, from, from + 1, RunState::Queued, None) };
        let attempts = vec![waiting(1, 5, false), waiting(2, 6, true), waiting(3, 7, true), waiting(4, 7, false)];
        let gaps = evidence(&[(0, 5), (8, 28)], attempts).gaps(&caracas());
        let stages: Vec<_> = gaps.iter().map(|gap| (gap.windows, gap.work.map(|work| work.stage))).collect();
        let (queued, held) = (Some(GapWorkStage::Queued), Some(GapWorkStage::Held));
        assert_eq!(stages, [(1, queued), (1, held), (1, queued)]);
    }

    fn change(number: u128, half_hour: i64) -> LaterChange {
        let half_hour = span(half_hour, half_hour + 1);
        let difference = Difference { half_hour, measured: half_hour, loaded: 5, announced: 6, usd: None };
        LaterChange { difference, run: RunId(Uuid::from_u128(number)), seen_at: at(40), is_waived: false }
    }

    #[test]
    fn what_the_source_changed_is_a_gap_until_it_is_loaded_again_also_where_nothing_was_expected() {
        let mut evidence = evidence(
            &[(-2, 28)],
            vec![
                attempt(1, 5, 6, RunState::Failed, Some(ErrorClass::Timeout)),
                attempt(8, 6, 7, RunState::Failed, Some(ErrorClass::Timeout)),
            ],
        );
        assert!(evidence.gaps(&caracas()).is_empty());
        evidence.changes = vec![change(7, -1), change(7, 5), change(7, 6)];
        let gaps = evidence.gaps(&caracas());
        let shown: Vec<_> = gaps.iter().map(|gap| (gap.interval, gap.attempts)).collect();
        assert_eq!(shown, [(span(-1, 0), 0), (span(5, 7), 1)]);
        assert!(gaps.iter().all(|gap| gap.cause == GapCause::SourceChanged { run: RunId(Uuid::from_u128(7)) }));
        evidence.waived = [span(5, 6)].into_iter().collect();
        assert_eq!(evidence.gaps(&caracas()).len(), 2, "what was given up before was something else");
        evidence.changes[1].is_waived = true;
        assert_eq!(evidence.missing().intervals(), [span(-1, 0), span(6, 7)]);
    }

    #[rstest]
    #[case(0, Urgency::Recent)]
    #[case(119, Urgency::Recent)]
    #[case(120, Urgency::Urgent)]
    #[case(720, Urgency::Critical)]
    #[case(2880, Urgency::VeryCritical)]
    fn urgency_follows_age(#[case] minutes: i64, #[case] urgency: Urgency) {
        assert_eq!(Urgency::of_age(SignedDuration::from_mins(minutes)), urgency);
    }

    proptest! {
        #[test]
        fn gaps_are_exactly_the_missing_half_hours(
            covered in prop::collection::vec((0i64..28, 1i64..4), 0..8),
            waived in prop::collection::vec((0i64..28, 1i64..4), 0..3),
            failed in prop::collection::vec((0i64..28, 1i64..28), 0..4),
        ) {
            let spans = |parts: &[(i64, i64)]| parts.iter().map(|(from, length)| span(*from, from + length)).collect();
            let mut evidence = evidence(&[], failed
                .iter()
                .enumerate()
                .map(|(number, (from, length))| {
                    attempt(number as u128, *from, from + length, RunState::Failed, Some(ErrorClass::Timeout))
                })
                .collect());
            evidence.covered = spans(&covered);
            evidence.waived = spans(&waived);

            let gaps = evidence.gaps(&caracas());
            for half_hour in 0..28 {
                let taken = |parts: &[(i64, i64)]| parts.iter().any(|(from, length)| (*from..from + length).contains(&half_hour));
                let holding: Vec<_> = gaps.iter().filter(|gap| gap.interval.contains(at(half_hour))).collect();
                prop_assert_eq!(holding.len(), usize::from(!taken(&covered) && !taken(&waived)));
                if let [gap] = holding.as_slice() {
                    prop_assert_eq!(matches!(gap.cause, GapCause::Attempted { .. }), taken(&failed));
                }
            }
            prop_assert_eq!(
                gaps.iter().map(|gap| i64::from(gap.windows)).sum::<i64>(),
                (0..28).filter(|half_hour| gaps.iter().any(|gap| gap.interval.contains(at(*half_hour)))).count() as i64
            );
        }
    }
}
