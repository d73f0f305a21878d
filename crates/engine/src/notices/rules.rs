//! What is worth a notice. Nothing is asked here: a look at what is missing becomes what begins, goes on and ends.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::BranchId;
use domain::cause::CauseKind;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use notices::Missing;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that is overdue for this long is worth a notice though the retries before it never came: their budget is bounded.
const RETRIES_AWAITED: SignedDuration = SignedDuration::from_hours(2);

/// A gap, as far as notices go.
#[derive(Clone, Debug)]
pub(super) struct MissingSpan {
    pub span: Span,
    /// The store's name.
    pub store: String,
    pub cause: CauseKind,
    pub windows: u64,
    pub usd: Decimal,
    /// When its first half hour should have been there.
    pub due_at: Timestamp,
    /// The same on the clock of the schedules.
    pub due_local: DateTime,
    pub attempts: u32,
    /// Whether an incident was reported of its store.
    pub is_incident: bool,
    /// Whether its store trades now.
    pub is_trading: bool,
}

/// Where and when something is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub branch: BranchId,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    fn overlaps(&self, other: &Self) -> bool {
        self.branch == other.branch && self.from < other.to && other.from < self.to
    }
}

/// What people were notified of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub id: Uuid,
    pub cause: CauseKind,
    pub since: Timestamp,
    pub noted_at: Timestamp,
    pub windows: u64,
    pub usd: Decimal,
    pub spans: Vec<Span>,
}

/// Limits of one look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub overdue_min: SignedDuration,
    /// Attempts that have to have failed; none where nothing is retried by itself.
    pub attempts_min: u32,
    pub usd_min: Decimal,
    pub repeat_after: Option<SignedDuration>,
}

/// What came of a look.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Nobody was notified of it yet.
    pub begins: Vec<(Known, Missing)>,
    /// Known, with what is missing now; `true` where it is to be repeated.
    pub goes_on: Vec<(Known, Missing, bool)>,
    /// Over, with the most that was missing of it.
    pub ends: Vec<(Known, Missing)>,
    /// Overdue, and left to the digest: what is worth most first.
    pub rest: Vec<Missing>,
}

/// Judges a look. `known` is what people were notified of, and `new_id` names what begins.
pub(super) fn judge(
    known: Vec<Known>,
    gaps: &[MissingSpan],
    do_most_fail: bool,
    now: Timestamp,
    limits: Limits,
    mut new_id: impl FnMut() -> Uuid,
) -> Found {
    let cause_of = causes(gaps, do_most_fail);
    let mut found = Found::default();
    let mut left: Vec<&MissingSpan> = gaps.iter().collect();
    for known in known {
        let (own, others) = left.into_iter().partition(|gap| {
            // The cause of a half hour changes with each attempt; that it is missing does not.
            known.spans.iter().any(|span| span.overlaps(&gap.span)) || cause_of(gap) == known.cause
        });
        left = others;
        follow(known, &own, now, limits, &mut found);
    }
    let mut groups: BTreeMap<CauseKind, Vec<&MissingSpan>> = BTreeMap::new();
    for gap in left.into_iter().filter(|gap| is_overdue(gap, now, limits)) {
        groups.entry(cause_of(gap)).or_default().push(gap);
    }
    for (cause, group) in groups {
        let missing = sum(cause, &group);
        let is_worth_it = missing.usd >= limits.usd_min || group.iter().any(|gap| gap.is_incident);
        if is_urgent(cause) && is_worth_it && group.iter().any(|gap| gap.is_trading) {
            found.begins.push((begin(new_id(), &missing, &group, now), missing));
        } else {
            found.rest.push(missing);
        }
    }
    found.rest.sort_by_key(|missing| Reverse(missing.usd));
    found
}

/// While most stores fail, how the POS fails differs by store and by attempt; it is one incident all the same.
fn causes(gaps: &[MissingSpan], do_most_fail: bool) -> impl Fn(&MissingSpan) -> CauseKind {
    let mut counts: BTreeMap<CauseKind, u64> = BTreeMap::new();
    for gap in gaps.iter().filter(|gap| do_most_fail && is_of_pos(gap.cause)) {
        *counts.entry(gap.cause).or_default() += gap.windows;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(cause, _)| cause);
    move |gap| most.filter(|_| is_of_pos(gap.cause)).unwrap_or(gap.cause)
}

