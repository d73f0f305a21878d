//! The scheduler: one task a schedule, which sleeps until it fires and queues what is due.
//!
//! What a schedule missed is a gap, which people see and recover, instead of a storm of requests at every start. Processes that
//! share a database make up for a few minutes, so that a leader that is killed loses no firing.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use domain::window::day_interval;
use domain::{Branch, Calendar, EtlKind, Interval, IntervalSet, RunMode};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp, ToSpan};
use monitoring::{CheckIn, CronMonitor};
use warehouse::schedules::Firing;
use warehouse::{EnqueueOutcome, NewRun};

use crate::actor::Actor;
use crate::calendars::Calendars;
use crate::engine::{Engine, EnqueueReason};
use crate::schedule::{Schedule, ScheduleKind, half_hour_of, half_hour_that_ended};
use crate::{UseCaseError, incidents, look_back, retention};

/// A clock that goes back by less is being corrected, and nothing fires twice for it.
const CLOCK_SET_BACK: SignedDuration = SignedDuration::from_mins(1);

/// Fires a schedule, given by its place in the engine's list, from a moment on until the engine stops.
pub(crate) async fn keep(engine: Engine, index: usize, since: Timestamp) {
    let mut stopping = engine.stopping.subscribe();
    let Some(schedule) = engine.schedules.get(index) else { return };
    let mut due = Due::since(schedule, since);
    // Of a file there is no other process that may have been there when the schedule was due.
    let mut has_led = !engine.warehouse.is_shared();
    while !*stopping.borrow_and_update() {
        let now = engine.clock.now();
        if !engine.membership.leads() {
            has_led = false;
            tokio::select! {
                () = tokio::time::sleep(TAKEOVER_LOOK) => {}
                _ = stopping.changed() => {}
            }
            continue;
        }
        if !has_led {
            // Whoever led before may have ended just when this schedule was due, also where it is this one that was started again.
            let made_up_from = now.checked_sub(MADE_UP_FOR).unwrap_or(now);
            let last = last_fired(&engine, schedule).await;
            due = Due::since(schedule, last.map_or(since, |fired| fired.max(made_up_from.min(since))));
            has_led = true;
        }
        match due.look(schedule, now) {
            Look::Fires => {
                if AssertUnwindSafe(fire(&engine, schedule, now)).catch_unwind().await.is_err() {
                    tracing::error!(schedule = schedule.kind.slug(), "a firing panicked");
                }
            }
            Look::WaitsUntil(moment) => {
                let nap_max = engine.settings.nap_max;
                let left = Duration::try_from(moment.duration_since(now)).unwrap_or(nap_max);
                tokio::select! {
                    () = tokio::time::sleep(left.min(nap_max)) => {}
                    _ = stopping.changed() => {}
                }
            }
            Look::NeverFires => return,
        }
    }
}

/// A firing that nobody did is made up for within this time by who leads next, and not later: what is due is of the time when it
/// fires. Longer than it takes PostgreSQL to give up a leader, or a machine to start klk again.
const MADE_UP_FOR: SignedDuration = SignedDuration::from_mins(5);

/// How soon a process that does not lead notices that it does.
const TAKEOVER_LOOK: Duration = Duration::from_secs(1);

/// When a schedule fired last, of whichever process.
async fn last_fired(engine: &Engine, schedule: &Schedule) -> Option<Timestamp> {
    match engine.warehouse.last_fired().await {
        Ok(fired) => fired.into_iter().find(|(name, _)| name == schedule.kind.slug()).map(|(_, at)| at),
        Err(error) => {
            tracing::warn!(schedule = schedule.kind.slug(), %error, "when a schedule fired last could not be read");
            None
        }
    }
}

/// When a schedule fires next, by a clock that may be set.
struct Due {
    /// None where it never fires again.
    moment: Option<Timestamp>,
    /// The latest moment that the clock has shown since it was last set back.
    latest: Timestamp,
}

/// What is to be done at a look at the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Fires,
    WaitsUntil(Timestamp),
    NeverFires,
}

