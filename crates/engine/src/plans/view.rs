//! Plans as they are shown.

use std::cmp::Reverse;
use std::collections::HashMap;

use domain::plan::{PlanScope, held_time};
use domain::read_model::{PlanBranchWindows, PlanDecision, PlanStretch, PlanView};
use domain::window::{LocalPeriod, day_interval, half_hours, local_dates};
use domain::{Branch, BranchId, Interval, IntervalSet};
use jiff::{SignedDuration, Timestamp};
use warehouse::{PlanCounts, PlanRecord, RecordedDecision};

use crate::branches::BranchRegistry;

/// A plan as it is shown.
pub(crate) fn view(plan: PlanRecord) -> PlanView {
    PlanView {
        lote_id: plan.started_at.map(|_| plan.id),
        hash: plan.hash,
        estado: plan.state,
        etl_tipo: plan.kind,
        repetir_cargado: plan.options.repeat_loaded,
        fuera_de_horario: plan.options.outside_hours,
        automatico: plan.automatic,
        ventanas: plan.windows,
        en_cola: plan.counts.queued,
        en_proceso: plan.counts.running,
        exitosas: plan.counts.succeeded,
        fallidas: plan.counts.failed,
        canceladas: plan.counts.cancelled,
        lineas: plan.counts.loaded,
        motivo: plan.reason,
        causa: plan.cause,
        propuesto_en: plan.proposed_at,
        iniciado_en: plan.started_at,
        iniciado_por: plan.started_by,
        terminado_en: plan.ended_at,
    }
}

pub(crate) fn decision_view(decision: RecordedDecision) -> PlanDecision {
    PlanDecision {
        accion: decision.action,
        actor: decision.actor,
        origen: decision.origin,
        motivo: decision.reason,
        causa: decision.cause,
        en: decision.at,
    }
}

/// The windows of a plan by store, those that touch as one stretch: first the stores with failures, then those that are not
/// done, then the others.
pub(crate) fn windows_view(
    branches: &BranchRegistry,
    scope: &PlanScope,
    counts: &HashMap<BranchId, PlanCounts>,
) -> Vec<PlanBranchWindows> {
    let view = |id: &BranchId| {
        let branch = branches.find(id);
        let PlanCounts { queued, running, succeeded, failed, cancelled, .. } =
            counts.get(id).copied().unwrap_or_default();
        PlanBranchWindows {
            ubicacion_id: id.clone(),
            ubicacion_nombre: branch.as_ref().map(|branch| branch.name.clone()),
            en_cola: queued,
            en_proceso: running,
            exitosas: succeeded,
            fallidas: failed,
            canceladas: cancelled,
            tramos: branch.as_ref().map(|branch| stretches(branch, &scope.of_branch(id))).unwrap_or_default(),
        }
    };
    let mut stores: Vec<PlanBranchWindows> = scope.branches().into_iter().map(view).collect();
    stores.sort_by_key(|store| Reverse((store.fallidas, store.en_cola + store.en_proceso, store.canceladas)));
    stores
}

/// For how long a plan has run; None before it is started. While it is held, no window of it starts.
pub(crate) fn time_run(plan: &PlanRecord, decisions: &[RecordedDecision], now: Timestamp) -> Option<SignedDuration> {
    let until = plan.ended_at.unwrap_or(now);
    let held = held_time(decisions.iter().map(|decision| (decision.action, decision.at)), until);
    plan.started_at.map(|start| (until.duration_since(start) - held).max(SignedDuration::ZERO))
}

/// Half hours in a row, each stretch on one local day.
pub(crate) fn stretches(branch: &Branch, time: &IntervalSet<Timestamp>) -> Vec<PlanStretch> {
    let zone = &branch.zone;
    let on_a_day = |part: &Interval<Timestamp>| -> Vec<Interval<Timestamp>> {
        let days = local_dates(*part, zone).into_iter().filter_map(|date| day_interval(date, zone));
        days.filter_map(|day| day.intersection(part)).collect()
    };
    time.intervals().iter().flat_map(on_a_day).map(|part| stretch(branch, part)).collect()
}

fn stretch(branch: &Branch, part: Interval<Timestamp>) -> PlanStretch {
    let period = LocalPeriod::of(part, &branch.zone);
    PlanStretch {
        fecha: period.date_from,
        hora_desde: period.from_text(),
        hora_hasta: period.to_text(),
        inicio: part.start(),
        fin: part.end(),
        ventanas: u32::try_from(half_hours(part, &branch.zone).len()).unwrap_or(u32::MAX),
    }
}
