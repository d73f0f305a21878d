//! How things are, at a glance.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::filter::GapFilter;
use domain::gap::GapState;
use domain::read_model::{GapView, PlanInProgress, ScheduleStatus};
use domain::verdict::{SchedulerState, Verdict, WorkLeft};
use domain::window::half_hour_floor;
use domain::{BranchId, Interval};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::branches::BranchRegistry;
use crate::calendars::Calendars;
use crate::{Actor, Engine, UseCaseError};

/// Stores that are named; more would not be read.
const BRANCHES_SHOWN: usize = 5;
/// How long after its time a firing may still be on its way, beside the longest sleep of a schedule.
const FIRING_ALLOWANCE: SignedDuration = SignedDuration::from_secs(60);

/// How things are.
#[derive(Clone, Debug)]
pub struct Summary {
    /// In one sentence.
    pub verdict: Verdict,
    /// Since when the POS does not respond, on the clock of the schedules; None while it does, as far as is known.
    pub outage: Option<DateTime>,
    /// Half hours of sales that are missing: nothing is under way that would bring them.
    pub windows: u64,
    /// Those of them that wait in a plan which is paused or was stopped, until somebody resumes it.
    pub held_windows: u64,
    /// Half hours that whoever looks may recover: of their stores, without those that wait in a plan.
    pub own_windows: u64,
    /// Estimated sales in USD of what is missing, as far as it is known.
    pub value_usd: Decimal,
    /// Stores that something is missing of.
    pub branches_affected: usize,
    /// The worst of them, by value, then by age; at most five.
    pub worst: Vec<BranchInNeed>,
    /// What has been missing for the longest time.
    pub oldest: Option<BranchInNeed>,
    /// Warehouses whose latest stock snapshot is stale or absent. A missed snapshot cannot be recovered, so it is not among
    /// the windows.
    pub stale_warehouses: u64,
    /// Stores that are watched.
    pub branches: usize,
    /// How far back was looked.
    pub days: u32,
    /// The schedules, with their next firing.
    pub schedules: Vec<ScheduleStatus>,
    /// When this was true.
    pub at: Timestamp,
    /// The same on the clock of the schedules.
    pub at_local: DateTime,
}

/// A store that something is missing of.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchInNeed {
    /// The store.
    pub branch: BranchId,
    /// Its name.
    pub name: String,
    /// Half hours of sales that are missing.
    pub windows: u64,
    /// Estimated sales in USD, as far as they are known.
    pub value_usd: Decimal,
    /// The start of the oldest of them, on the store's clock.
    pub since: DateTime,
    since_instant: Timestamp,
}

impl Engine {
    /// The verdict on the last days, with the stores that need a hand and what runs next.
    pub async fn summary(&self, actor: &Actor) -> Result<Summary, UseCaseError> {
        let actor = &actor.may_watch()?;
        let gaps = self.list_gaps(actor, GapFilter::default()).await?;
        let schedules = self.schedules(actor).await?.cron;
        let progress = self.progress(actor).await?;

        let mut work = WorkLeft::default();
        // A plan that is paused or stopped recovers nothing: its windows are missing.
        let goes_on = |plan: &Option<PlanInProgress>| plan.as_ref().is_none_or(|plan| plan.estado.lets_windows_start());
        let left = progress.lotes.iter().filter(|batch| batch.terminado_en.is_none() && goes_on(&batch.plan));
        for batch in left {
            work.done += batch.terminadas;
            work.total += batch.ventanas;
            work.seconds_left = work.seconds_left.max(batch.segundos_restantes);
        }
        let needs = needs(&self.branches, gaps.gaps.iter().filter(|gap| gap.is_missing()));
        let held = gaps.gaps.iter().filter(|gap| gap.estado == GapState::Held);
        let own = gaps.gaps.iter().filter(|gap| gap.recuperable && gap.estado != GapState::Held);
        let own = own.filter(|gap| actor.operates_store(&gap.ubicacion_id));
        let windows = needs.iter().map(|need| need.windows).sum();
        let now = gaps.generado_en;
        let (outage, is_due) = self.outage(now).await?;
        Ok(Summary {
            verdict: Verdict::of(self.scheduler_state(&schedules, now), work, windows, outage.filter(|_| is_due)),
            outage,
            windows,
            held_windows: held.map(|gap| u64::from(gap.ventanas)).sum(),
            own_windows: own.map(|gap| u64::from(gap.ventanas)).sum(),
            value_usd: needs.iter().map(|need| need.value_usd).sum(),
            branches_affected: needs.len(),
            oldest: needs.iter().min_by_key(|need| need.since_instant).cloned(),
            worst: needs.into_iter().take(BRANCHES_SHOWN).collect(),
            stale_warehouses: self.stock_freshness(actor, None).await?.atrasados,
            branches: self.branches().len(),
            days: gaps.max_horas / 24,
            schedules,
            at: now,
            at_local: gaps.generado_en_local,
        })
    }

