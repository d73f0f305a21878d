//! Incidents of live half hours: each firing of the sales schedule is one look at all stores, judged as a whole once the last of
//! its runs has ended, or when the next firing comes.
//!
//! What was begun before a restart is read from the runs: it is not reported again, and its end is.

use std::collections::BTreeMap;

use domain::incident::{Incident, IncidentLimits, Incidents, Verdict};
use domain::{BranchId, EtlKind, RunMode, RunState};
use jiff::{SignedDuration, Timestamp};
use monitoring::Monitoring;
use warehouse::{LiveEnd, NewRun, RunRecord};

use crate::branches::BranchRegistry;
use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::live_looks::{LiveLooks, Look};

/// How far back runs are read at a start: a store that fails for longer is reported anew.
const READ_BACK: SignedDuration = SignedDuration::from_hours(48);

/// Where incidents are reported; memory in tests.
trait IncidentReporter {
    /// An incident has begun or ended.
    fn report(&self, incident: &Incident);
}

impl IncidentReporter for Monitoring {
    fn report(&self, incident: &Incident) {
        self.incident(incident);
    }
}

/// Judges looks, and reports what begins and ends with them.
struct IncidentWatch<'a, R> {
    looks: &'a LiveLooks,
    limits: IncidentLimits,
    reporter: &'a R,
}

impl<'a> IncidentWatch<'a, Monitoring> {
    fn of(engine: &'a Engine) -> Self {
        let limits = engine.settings.incident_limits;
        Self { looks: &engine.live_looks, limits, reporter: &engine.monitoring }
    }
}

impl<R: IncidentReporter> IncidentWatch<'_, R> {
    fn begin(&self, runs: &[NewRun]) {
        let Some(half_hour) = runs.iter().map(|run| run.interval.start()).max() else { return };
        let waiting = runs.iter().map(|run| (run.id, run.branch.id.clone())).collect();
        let look = Look { half_hour, waiting, ended: Vec::new() };
        let before = self.looks.lock().look.replace(look);
        self.judge(before);
    }

    fn keep_queued(&self, queued: &[RunRecord]) {
        if let Some(look) = &mut self.looks.lock().look {
            // A run may have ended already.
            look.waiting.retain(|run, _| queued.iter().any(|record| record.id == *run));
        }
        self.finish();
    }

    fn run_ended(&self, record: &RunRecord, verdict: Verdict) {
        if (record.kind, record.mode) != (EtlKind::Sales, RunMode::Incremental) {
            return;
        }
        {
            let mut state = self.looks.lock();
            let Some(look) = &mut state.look else { return };
            let Some(branch) = look.waiting.remove(&record.id) else { return };
            look.ended.push((branch, verdict));
        }
        self.finish();
    }

    /// Judges the look once nothing of it is awaited.
    fn finish(&self) {
        let done = self.looks.lock().look.take_if(|look| look.waiting.is_empty());
        self.judge(done);
    }

    fn judge(&self, look: Option<Look>) {
        let Some(Look { half_hour, ended, .. }) = look else { return };
        let found = self.looks.lock().incidents.judge(half_hour, &ended, self.limits);
        for incident in found {
            log(&incident);
            self.reporter.report(&incident);
        }
    }
}

/// Begins a look with the runs that are about to be queued; the one before is judged as far as it came.
pub(crate) fn begin(engine: &Engine, runs: &[NewRun]) {
    IncidentWatch::of(engine).begin(runs);
}

/// Leaves out of the look what was not queued after all.
pub(crate) fn keep_queued(engine: &Engine, queued: &[RunRecord]) {
    IncidentWatch::of(engine).keep_queued(queued);
}

/// A run of a look has ended.
pub(crate) fn run_ended(engine: &Engine, record: &RunRecord, verdict: Verdict) {
    IncidentWatch::of(engine).run_ended(record, verdict);
}

fn log(incident: &Incident) {
    match incident {
        Incident::StoreFails { branch, failures, since, class } => {
            tracing::warn!(%branch, failures, %since, class = class.as_str(), "a store fails again and again");
        }
        Incident::StoreAnswers { branch, since } => tracing::info!(%branch, %since, "a store that failed answers"),
        Incident::MostStoresFail { failed, asked, since, class } => {
            tracing::warn!(failed, asked, %since, class = class.as_str(), "most stores fail");
        }
        Incident::MostStoresAnswer { since } => tracing::info!(%since, "most stores answer again"),
    }
}

/// Takes in what other processes have reported, in the place of what is known.
pub(crate) async fn remember(engine: &Engine) {
    let Ok(since) = engine.clock.now().checked_sub(READ_BACK) else { return };
    let (ended, calendars) = match (engine.warehouse.live_ends(since).await, Calendars::known(engine, None).await) {
        (Ok(ended), Ok(calendars)) => (ended, calendars),
        (Err(error), _) => return tracing::warn!(%error, "incidents of an earlier process could not be read"),
        (_, Err(error)) => return tracing::warn!(%error, "incidents of an earlier process could not be read"),
    };
    let limits = engine.settings.incident_limits;
    let incidents = known_from(ended, &calendars, &engine.branches, limits);
    engine.live_looks.lock().incidents = incidents;
}

