//! What somebody asks for, as instants.

use std::collections::HashSet;
use std::sync::Arc;

use domain::filter::{InvalidParameter, Requirement};
use domain::plan::{PlanScope, ScopePart};
use domain::read_model::{PlanPeriod, PlanRequest};
use domain::window::half_hour_floor;
use domain::{Branch, BranchId, EtlKind, Interval};
use jiff::{SignedDuration, Timestamp};

use crate::engine::Engine;
use crate::period::{DayLimits, check_days, date, end_time, period, start_time};
use crate::{Actor, UseCaseError};

/// The time that a request for a recovery is about.
pub(crate) fn scope_of(engine: &Engine, actor: &Actor, request: &PlanRequest) -> Result<PlanScope, UseCaseError> {
    if request.etl_tipo == EtlKind::Inventory {
        return Err(UseCaseError::Unrecoverable);
    }
    scope_of_any_kind(engine, actor, request)
}

/// The time that a request is about, of each of its stores, as far as it has passed. Who names no store means all that are
/// theirs.
pub(crate) fn scope_of_any_kind(
    engine: &Engine,
    actor: &Actor,
    request: &PlanRequest,
) -> Result<PlanScope, UseCaseError> {
    if request.periodos.is_empty() && request.ultimos_dias.is_none() {
        return Err(InvalidParameter { name: "periodos", requirement: Requirement::SomePeriod }.into());
    }
    check_counts(engine, request)?;
    let branches = branches_of(engine, actor, request)?;
    let now = engine.clock.now();
    let mut parts = Vec::new();
    if let Some(days) = request.ultimos_dias {
        let range = last_days(days, engine.settings.recovery_days_max, now)?;
        parts.extend(branches.iter().filter_map(|branch| elapsed_part(branch, range, now)));
    }
    for asked in &request.periodos {
        let of = match &asked.ubicacion_id {
            Some(id) => vec![named(engine, actor, id)?],
            None => branches.clone(),
        };
        for branch in of {
            parts.extend(elapsed_part(&branch, local_period(engine, &branch, asked)?, now));
        }
    }
    if parts.is_empty() { Err(UseCaseError::NothingToExtract) } else { Ok(PlanScope { parts }) }
}

/// Checked first: the work grows with stores times periods.
fn check_counts(engine: &Engine, request: &PlanRequest) -> Result<(), InvalidParameter> {
    let (branches, periods) = (request.ubicaciones.len(), request.periodos.len());
    let most = engine.branches.all().len();
    let different: HashSet<&BranchId> = request.ubicaciones.iter().collect();
    if branches > most || different.len() < branches {
        let requirement = Requirement::StoresAtMost { most, given: branches };
        return Err(InvalidParameter { name: "ubicaciones", requirement });
    }
    let most = engine.settings.plans.periods_max;
    if periods > most {
        let requirement = Requirement::PeriodsAtMost { most, given: periods };
        return Err(InvalidParameter { name: "periodos", requirement });
    }
    Ok(())
}

fn branches_of(engine: &Engine, actor: &Actor, request: &PlanRequest) -> Result<Vec<Arc<Branch>>, UseCaseError> {
    if request.ubicaciones.is_empty() {
        return Ok(engine.branches.all().iter().filter(|branch| actor.has(&branch.id)).cloned().collect());
    }
    request.ubicaciones.iter().map(|id| named(engine, actor, id)).collect()
}

/// A store that a request names, which has to be one of the asker's.
fn named(engine: &Engine, actor: &Actor, id: &BranchId) -> Result<Arc<Branch>, UseCaseError> {
    let branch = engine.branches.require(id)?;
    actor.may_operate_in(&branch)?;
    Ok(branch)
}

fn last_days(days: u32, most: u32, now: Timestamp) -> Result<Interval<Timestamp>, InvalidParameter> {
    let invalid = || InvalidParameter { name: "ultimos_dias", requirement: Requirement::UpTo { most, given: days } };
    if days > most {
        return Err(invalid());
    }
    let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
    Interval::new(since, now).ok_or_else(invalid)
}

/// A period of a branch's clock as instants.
pub(crate) fn local_period(
    engine: &Engine,
    branch: &Branch,
    asked: &PlanPeriod,
) -> Result<Interval<Timestamp>, InvalidParameter> {
    let from = date("fecha_desde", &asked.fecha_desde)?;
    let to = asked.fecha_hasta.as_deref().map_or(Ok(from), |text| date("fecha_hasta", text))?;
    check_days(from, to, DayLimits::of(&engine.settings, engine.clock.now(), engine.settings.recovery_days_max))?;
    let time_from = start_time("hora_desde", asked.hora_desde.as_deref())?;
    let time_to = end_time("hora_hasta", asked.hora_hasta.as_deref())?;
    period(branch, (from, time_from), (to, time_to))
}

/// The half hours of a range that have ended; what has not is not missing, and would change the plan while it is shown.
pub(crate) fn elapsed_part(branch: &Branch, range: Interval<Timestamp>, now: Timestamp) -> Option<ScopePart> {
    let start = half_hour_floor(range.start(), &branch.zone);
    let start = if start < range.start() { start.checked_add(domain::HALF_HOUR).ok()? } else { start };
    let whole = Interval::new(start, range.end().min(half_hour_floor(now, &branch.zone)))?;
    Some(ScopePart { ubicacion_id: branch.id.clone(), desde: whole.start(), hasta: whole.end() })
}