    /// Since when the POS does not respond, on the clock of the schedules, and whether anything has come due that it should have
    /// brought since. It is not asked, so that a page does not wait for it.
    async fn outage(&self, now: Timestamp) -> Result<(Option<DateTime>, bool), UseCaseError> {
        let silent = self.live_looks.known().most_silent_since();
        let Some(since) = self.pos_outage.since(now, silent) else { return Ok((None, false)) };
        let calendars = Calendars::known(self, None).await?;
        let is_due = self.branches.all().iter().any(|branch| {
            let unknown = Interval::new(half_hour_floor(since, &branch.zone), now);
            unknown.is_some_and(|unknown| !calendars.of(branch).expected(unknown, &branch.zone).is_empty())
        });
        Ok((Some(self.settings.schedules.zone.to_datetime(since)), is_due))
    }

    fn scheduler_state(&self, schedules: &[ScheduleStatus], now: Timestamp) -> SchedulerState {
        if !self.settings.scheduler {
            return SchedulerState::Off;
        }
        let nap = SignedDuration::try_from(self.settings.nap_max).unwrap_or(SignedDuration::MAX);
        let latest_due = now.checked_sub(nap.saturating_add(FIRING_ALLOWANCE)).unwrap_or(Timestamp::MIN);
        // A schedule that has never fired belongs to a new database.
        let overdue = schedules.iter().zip(&self.schedules).filter_map(|(status, schedule)| {
            let last = status.ultima_ejecucion?;
            // What fell due while no process was there is a gap of its own, and says nothing of this one.
            let due = schedule.next_after(last.max(self.started_at))?;
            (due < latest_due).then_some(last)
        });
        match overdue.min() {
            Some(last) => SchedulerState::Overdue { since: self.settings.schedules.zone.to_datetime(last) },
            None => SchedulerState::Firing,
        }
    }
}

/// By store, the worst first.
fn needs<'gap>(branches: &BranchRegistry, gaps: impl Iterator<Item = &'gap GapView>) -> Vec<BranchInNeed> {
    let local = |gap: &GapView| branches.find(&gap.ubicacion_id).map(|branch| branch.zone.to_datetime(gap.inicio));
    let mut by_branch: BTreeMap<&BranchId, BranchInNeed> = BTreeMap::new();
    for gap in gaps {
        let value = gap.valor.as_ref().map(|value| value.usd).unwrap_or_default();
        let need = by_branch.entry(&gap.ubicacion_id).or_insert_with(|| BranchInNeed {
            branch: gap.ubicacion_id.clone(),
            name: gap.ubicacion_nombre.clone(),
            windows: 0,
            value_usd: Decimal::ZERO,
            since: local(gap).unwrap_or(gap.detectado_en_local),
            since_instant: gap.inicio,
        });
        need.windows += u64::from(gap.ventanas);
        need.value_usd += value;
        if gap.inicio < need.since_instant {
            (need.since, need.since_instant) = (local(gap).unwrap_or(gap.detectado_en_local), gap.inicio);
        }
    }
    let mut needs: Vec<BranchInNeed> = by_branch.into_values().collect();
    needs.sort_by_key(|need| (Reverse(need.value_usd), need.since_instant));
    needs
}
