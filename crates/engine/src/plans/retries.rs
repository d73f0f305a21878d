//! What is missing is planned again without anybody asking: after waits that double, within a budget a day.
//!
//! Nothing is kept for it: attempts, their ends and the windows of today are read from the database each time, so a
//! restart changes nothing.

use domain::gap::GapEvidence;
use domain::plan::{Plan, PlanOptions, RetryCandidate, is_retried_by_itself};
use domain::window::{day_interval, half_hours};
use domain::{Branch, EtlKind, Interval, Window};
use jiff::{SignedDuration, Timestamp};
use warehouse::{FailedWindow, Warehouse, WarehouseError};

use super::start::{propose, start};
use crate::engine::Engine;
use crate::gaps::{EvidenceReader, EvidenceRequest, EvidenceScope, EvidenceStore};
use crate::queue::Queue;
use crate::{Actor, UseCaseError};

/// Where attempts and their ends are read from; memory in tests.
trait RetryStore: EvidenceStore {
    /// Windows that plans which nobody asked for have started since a moment.
    fn retried_since(&self, moment: Timestamp) -> impl Future<Output = Result<u32, WarehouseError>> + Send;

    /// The windows of runs of sales that have ended without success, with points of a range.
    fn failures(
        &self,
        range: Interval<Timestamp>,
    ) -> impl Future<Output = Result<Vec<FailedWindow>, WarehouseError>> + Send;
}

impl RetryStore for Warehouse {
    async fn retried_since(&self, moment: Timestamp) -> Result<u32, WarehouseError> {
        self.windows_retried_since(moment).await
    }

    async fn failures(&self, range: Interval<Timestamp>) -> Result<Vec<FailedWindow>, WarehouseError> {
        self.latest_failures(EtlKind::Sales, range).await
    }
}

/// Starts a plan of the windows whose time has come.
pub(crate) async fn retry_due(engine: &Engine) {
    match plan_due(engine).await {
        Ok(0) => {}
        Ok(windows) => tracing::info!(windows, "windows are tried again by themselves"),
        // What waits already goes first; the next look finds the same.
        Err(UseCaseError::QueueFull { .. } | UseCaseError::ShuttingDown) => {}
        Err(error) => tracing::error!(%error, "what can be tried again could not be planned"),
    }
}

async fn plan_due(engine: &Engine) -> Result<usize, UseCaseError> {
    let planning = engine.lock_planning().await;
    let due = due(&engine.evidence_reader(), &engine.queue).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let plan = Plan::seal(EtlKind::Sales, PlanOptions::default(), due);
    let actor = Actor::system();
    let known = propose(engine, &actor, plan.clone(), true).await?;
    Ok(start(engine, planning, &actor, &known, &plan).await?.len())
}

/// The windows whose time has come, within what is left of the budget of the day. Days are those of the schedules' zone.
async fn due<S: RetryStore>(reader: &EvidenceReader<'_, S>, queue: &Queue) -> Result<Vec<Window>, UseCaseError> {
    let (now, policy) = (reader.now, &reader.settings.retries.policy);
    let zone = &reader.settings.schedules.zone;
    let midnight = day_interval(zone.to_datetime(now).date(), zone).map_or(now, |day| day.start());
    let already = reader.store.retried_since(midnight).await?;
    if already >= policy.windows_a_day {
        return Ok(Vec::new());
    }
    Ok(policy.due(candidates(reader, queue).await?, already, now))
}

/// Every missing window that is not queued or running and may be retried, however long it has waited. A store that does not
/// respond while it is closed is retried once it opens: its line may be off.
async fn candidates<S: RetryStore>(
    reader: &EvidenceReader<'_, S>,
    queue: &Queue,
) -> Result<Vec<RetryCandidate>, UseCaseError> {
    let now = reader.now;
    let days = SignedDuration::from_hours(24 * i64::from(reader.settings.retries.days));
    let since = now.checked_sub(days).unwrap_or(now);
    let Some(range) = Interval::new(since, now) else { return Ok(Vec::new()) };
    let settled = now.checked_sub(reader.settings.gap_grace).unwrap_or(now);
    let branches = reader.branches.all();
    let request = EvidenceRequest::current(EtlKind::Sales, &branches, range, settled, EvidenceScope::MissingOnly);
    let evidence = reader.read(request).await?;
    let failures = reader.store.failures(range).await?;
    let may_answer = |branch: &Branch| !queue.is_failing(&branch.id) || evidence.calendars.is_open(branch, now);
    let of_branches = evidence.by_branch.iter().filter(|(branch, _)| may_answer(branch));
    Ok(of_branches.flat_map(|(branch, evidence)| candidates_of(branch, evidence, &failures)).collect())
}

