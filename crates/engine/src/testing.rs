//! Small values that tests of several modules are made of: a store, half hours, what is known of them.

use domain::calendar::CalendarRules;
use domain::gap::{Attempt, GapEvidence};
use domain::{Branch, BranchClock, BranchCode, BranchId, Calendar, HALF_HOUR, Interval, IntervalSet, RunId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

pub(crate) const fn run_id(number: u128) -> RunId {
    RunId(Uuid::from_u128(number))
}

/// A store that is open day and night.
pub(crate) fn branch(id: &str) -> Branch {
    Branch {
        id: BranchId::new(id),
        code: BranchCode::new(id),
        name: id.to_owned(),
        zone: BranchClock::from(TimeZone::UTC),
        calendar: Calendar::of(CalendarRules::every_day("00:00-24:00".parse().unwrap())),
        calendar_counts_from: None,
        warehouses: Vec::new(),
    }
}

/// So many half hours, from that one of the first day on.
pub(crate) fn half_hours_from(first: i32, count: i32) -> Interval<Timestamp> {
    let start = Timestamp::UNIX_EPOCH + HALF_HOUR * first;
    Interval::new(start, start + HALF_HOUR * count).unwrap()
}

/// All of a time is expected and nothing of it covered.
pub(crate) fn evidence(expected: Interval<Timestamp>, attempts: Vec<Attempt>) -> GapEvidence {
    GapEvidence {
        expected: [expected].into_iter().collect(),
        covered: IntervalSet::empty(),
        changes: Vec::new(),
        waived: IntervalSet::empty(),
        unproven: IntervalSet::empty(),
        attempts,
    }
}
