//! For how long plans were held.

use jiff::{SignedDuration, Timestamp};

use super::PlanAction;

/// The time up to `until` in which a plan was paused or stopped, by what was done to it, the first thing first. What was held
/// already goes on being held.
pub fn held_time(decisions: impl IntoIterator<Item = (PlanAction, Timestamp)>, until: Timestamp) -> SignedDuration {
    let mut held = SignedDuration::ZERO;
    let mut since: Option<Timestamp> = None;
    for (action, at) in decisions {
        let at = at.min(until);
        match action {
            PlanAction::Pause | PlanAction::Stop => since = since.or(Some(at)),
            PlanAction::Resume | PlanAction::Cancel | PlanAction::Finish => {
                held += since.take().map_or(SignedDuration::ZERO, |since| at.duration_since(since));
            }
            PlanAction::Propose | PlanAction::Start | PlanAction::SkipStore => {}
        }
    }
    held + since.map_or(SignedDuration::ZERO, |since| until.duration_since(since))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[rstest]
    #[case::never(&[(PlanAction::Start, 0)], 0)]
    #[case::between(&[(PlanAction::Start, 0), (PlanAction::Pause, 2), (PlanAction::Resume, 7)], 5)]
    #[case::still(&[(PlanAction::Start, 0), (PlanAction::Stop, 12)], 8)]
    #[case::paused_twice(&[(PlanAction::Pause, 2), (PlanAction::Pause, 4), (PlanAction::Resume, 5)], 3)]
    #[case::paused_after_it_was_stopped(&[(PlanAction::Stop, 2), (PlanAction::Pause, 4), (PlanAction::Resume, 5)], 3)]
    #[case::two_times(&[(PlanAction::Pause, 1), (PlanAction::Resume, 2), (PlanAction::Stop, 5), (PlanAction::Cancel, 9)], 5)]
    #[case::a_store_left_out(&[(PlanAction::Start, 0), (PlanAction::SkipStore, 3)], 0)]
    #[case::resumed_after_the_end(&[(PlanAction::Pause, 18), (PlanAction::Resume, 30)], 2)]
    fn only_what_lies_between_a_hold_and_what_ends_it_is_held(
        #[case] decisions: &[(PlanAction, i64)],
        #[case] minutes: i64,
    ) {
        let decisions = decisions.iter().map(|(action, minute)| (*action, at(*minute)));
        assert_eq!(held_time(decisions, at(20)), SignedDuration::from_mins(minutes));
    }
}