const fn is_of_pos(cause: CauseKind) -> bool {
    matches!(cause, CauseKind::Unreachable | CauseKind::PosError | CauseKind::Timeout)
}

/// What somebody took back, and what is from before the first firing, is known to whoever did it.
const fn is_urgent(cause: CauseKind) -> bool {
    !matches!(cause, CauseKind::Cancelled | CauseKind::BeforeWatching | CauseKind::NumberHole)
}

fn is_overdue(gap: &MissingSpan, now: Timestamp, limits: Limits) -> bool {
    let overdue = now.duration_since(gap.due_at);
    overdue >= limits.overdue_min && (gap.attempts >= limits.attempts_min || overdue >= RETRIES_AWAITED)
}

fn sum(cause: CauseKind, gaps: &[&MissingSpan]) -> Missing {
    let mut by_store: BTreeMap<&str, Decimal> = BTreeMap::new();
    for gap in gaps {
        *by_store.entry(&gap.store).or_default() += gap.usd;
    }
    let mut stores: Vec<(&str, Decimal)> = by_store.into_iter().collect();
    stores.sort_by_key(|(_, usd)| Reverse(*usd));
    Missing {
        cause,
        windows: gaps.iter().map(|gap| gap.windows).sum(),
        stores: stores.into_iter().map(|(store, _)| store.to_owned()).collect(),
        usd: gaps.iter().map(|gap| gap.usd).sum(),
        since: gaps.iter().map(|gap| gap.due_local).min().unwrap_or_default(),
    }
}

fn begin(id: Uuid, missing: &Missing, gaps: &[&MissingSpan], now: Timestamp) -> Known {
    Known {
        id,
        cause: missing.cause,
        since: gaps.iter().map(|gap| gap.due_at).min().unwrap_or(now),
        noted_at: now,
        windows: missing.windows,
        usd: missing.usd,
        spans: gaps.iter().map(|gap| gap.span.clone()).collect(),
    }
}