impl Due {
    fn since(schedule: &Schedule, since: Timestamp) -> Self {
        Self { moment: schedule.next_after(since), latest: since }
    }

    fn look(&mut self, schedule: &Schedule, now: Timestamp) -> Look {
        if self.latest.duration_since(now) >= CLOCK_SET_BACK {
            // What was due by the clock before is hours away by this one.
            tracing::warn!(schedule = schedule.kind.slug(), from = %self.latest, to = %now, "the clock was set back");
            *self = Self::since(schedule, now);
        }
        self.latest = self.latest.max(now);
        match self.moment {
            Some(moment) if now >= moment => {
                // From now, not from `moment`: firings that were slept through are skipped.
                self.moment = schedule.next_after(now);
                Look::Fires
            }
            Some(moment) => Look::WaitsUntil(moment),
            None => Look::NeverFires,
        }
    }
}

/// Queues what is due and notes that the schedule fired.
pub(crate) async fn fire(engine: &Engine, schedule: &Schedule, now: Timestamp) {
    let check_in = engine.monitoring.check_in(monitor(schedule));
    match queue_due(engine, schedule, now, &check_in).await {
        Ok(Some(queued)) => {
            check_in.succeed();
            tracing::info!(schedule = schedule.kind.slug(), queued, "a schedule fired");
        }
        // A process that led until just now was first.
        Ok(None) => return check_in.succeed(),
        Err(error) => {
            tracing::error!(schedule = schedule.kind.slug(), %error, "a schedule could not queue its runs");
            if let Err(error) = engine.warehouse.note_fired(schedule.kind.slug(), now).await {
                tracing::error!(schedule = schedule.kind.slug(), %error, "a firing could not be noted");
            }
        }
    }
    drop(check_in);
    if schedule.kind == ScheduleKind::Reconciliation {
        retention::begin(engine, now);
        look_back::begin(engine, now);
    }
}

/// Gives how many runs were queued; None where another process has fired the schedule.
async fn queue_due(
    engine: &Engine,
    schedule: &Schedule,
    now: Timestamp,
    check_in: &CheckIn,
) -> Result<Option<usize>, UseCaseError> {
    let calendars = Calendars::known(engine, None).await?;
    let runs: Vec<NewRun> = engine
        .branches
        .all()
        .iter()
        .filter_map(|branch| {
            let (kind, mode, interval) = due_window(schedule.kind, branch, now)?;
            let is_over = is_over(calendars.of(branch), branch, interval);
            (!is_over).then(|| engine.new_run(kind, branch, interval, mode))
        })
        .collect();
    let queue = async |runs: Vec<NewRun>, firing: Option<Firing>| {
        let batch = engine.new_batch(schedule.kind.reason(), &Actor::system());
        let planning = engine.lock_planning().await;
        engine.enqueue(planning, batch, runs, EnqueueReason::Schedule { check_in: check_in.share(), firing }).await
    };
    if schedule.kind == ScheduleKind::Sales {
        incidents::begin(engine, &runs);
    }
    let outcome = queue(runs.clone(), Some(Firing { schedule: schedule.kind.slug(), at: now })).await;
    if schedule.kind == ScheduleKind::Sales {
        incidents::keep_queued(engine, outcome.as_ref().map_or(&[], |outcome| &outcome.queued));
    }
    let outcome = outcome?;
    if outcome.had_fired {
        return Ok(None);
    }
    let rest = match schedule.kind {
        ScheduleKind::Reconciliation => around_what_is_in_progress(engine, &runs, &outcome),
        ScheduleKind::Sales | ScheduleKind::Inventory => Vec::new(),
    };
    if rest.is_empty() {
        return Ok(Some(outcome.queued.len()));
    }
    Ok(Some(outcome.queued.len() + queue(rest, None).await?.queued.len()))
}