/// What is known of incidents after these half hours.
fn known_from(
    ended: Vec<LiveEnd>,
    calendars: &Calendars,
    branches: &BranchRegistry,
    limits: IncidentLimits,
) -> Incidents {
    let mut looks: BTreeMap<Timestamp, Vec<(BranchId, Verdict)>> = BTreeMap::new();
    for LiveEnd { branch, interval, state, class } in ended {
        let Some(known) = branches.find(&branch) else { continue };
        let is_expected = !calendars.of(&known).expected(interval, &known.zone).is_empty();
        let verdict = match (state, class) {
            (RunState::Succeeded, _) => Verdict::Answered,
            (RunState::Failed, Some(class)) if is_expected => Verdict::Failed(class),
            _ => Verdict::NotJudged,
        };
        looks.entry(interval.start()).or_default().push((branch, verdict));
    }
    let mut incidents = Incidents::default();
    for (half_hour, ended) in looks {
        incidents.judge(half_hour, &ended, limits);
    }
    incidents
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use domain::calendar::CalendarRules;
    use domain::{Branch, Calendar, ErrorClass};

    use super::*;
    use crate::testing::{branch, half_hours_from, run_id};

    /// A store fails after two half hours in a row.
    const LIMITS: IncidentLimits = IncidentLimits { store_failures: 2, stores_percent: 0 };
    const TIMEOUT: Verdict = Verdict::Failed(ErrorClass::Timeout);

    #[derive(Default)]
    struct Reported(RefCell<Vec<Incident>>);

    impl IncidentReporter for Reported {
        fn report(&self, incident: &Incident) {
            self.0.borrow_mut().push(incident.clone());
        }
    }

    #[derive(Default)]
    struct Scene {
        looks: LiveLooks,
        reported: Reported,
    }

    impl Scene {
        fn watch(&self) -> IncidentWatch<'_, Reported> {
            IncidentWatch { looks: &self.looks, limits: LIMITS, reporter: &self.reported }
        }

        fn failures(&self) -> Vec<u32> {
            let failures = |incident: &Incident| match incident {
                Incident::StoreFails { failures, .. } => Some(*failures),
                _ => None,
            };
            self.reported.0.borrow().iter().filter_map(failures).collect()
        }
    }

    /// A live run of store `a`, of the half hour.
    fn live(number: u128, half_hour: i32) -> NewRun {
        NewRun {
            id: run_id(number),
            kind: EtlKind::Sales,
            branch: branch("a"),
            interval: half_hours_from(half_hour, 1),
            mode: RunMode::Incremental,
        }
    }

    fn record(run: &NewRun) -> RunRecord {
        RunRecord {
            id: run.id,
            kind: run.kind,
            branch: run.branch.id.clone(),
            interval: run.interval,
            mode: run.mode,
            state: RunState::Failed,
            attempt: 1,
            batch: None,
            requested_by: None,
            sentry_trace: None,
            baggage: None,
        }
    }

    #[test]
    fn a_store_is_reported_once_its_half_hours_in_a_row_have_failed() {
        let scene = Scene::default();
        let (first, second, third) = (live(1, 0), live(2, 1), live(3, 2));
        scene.watch().begin(std::slice::from_ref(&first));
        scene.watch().run_ended(&record(&first), TIMEOUT);
        assert_eq!(scene.failures(), [0_u32; 0]);
        scene.watch().begin(std::slice::from_ref(&second));
        scene.watch().run_ended(&record(&second), TIMEOUT);
        assert_eq!(scene.failures(), [2]);
        scene.watch().begin(std::slice::from_ref(&third));
        scene.watch().run_ended(&record(&third), TIMEOUT);
        assert_eq!(scene.failures(), [2], "an incident is reported once");
    }

    #[test]
    fn a_look_is_judged_by_the_next_one_or_once_nothing_of_it_is_queued() {
        let scene = Scene::default();
        let (failed, awaited) = (live(1, 0), live(2, 0));
        scene.watch().begin(&[failed.clone(), awaited]);
        scene.watch().run_ended(&record(&failed), TIMEOUT);
        assert_eq!(scene.looks.known(), Incidents::default(), "a run of it is awaited");
        scene.watch().keep_queued(&[record(&failed)]);
        assert_ne!(scene.looks.known(), Incidents::default());
        let (failed, awaited) = (live(3, 1), live(4, 1));
        scene.watch().begin(&[failed.clone(), awaited]);
        scene.watch().run_ended(&record(&failed), TIMEOUT);
        assert_eq!(scene.failures(), [0_u32; 0]);
        scene.watch().begin(&[live(5, 2)]);
        assert_eq!(scene.failures(), [2]);
    }

    #[test]
    fn runs_that_are_not_live_are_not_judged() {
        let scene = Scene::default();
        let run = live(1, 0);
        scene.watch().begin(std::slice::from_ref(&run));
        scene.watch().run_ended(&RunRecord { mode: RunMode::Recovery, ..record(&run) }, TIMEOUT);
        assert_eq!(scene.looks.known(), Incidents::default());
    }

    #[test]
    fn what_failed_while_a_store_was_closed_is_not_remembered() {
        let hours = "00:00-02:00".parse().unwrap();
        let store = Branch { calendar: Calendar::of(CalendarRules::every_day(hours)), ..branch("a") };
        let branches = BranchRegistry::new(vec![store]);
        let calendars = Calendars::after(&branches, &[]);
        let known = |half_hour| {
            let (state, class) = (RunState::Failed, Some(ErrorClass::Timeout));
            let end = LiveEnd { branch: BranchId::new("a"), interval: half_hours_from(half_hour, 1), state, class };
            known_from(vec![end], &calendars, &branches, LIMITS)
        };
        assert_ne!(known(0), Incidents::default());
        assert_eq!(known(10), Incidents::default());
    }
}