/// The half hours of a branch's gaps that nobody has queued and that asking again can mend.
fn candidates_of(branch: &Branch, evidence: &GapEvidence, failures: &[FailedWindow]) -> Vec<RetryCandidate> {
    let of_branch: Vec<&FailedWindow> = failures.iter().filter(|failed| failed.branch == branch.id).collect();
    let gaps = evidence.gaps(&branch.zone).into_iter();
    let windows = gaps
        .filter(|gap| gap.work.is_none() && is_retried_by_itself(gap))
        .flat_map(|gap| half_hours(gap.interval, &branch.zone));
    windows.map(|interval| candidate(branch, interval, &of_branch)).collect()
}

fn candidate(branch: &Branch, interval: Interval<Timestamp>, failures: &[&FailedWindow]) -> RetryCandidate {
    let tried = || failures.iter().filter(|failed| failed.interval.overlaps(&interval));
    RetryCandidate {
        window: Window { branch: branch.id.clone(), kind: EtlKind::Sales, interval },
        attempts: tried().map(|failed| failed.attempts).sum(),
        since: tried().map(|failed| failed.ended_at).max().unwrap_or(interval.end()),
    }
}

#[cfg(test)]
mod tests {
    use domain::calendar::CalendarRules;
    use domain::gap::Attempt;
    use domain::plan::RetryPolicy;
    use domain::{BranchId, Calendar, ErrorClass, RunState};
    use rstest::rstest;
    use warehouse::EvidenceRows;

    use super::*;
    use crate::branches::BranchRegistry;
    use crate::plans::testing::KnownSales;
    use crate::settings::{EngineSettings, RetrySettings};
    use crate::testing::{branch, evidence, half_hours_from, run_id};

    impl RetryStore for KnownSales {
        async fn retried_since(&self, moment: Timestamp) -> Result<u32, WarehouseError> {
            Ok(self.retried.iter().filter(|(at, _)| *at >= moment).map(|(_, windows)| windows).sum())
        }

        async fn failures(&self, range: Interval<Timestamp>) -> Result<Vec<FailedWindow>, WarehouseError> {
            Ok(self.failures.iter().filter(|failed| failed.interval.overlaps(&range)).cloned().collect())
        }
    }

    /// Three windows a day, of the last day, each for the first time a quarter of an hour after it failed.
    fn settings() -> EngineSettings {
        let policy = RetryPolicy {
            first_wait: SignedDuration::from_mins(15),
            longest_wait: SignedDuration::from_hours(12),
            windows_a_day: 3,
        };
        let retries = RetrySettings { policy, days: 1, ..RetrySettings::default() };
        EngineSettings { retries, gap_grace: SignedDuration::from_mins(15), ..EngineSettings::default() }
    }

    /// Store `a` has sold since the first half hour; what was before it is loaded.
    fn missing_since_the_first_half_hour() -> KnownSales {
        let loaded = (BranchId::new("a"), half_hours_from(-96, 96));
        KnownSales::of(EvidenceRows { covered: vec![loaded], ..EvidenceRows::default() })
    }

    /// The half hours that are due so many minutes after the start of the first, by their number.
    async fn due_after(minutes: i64, known: &KnownSales, store: Branch, queue: &Queue) -> Vec<i64> {
        let (branches, settings) = (BranchRegistry::new(vec![store]), settings());
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let reader = EvidenceReader { store: known, branches: &branches, settings: &settings, now };
        let due = due(&reader, queue).await.unwrap();
        due.iter().map(|window| window.interval.start().as_second() / 1800).collect()
    }

    fn calm() -> Queue {
        Queue::new(4, 1, 4)
    }

    #[rstest]
    #[case::within_its_grace(44, &[])]
    #[case::after_its_grace(45, &[0])]
    #[case::with_the_next_one(75, &[0, 1])]
    #[tokio::test]
    async fn a_window_is_due_once_it_is_missing_and_has_waited(#[case] minutes: i64, #[case] expected: &[i64]) {
        assert_eq!(due_after(minutes, &missing_since_the_first_half_hour(), branch("a"), &calm()).await, expected);
    }

    #[tokio::test]
    async fn the_wait_goes_by_the_attempts_of_each_window() {
        let mut known = missing_since_the_first_half_hour();
        // The second attempt at the first window ended at 01:00: the next one is due half an hour later.
        known.failures = vec![failed("a", half_hours_from(0, 1), 2, 30)];
        assert_eq!(due_after(89, &known, branch("a"), &calm()).await, [1]);
        assert_eq!(due_after(90, &known, branch("a"), &calm()).await, [1, 0], "what was tried less goes first");
    }

