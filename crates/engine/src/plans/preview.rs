//! What a plan would do and cost, from what past weeks tell.

use std::collections::HashMap;
use std::sync::Arc;

use domain::plan::{BranchHistory, BranchLoad, Concurrency, Plan, PlanEstimate, Slot, SlotLines, estimate};
use domain::read_model::{PlanBranch, PlanPreview};
use domain::window::{day_interval, half_hours};
use domain::{Branch, BranchId, Calendar, Interval, IntervalSet};
use jiff::{SignedDuration, Timestamp};
use texts::Language;

use super::seal::Sealed;
use super::view::stretches;
use crate::UseCaseError;
use crate::calendars::Calendars;
use crate::engine::Engine;

/// Shows a plan. Refused where its windows would wait for ever.
pub(crate) async fn preview(engine: &Engine, sealed: &Sealed) -> Result<PlanPreview, UseCaseError> {
    let plan = &sealed.plan;
    let now = engine.clock.now();
    let history = if plan.windows().is_empty() { HashMap::new() } else { history(engine, plan, now).await? };
    let concurrency =
        Concurrency { overall: engine.settings.plans.workers, per_branch: engine.settings.workers_per_branch };
    let cost = estimate(plan, &history, concurrency, &engine.settings.plans.pace);
    let calendars = Calendars::known(engine, None).await?;
    let mut tiendas = Vec::with_capacity(cost.branches.len());
    for load in &cost.branches {
        if let Some(branch) = engine.branches.find(&load.branch) {
            tiendas.push(branch_view(plan, &branch, calendars.of(&branch), load, now)?);
        }
    }
    let windows = u32::try_from(plan.windows().len()).unwrap_or(u32::MAX);
    Ok(PlanPreview {
        hash: plan.hash().clone(),
        etl_tipo: plan.kind(),
        repetir_cargado: plan.options().repeat_loaded,
        fuera_de_horario: plan.options().outside_hours,
        ventanas: windows,
        llamadas: windows,
        lineas_esperadas: cost.lines,
        ventanas_sin_historia: cost.windows_without_history,
        minutos: cost.seconds.map(minutes),
        ya_en_curso: u32::try_from(sealed.in_progress.len()).unwrap_or(u32::MAX),
        tiendas,
        mensaje: message(windows, sealed.in_progress.len(), &cost),
        generado_en: now,
    })
}

/// To a tenth, upwards: a plan of seconds is not one of no time.
fn minutes(seconds: f64) -> f64 {
    (seconds / 6.0).ceil() / 10.0
}

fn branch_view(
    plan: &Plan,
    branch: &Branch,
    calendar: &Calendar,
    load: &BranchLoad,
    now: Timestamp,
) -> Result<PlanBranch, UseCaseError> {
    let windows = plan.windows().iter().filter(|window| window.branch == branch.id);
    let time: IntervalSet<Timestamp> = windows.map(|window| window.interval).collect();
    let starts = if plan.options().outside_hours {
        let closed = calendar.closed_from(now, &branch.zone);
        Some(closed.ok_or_else(|| UseCaseError::NeverClosed { store: branch.name.clone() })?)
    } else {
        None
    };
    Ok(PlanBranch {
        ubicacion_id: branch.id.clone(),
        ubicacion_nombre: branch.name.clone(),
        llamadas: load.calls,
        lineas_esperadas: load.lines,
        ventanas_sin_historia: load.windows_without_history,
        segundos_pos: load.pos_seconds.map(|seconds| (seconds * 10.0).round() / 10.0),
        empieza_en: starts,
        tramos: stretches(branch, &time),
    })
}

/// What is known of the plan's branches from the days before today.
async fn history(
    engine: &Engine,
    plan: &Plan,
    now: Timestamp,
) -> Result<HashMap<BranchId, BranchHistory>, UseCaseError> {
    let zone = &engine.settings.schedules.zone;
    let today = day_interval(zone.to_datetime(now).date(), zone).map_or(now, |day| day.start());
    let weeks = SignedDuration::from_hours(24 * 7 * i64::from(engine.settings.plans.history_weeks));
    let Some(range) = today.checked_sub(weeks).ok().and_then(|since| Interval::new(since, today)) else {
        return Ok(HashMap::new());
    };
    let mut latencies = engine.warehouse.latencies(plan.kind(), range.start()).await?;
    let mut lines: HashMap<BranchId, HashMap<Slot, SlotLines>> = HashMap::new();
    let local = Interval::new(zone.to_datetime(range.start()), zone.to_datetime(range.end()));
    if let Some(local) = local {
        for (branch, slot, count) in engine.warehouse.lines_by_slot(local).await? {
            lines.entry(branch).or_default().entry(slot).or_default().lines = count;
        }
    }
    let mut covered: HashMap<BranchId, Vec<Interval<Timestamp>>> = HashMap::new();
    for (branch, interval) in engine.warehouse.coverage(plan.kind(), None, range).await? {
        covered.entry(branch).or_default().push(interval);
    }
    let history = |branch: &Arc<Branch>| {
        let mut lines = lines.remove(&branch.id).unwrap_or_default();
        let covered: IntervalSet<Timestamp> = covered.remove(&branch.id).unwrap_or_default().into_iter().collect();
        let within = covered.intersection(&[range].into_iter().collect());
        for half_hour in within.intervals().iter().flat_map(|part| half_hours(*part, &branch.zone)) {
            lines.entry(Slot::of(half_hour.start(), &branch.zone)).or_default().covered += 1;
        }
        (
            branch.id.clone(),
            BranchHistory { zone: (*branch.zone).clone(), lines, latency: latencies.remove(&branch.id) },
        )
    };
    Ok(engine.branches.all().iter().map(history).collect())
}

/// For people.
fn message(windows: u32, in_progress: usize, cost: &PlanEstimate) -> String {
    let texts = Language::Es.answer();
    let rest = if in_progress == 0 { "" } else { texts.rest_in_progress() };
    if windows == 0 {
        return if in_progress == 0 { texts.nothing_missing().to_owned() } else { rest.trim().to_owned() };
    }
    let windows = if windows == 1 { texts.call().to_owned() } else { texts.calls(windows) };
    let lines = cost.lines.map_or_else(|| texts.no_history().to_owned(), |lines| texts.lines(lines));
    let seconds = cost.seconds.map(minutes);
    let time = seconds.map_or_else(|| texts.no_measurements().to_owned(), |count| texts.minutes(count));
    format!("{windows}, {lines}, {time}.{rest}")
}