fn follow(known: Known, gaps: &[&MissingSpan], now: Timestamp, limits: Limits, found: &mut Found) {
    let mut missing = sum(known.cause, gaps);
    if gaps.is_empty() {
        missing.windows = known.windows;
        missing.usd = known.usd;
        let stores: BTreeSet<&str> = known.spans.iter().map(|span| span.branch.as_str()).collect();
        missing.stores = stores.into_iter().map(str::to_owned).collect();
        found.ends.push((known, missing));
        return;
    }
    let is_due = limits.repeat_after.is_some_and(|pause| now.duration_since(known.noted_at) >= pause);
    let repeats = is_due && gaps.iter().any(|gap| gap.is_trading);
    let now_known = Known {
        since: gaps.iter().map(|gap| gap.due_at).fold(known.since, Timestamp::min),
        noted_at: if repeats { now } else { known.noted_at },
        windows: known.windows.max(missing.windows),
        usd: known.usd.max(missing.usd),
        spans: gaps.iter().map(|gap| gap.span.clone()).collect(),
        ..known
    };
    found.goes_on.push((now_known, missing, repeats));
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        overdue_min: SignedDuration::from_mins(20),
        attempts_min: 2,
        usd_min: Decimal::ONE_HUNDRED,
        repeat_after: Some(SignedDuration::from_hours(4)),
    };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_763_481_600 + 60 * minutes).unwrap()
    }

    /// A half hour that was due at minute 0.
    fn gap(store: &str, cause: CauseKind, usd: i64) -> MissingSpan {
        MissingSpan {
            span: Span { branch: BranchId::new(store), from: at(-35), to: at(-5) },
            store: store.to_uppercase(),
            cause,
            windows: 1,
            usd: Decimal::from(usd),
            due_at: at(0),
            due_local: DateTime::default(),
            attempts: 2,
            is_incident: false,
            is_trading: true,
        }
    }

    fn looked(known: Vec<Known>, gaps: &[MissingSpan], minutes: i64) -> Found {
        let mut next = 0;
        let new_id = || {
            next += 1;
            Uuid::from_u128(next)
        };
        judge(known, gaps, false, at(minutes), LIMITS, new_id)
    }

    #[test]
    fn stores_of_one_cause_are_one_notice_after_twenty_minutes_and_a_retry() {
        let gaps = ["a", "b", "c"].map(|store| gap(store, CauseKind::Timeout, 60));
        assert_eq!(looked(vec![], &gaps, 19), Found::default());
        let found = looked(vec![], &gaps, 20);
        assert_eq!(found.begins.len(), 1);
        assert_eq!(
            (found.begins[0].1.windows, &*found.begins[0].1.stores),
            (3, &["A", "B", "C"].map(str::to_owned)[..])
        );
        let untried = gaps.map(|gap| MissingSpan { attempts: 1, ..gap });
        assert_eq!(looked(vec![], &untried, 60), Found::default());
        assert_eq!(looked(vec![], &untried, 120).begins.len(), 1, "a retry that never comes is not awaited for ever");
    }

    #[test]
    fn what_is_worth_little_waits_for_the_digest_unless_it_is_an_incident() {
        let cheap = gap("a", CauseKind::Timeout, 40);
        let found = looked(vec![], std::slice::from_ref(&cheap), 30);
        assert_eq!((found.begins.len(), found.rest.len()), (0, 1));
        let incident = MissingSpan { is_incident: true, ..cheap };
        assert_eq!(looked(vec![], &[incident], 30).begins.len(), 1);
    }

    #[test]
    fn outside_of_trading_hours_there_is_none() {
        let closed = MissingSpan { is_trading: false, ..gap("a", CauseKind::Timeout, 400) };
        assert_eq!(looked(vec![], std::slice::from_ref(&closed), 30).begins.len(), 0);
        let known = looked(vec![], &[gap("a", CauseKind::Timeout, 400)], 30).begins.remove(0).0;
        assert!(!looked(vec![known], &[closed], 600).goes_on[0].2);
    }

    #[test]
    fn it_is_repeated_after_a_while_and_ends_once_whatever_the_cause_became() {
        let gaps = [gap("a", CauseKind::Timeout, 400)];
        let known = looked(vec![], &gaps, 30).begins.remove(0).0;
        let changed = [gap("a", CauseKind::PosError, 400)];
        let found = looked(vec![known.clone()], &changed, 60);
        assert_eq!((found.begins.len(), found.goes_on.len(), found.goes_on[0].2), (0, 1, false));
        let found = looked(vec![known.clone()], &changed, 30 + 240);
        assert!(found.goes_on[0].2);
        assert_eq!(found.goes_on[0].0.noted_at, at(270));
        let found = looked(vec![known.clone()], &[], 300);
        assert_eq!((found.ends.len(), found.ends[0].1.windows), (1, 1));
    }

    #[test]
    fn another_store_of_the_same_cause_joins_without_another_notice() {
        let known = looked(vec![], &[gap("a", CauseKind::Timeout, 400)], 30).begins.remove(0).0;
        let both = ["a", "b"].map(|store| gap(store, CauseKind::Timeout, 400));
        let found = looked(vec![known], &both, 60);
        assert_eq!((found.begins.len(), found.goes_on.len()), (0, 1));
        assert_eq!((found.goes_on[0].0.windows, found.goes_on[0].0.usd), (2, Decimal::from(800)));
    }

    #[test]
    fn while_most_stores_fail_all_ways_of_failing_are_one() {
        let gaps = [
            gap("a", CauseKind::Timeout, 200),
            gap("b", CauseKind::Unreachable, 200),
            gap("c", CauseKind::Timeout, 200),
            gap("d", CauseKind::ShortAnswer, 200),
        ];
        let begins = |do_most_fail| judge(vec![], &gaps, do_most_fail, at(30), LIMITS, Uuid::nil).begins.len();
        assert_eq!((begins(false), begins(true)), (3, 2));
    }

    #[test]
    fn what_somebody_cancelled_is_left_to_the_digest() {
        let found = looked(vec![], &[gap("a", CauseKind::Cancelled, 4000)], 30);
        assert_eq!((found.begins.len(), found.rest.len()), (0, 1));
    }
}