    #[rstest]
    #[case::none_of_it_used(0, &[0, 1, 2])]
    #[case::one_left(2, &[0])]
    #[case::all_used(3, &[])]
    #[case::more_than_it_has(9, &[])]
    #[tokio::test]
    async fn the_budget_of_the_day_is_not_exceeded(#[case] used: u32, #[case] expected: &[i64]) {
        let mut known = missing_since_the_first_half_hour();
        known.retried = vec![(Timestamp::UNIX_EPOCH, used)];
        assert_eq!(due_after(180, &known, branch("a"), &calm()).await, expected);
        assert_eq!(known.requests().is_empty(), used >= 3, "without a budget nothing is looked for");
    }

    #[tokio::test]
    async fn a_day_begins_at_midnight_of_the_zone_of_the_schedules() {
        let mut known = missing_since_the_first_half_hour();
        // At 00:45 UTC it is still the day before in Caracas, which began at 04:00 UTC.
        let midnight = Timestamp::UNIX_EPOCH - SignedDuration::from_hours(20);
        known.retried = vec![(midnight - SignedDuration::from_secs(1), 3)];
        assert_eq!(due_after(45, &known, branch("a"), &calm()).await, [0]);
        known.retried = vec![(midnight, 3)];
        assert_eq!(due_after(45, &known, branch("a"), &calm()).await, [0_i64; 0]);
    }

    #[tokio::test]
    async fn a_store_that_does_not_respond_is_tried_again_only_while_it_is_open() {
        let hours = "00:00-02:00".parse().unwrap();
        let store = || Branch { calendar: Calendar::of(CalendarRules::every_day(hours)), ..branch("a") };
        let (known, silent) = (missing_since_the_first_half_hour(), calm());
        silent.record_unanswered(run_id(1), &BranchId::new("a"));
        assert_eq!(due_after(110, &known, store(), &silent).await, [0, 1, 2]);
        assert_eq!(due_after(180, &known, store(), &silent).await, [0_i64; 0]);
        assert_eq!(due_after(180, &known, store(), &calm()).await, [0, 1, 2], "one that responds");
    }

    fn attempt(number: u128, window: Interval<Timestamp>, state: RunState, error: ErrorClass) -> Attempt {
        Attempt { run: run_id(number), interval: window, state, is_held: false, error: Some(error), message: None }
    }

    fn failed(branch: &str, interval: Interval<Timestamp>, attempts: u32, minutes_later: i64) -> FailedWindow {
        let ended_at = interval.end() + SignedDuration::from_mins(minutes_later);
        FailedWindow { branch: BranchId::new(branch), interval, ended_at, attempts }
    }

    #[test]
    fn a_window_that_was_never_tried_waits_from_its_end_on() {
        let (branch, time) = (branch("a"), half_hours_from(0, 2));
        let candidates = candidates_of(&branch, &evidence(time, Vec::new()), &[]);
        let found: Vec<_> = candidates.iter().map(|one| (one.window.interval, one.attempts, one.since)).collect();
        let (first, second) = (half_hours_from(0, 1), half_hours_from(1, 1));
        assert_eq!(found, [(first, 0, first.end()), (second, 0, second.end())]);
    }

    #[test]
    fn attempts_of_any_run_over_the_window_count_and_the_last_end_is_waited_from() {
        let (branch, window) = (branch("a"), half_hours_from(1, 1));
        let of_the_day = failed("a", half_hours_from(0, 4), 1, 5);
        let of_the_window = failed("a", window, 2, 90);
        let (of_another, elsewhere) = (failed("b", window, 9, 200), failed("a", half_hours_from(3, 1), 9, 200));
        let failures = [of_the_day, of_the_window.clone(), of_another, elsewhere];
        let attempts = vec![attempt(1, window, RunState::Failed, ErrorClass::Timeout)];
        let candidates = candidates_of(&branch, &evidence(window, attempts), &failures);
        let found: Vec<_> = candidates.iter().map(|one| (one.attempts, one.since)).collect();
        assert_eq!(found, [(3, of_the_window.ended_at)]);
    }

    #[test]
    fn what_is_queued_already_is_nobodys_candidate() {
        let (branch, window) = (branch("a"), half_hours_from(0, 1));
        let attempts = vec![
            attempt(1, window, RunState::Failed, ErrorClass::Timeout),
            attempt(2, window, RunState::Queued, ErrorClass::Timeout),
        ];
        assert_eq!(candidates_of(&branch, &evidence(window, attempts), &[]).len(), 0);
    }
}