/// What is left of the days that were not queued because a part of them is in progress: that part is asked for anyway, and
/// one half hour must not keep the rest of its day from being compared.
pub(crate) fn around_what_is_in_progress(engine: &Engine, asked: &[NewRun], outcome: &EnqueueOutcome) -> Vec<NewRun> {
    let mut rest = Vec::new();
    for run in asked.iter().filter(|run| outcome.queued.iter().all(|queued| queued.id != run.id)) {
        let others = outcome.in_progress.iter().filter(|other| other.kind == run.kind && other.branch == run.branch.id);
        let in_progress: IntervalSet<Timestamp> = others.map(|other| other.interval).collect();
        let whole: IntervalSet<Timestamp> = [run.interval].into_iter().collect();
        let left = whole.difference(&in_progress);
        rest.extend(left.intervals().iter().map(|part| engine.new_run(run.kind, &run.branch, *part, run.mode)));
    }
    rest
}

/// Whether a window is of a time after the last day of a branch, and of no hours that went on over its midnight.
fn is_over(calendar: &Calendar, branch: &Branch, window: Interval<Timestamp>) -> bool {
    let date = branch.zone.to_datetime(window.start()).date();
    let last = calendar.rules_on(date).closed_on;
    last.is_some_and(|last| date > last) && calendar.expected(window, &branch.zone).is_empty()
}

/// What a schedule extracts of a branch when it fires; windows are of the branch's clock.
fn due_window(kind: ScheduleKind, branch: &Branch, now: Timestamp) -> Option<(EtlKind, RunMode, Interval<Timestamp>)> {
    match kind {
        ScheduleKind::Sales => Some((EtlKind::Sales, RunMode::Incremental, half_hour_that_ended(now, &branch.zone)?)),
        // Without warehouses there is nothing to take a snapshot of, and an empty one must not count as taken.
        ScheduleKind::Inventory if branch.warehouses.is_empty() => None,
        ScheduleKind::Inventory => Some((EtlKind::Inventory, RunMode::Full, half_hour_of(now, &branch.zone)?)),
        ScheduleKind::Reconciliation => {
            let yesterday = branch.zone.to_datetime(now).date().checked_sub(1.day()).ok()?;
            Some((EtlKind::Sales, RunMode::Full, day_interval(yesterday, &branch.zone)?))
        }
    }
}

fn monitor(schedule: &Schedule) -> CronMonitor {
    let monitor = match schedule.kind {
        ScheduleKind::Sales => CronMonitor::sales_incremental(schedule.expression()),
        ScheduleKind::Inventory => CronMonitor::inventory_full(schedule.expression()),
        ScheduleKind::Reconciliation => CronMonitor::reconciliation(schedule.expression()),
    };
    monitor.in_zone(schedule.zone().iana_name())
}

#[cfg(test)]
mod tests {
    use domain::{BranchCode, BranchId, BranchWarehouse, Calendar, WarehouseCode};
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn branch() -> Branch {
        Branch {
            id: BranchId::new("tienda_01"),
            code: BranchCode::new("SUC001"),
            name: "PERIFERICO".to_owned(),
            zone: TimeZone::fixed(jiff::tz::Offset::constant(-4)).into(),
            calendar: Calendar::every_day("07:00-21:00".parse().unwrap()),
            calendar_counts_from: None,
            warehouses: vec![BranchWarehouse { code: WarehouseCode::new("APP-TPF"), name: "PISO DE VENTA".to_owned() }],
        }
    }

    #[test]
    fn a_store_is_not_asked_after_its_last_day_but_for_hours_that_go_on_over_midnight() {
        let last = jiff::civil::date(2025, 11, 17);
        let closing = |hours: &str| {
            let rules = domain::calendar::CalendarRules {
                closed_on: Some(last),
                ..domain::calendar::CalendarRules::every_day(hours.parse().unwrap())
            };
            Calendar::of(rules)
        };
        let window = |start: &str| {
            let start: Timestamp = start.parse().unwrap();
            Interval::new(start, start + domain::HALF_HOUR).unwrap()
        };
        let over = |hours: &str, start: &str| is_over(&closing(hours), &branch(), window(start));
        assert!(!over("07:00-21:00", "2025-11-17T23:00:00Z"), "after closing, of the last day");
        assert!(over("07:00-21:00", "2025-11-18T12:00:00Z"));
        assert!(!over("18:00-02:00", "2025-11-18T05:00:00Z"));
        assert!(over("18:00-02:00", "2025-11-18T22:00:00Z"));
    }

