//! Incidents of live half hours: each firing of the sales schedule is one look at all stores, judged as a whole once the last of
//! its runs has ended, or when the next firing comes.
//!
//! What was begun before a restart is read from the runs: it is not reported again, and its end is.

use std::collections::BTreeMap;

use domain::incident::{Incident, Incidents, Verdict};
use domain::{BranchId, EtlKind, RunMode, RunState};
use jiff::{SignedDuration, Timestamp};
use warehouse::{LiveEnd, NewRun, RunRecord};

use crate::calendars::Calendars;
use crate::engine::Engine;
use crate::live_looks::Look;

/// How far back runs are read at a start: a store that fails for longer is reported anew.
const READ_BACK: SignedDuration = SignedDuration::from_hours(48);

/// Begins a look with the runs that are about to be queued; the one before is judged as far as it came.
pub(crate) fn begin(engine: &Engine, runs: &[NewRun]) {
    let Some(half_hour) = runs.iter().map(|run| run.interval.start()).max() else { return };
    let waiting = runs.iter().map(|run| (run.id, run.branch.id.clone())).collect();
    let look = Look { half_hour, waiting, ended: Vec::new() };
    let before = engine.live_looks.lock().look.replace(look);
    report(engine, before);
}

/// Leaves out of the look what was not queued after all.
pub(crate) fn keep_queued(engine: &Engine, queued: &[RunRecord]) {
    if let Some(look) = &mut engine.live_looks.lock().look {
        // A run may have ended already.
        look.waiting.retain(|run, _| queued.iter().any(|record| record.id == *run));
    }
    finish(engine);
}

/// A run of a look has ended.
pub(crate) fn run_ended(engine: &Engine, record: &RunRecord, verdict: Verdict) {
    if (record.kind, record.mode) != (EtlKind::Sales, RunMode::Incremental) {
        return;
    }
    {
        let mut state = engine.live_looks.lock();
        let Some(look) = &mut state.look else { return };
        let Some(branch) = look.waiting.remove(&record.id) else { return };
        look.ended.push((branch, verdict));
    }
    finish(engine);
}

/// Judges the look once nothing of it is awaited.
fn finish(engine: &Engine) {
    let done = engine.live_looks.lock().look.take_if(|look| look.waiting.is_empty());
    report(engine, done);
}

fn report(engine: &Engine, look: Option<Look>) {
    let Some(Look { half_hour, ended, .. }) = look else { return };
    let found = engine.live_looks.lock().incidents.judge(half_hour, &ended, engine.settings.incident_limits);
    for incident in found {
        log(&incident);
        engine.monitoring.incident(&incident);
    }
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
    let mut looks: BTreeMap<Timestamp, Vec<(BranchId, Verdict)>> = BTreeMap::new();
    for LiveEnd { branch, interval, state, class } in ended {
        let Some(known) = engine.branches.find(&branch) else { continue };
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
        incidents.judge(half_hour, &ended, engine.settings.incident_limits);
    }
    engine.live_looks.lock().incidents = incidents;
}
