//! How things are, in one sentence: what a person who looks for five seconds has to know.

use jiff::civil::DateTime;

/// Whether the schedules fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchedulerState {
    /// As configured, as far as is known.
    Firing,
    /// A firing is overdue.
    Overdue {
        /// The latest firing, on the clock of the schedules.
        since: DateTime,
    },
    /// Switched off in the configuration.
    Off,
}

/// Windows that recoveries and other batches still have to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkLeft {
    /// Windows that have ended.
    pub done: u64,
    /// All windows of the batches that have some left.
    pub total: u64,
    /// None until it can be estimated.
    pub seconds_left: Option<u64>,
}

/// The one sentence. What is worse comes first: whatever is not known is never shown as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The scheduler does not run, so windows that are due may be absent without being known.
    Unknown(SchedulerState),
    /// Something is being loaded.
    Recovering(WorkLeft),
    /// Windows are missing that can be recovered.
    Missing {
        /// How many.
        windows: u64,
    },
    /// Nothing is missing of what was due, and what is due next cannot come: the POS does not respond.
    NoSource {
        /// Since when, on the clock of the schedules.
        since: DateTime,
    },
    /// Nothing is missing.
    AllThere,
}

impl Verdict {
    /// Of the facts; `outage` is since when the POS does not respond, where something has come due since then.
    pub const fn of(scheduler: SchedulerState, work: WorkLeft, missing_windows: u64, outage: Option<DateTime>) -> Self {
        match scheduler {
            SchedulerState::Overdue { .. } | SchedulerState::Off => Self::Unknown(scheduler),
            SchedulerState::Firing if work.total > 0 => Self::Recovering(work),
            SchedulerState::Firing if missing_windows > 0 => Self::Missing { windows: missing_windows },
            SchedulerState::Firing => match outage {
                Some(since) => Self::NoSource { since },
                None => Self::AllThere,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    const WORK: WorkLeft = WorkLeft { done: 5, total: 8, seconds_left: Some(20) };
    const IDLE: WorkLeft = WorkLeft { done: 0, total: 0, seconds_left: None };

    #[rstest]
    #[case(SchedulerState::Firing, IDLE, 0, Verdict::AllThere)]
    #[case(SchedulerState::Firing, IDLE, 8, Verdict::Missing { windows: 8 })]
    #[case(SchedulerState::Firing, WORK, 3, Verdict::Recovering(WORK))]
    #[case(SchedulerState::Off, IDLE, 0, Verdict::Unknown(SchedulerState::Off))]
    #[case(SchedulerState::Off, WORK, 8, Verdict::Unknown(SchedulerState::Off))]
    fn what_is_not_known_beats_everything(
        #[case] scheduler: SchedulerState,
        #[case] work: WorkLeft,
        #[case] missing: u64,
        #[case] verdict: Verdict,
    ) {
        assert_eq!(Verdict::of(scheduler, work, missing, None), verdict);
    }

    #[test]
    fn while_the_source_does_not_respond_nothing_is_green_and_what_is_missing_is_still_said() {
        let since = date(2025, 11, 17).at(12, 5, 0, 0);
        let of = |work, missing| Verdict::of(SchedulerState::Firing, work, missing, Some(since));
        assert_eq!(of(IDLE, 0), Verdict::NoSource { since });
        assert_eq!(of(IDLE, 8), Verdict::Missing { windows: 8 });
        assert_eq!(of(WORK, 8), Verdict::Recovering(WORK));
        assert_eq!(Verdict::of(SchedulerState::Off, IDLE, 0, Some(since)), Verdict::Unknown(SchedulerState::Off));
    }

    #[test]
    fn an_overdue_scheduler_is_never_green() {
        let overdue = SchedulerState::Overdue { since: date(2025, 11, 17).at(12, 5, 0, 0) };
        assert_eq!(Verdict::of(overdue, IDLE, 0, None), Verdict::Unknown(overdue));
    }
}