    fn sales_schedule() -> Schedule {
        let zone = TimeZone::fixed(jiff::tz::Offset::constant(-4));
        Schedule::new(ScheduleKind::Sales, "5,35 * * * *", zone).unwrap()
    }

    proptest! {
        /// However the clock is set: nothing fires for a half hour that has not ended by it, no half hour passes without a firing,
        /// and once nobody sets it any more each firing comes at its first look, and once.
        #[test]
        fn a_clock_that_jumps_loses_no_firing_and_covers_no_future(
            jumps in prop::collection::vec(
                prop_oneof![-90_i64..=90, -7_200_i64..=7_200, -400_000_i64..=400_000], 0..60),
            step in 1_i64..=25,
        ) {
            let (schedule, branch) = (sales_schedule(), branch());
            let mut now: Timestamp = "2025-11-18T16:00:00Z".parse().unwrap();
            let mut due = Due::since(&schedule, now);
            for jump in jumps {
                now += SignedDuration::from_secs(jump);
                let fires = due.look(&schedule, now) == Look::Fires;
                if fires {
                    let (.., window) = due_window(schedule.kind, &branch, now).unwrap();
                    prop_assert!(window.end() <= now);
                }
                prop_assert!(fires || jump < 1_800 + 60, "half an hour passed without a firing");
                let Look::WaitsUntil(next) = due.look(&schedule, now) else { panic!("it fires twice at one look") };
                let wait = next.duration_since(now);
                prop_assert!(wait.is_positive() && wait <= SignedDuration::from_secs(1_800 + 60), "{wait:?}");
            }
            let settled = now;
            let mut fired = Vec::new();
            while now.duration_since(settled) < SignedDuration::from_hours(3) {
                now += SignedDuration::from_secs(step);
                if due.look(&schedule, now) == Look::Fires {
                    fired.push(now);
                }
            }
            let mut expected = Vec::new();
            let mut moment = schedule.next_after(settled).unwrap();
            while moment <= now {
                expected.push(moment);
                moment = schedule.next_after(moment).unwrap();
            }
            // What lies within the minute by which the clock may have been corrected has fired before it.
            if fired.len() < expected.len() {
                let first = expected.remove(0);
                prop_assert!(first.duration_since(settled) <= CLOCK_SET_BACK, "{first} never fires");
            }
            prop_assert_eq!(fired.len(), expected.len());
            for (fired, expected) in fired.iter().zip(&expected) {
                let late = fired.duration_since(*expected);
                prop_assert!(!late.is_negative() && late < SignedDuration::from_secs(step), "{late:?}");
            }
        }
    }

    #[rstest]
    #[case(ScheduleKind::Sales, "2025-11-18T04:05:00Z", "2025-11-18T03:30:00Z", "2025-11-18T04:00:00Z")]
    #[case(ScheduleKind::Inventory, "2025-11-18T04:00:03Z", "2025-11-18T04:00:00Z", "2025-11-18T04:30:00Z")]
    #[case(ScheduleKind::Reconciliation, "2025-11-18T07:00:00Z", "2025-11-17T04:00:00Z", "2025-11-18T04:00:00Z")]
    fn each_schedule_has_its_window(
        #[case] kind: ScheduleKind,
        #[case] now: &str,
        #[case] from: &str,
        #[case] to: &str,
    ) {
        let (.., interval) = due_window(kind, &branch(), now.parse().unwrap()).unwrap();
        assert_eq!(Some(interval), Interval::new(from.parse().unwrap(), to.parse().unwrap()));
    }
}
