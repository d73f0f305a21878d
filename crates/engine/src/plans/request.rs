//! What somebody asks for, as instants.

use std::collections::HashSet;
use std::sync::Arc;

use domain::filter::{InvalidParameter, Requirement};
use domain::plan::{PlanScope, ScopePart};
use domain::read_model::{PlanPeriod, PlanRequest};
use domain::window::half_hour_floor;
use domain::{Branch, BranchId, Interval};
use jiff::{SignedDuration, Timestamp};

use crate::branches::BranchRegistry;
use crate::period::{DayLimits, check_days, date, end_time, period, start_time};
use crate::settings::EngineSettings;
use crate::{Actor, UseCaseError};

/// What one request may ask for, at the moment at which it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLimits {
    /// What has not ended by then is left out.
    pub(crate) now: Timestamp,
    pub(crate) days: DayLimits,
    pub(crate) periods_max: usize,
}

impl RequestLimits {
    pub(crate) fn of(settings: &EngineSettings, now: Timestamp) -> Self {
        let days = DayLimits::of(settings, now, settings.recovery_days_max);
        Self { now, days, periods_max: settings.plans.periods_max }
    }
}

/// The time that a request for a recovery is about.
pub(crate) fn scope_of(
    branches: &BranchRegistry,
    actor: &Actor,
    request: &PlanRequest,
    limits: RequestLimits,
) -> Result<PlanScope, UseCaseError> {
    if !request.etl_tipo.is_recoverable() {
        return Err(UseCaseError::Unrecoverable);
    }
    scope_of_any_kind(branches, actor, request, limits)
}

/// The time that a request is about, of each of its stores, as far as it has passed. Who names no store means all that are
/// theirs.
pub(crate) fn scope_of_any_kind(
    branches: &BranchRegistry,
    actor: &Actor,
    request: &PlanRequest,
    limits: RequestLimits,
) -> Result<PlanScope, UseCaseError> {
    if request.periodos.is_empty() && request.ultimos_dias.is_none() {
        return Err(InvalidParameter { name: "periodos", requirement: Requirement::SomePeriod }.into());
    }
    check_counts(request, branches.all().len(), limits.periods_max)?;
    let chosen = branches_of(branches, actor, request)?;
    let mut parts = Vec::new();
    if let Some(days) = request.ultimos_dias {
        let range = last_days(days, limits.days.days_max, limits.now)?;
        parts.extend(chosen.iter().filter_map(|branch| elapsed_part(branch, range, limits.now)));
    }
    for asked in &request.periodos {
        let of = match &asked.ubicacion_id {
            Some(id) => vec![named(branches, actor, id)?],
            None => chosen.clone(),
        };
        for branch in of {
            parts.extend(elapsed_part(&branch, local_period(&branch, asked, limits.days)?, limits.now));
        }
    }
    if parts.is_empty() { Err(UseCaseError::NothingToExtract) } else { Ok(PlanScope { parts }) }
}

/// Checked first: the work grows with stores times periods.
fn check_counts(request: &PlanRequest, stores_max: usize, periods_max: usize) -> Result<(), InvalidParameter> {
    let (stores, periods) = (request.ubicaciones.len(), request.periodos.len());
    let different: HashSet<&BranchId> = request.ubicaciones.iter().collect();
    if stores > stores_max || different.len() < stores {
        let requirement = Requirement::StoresAtMost { most: stores_max, given: stores };
        return Err(InvalidParameter { name: "ubicaciones", requirement });
    }
    if periods > periods_max {
        let requirement = Requirement::PeriodsAtMost { most: periods_max, given: periods };
        return Err(InvalidParameter { name: "periodos", requirement });
    }
    Ok(())
}

fn branches_of(
    branches: &BranchRegistry,
    actor: &Actor,
    request: &PlanRequest,
) -> Result<Vec<Arc<Branch>>, UseCaseError> {
    if request.ubicaciones.is_empty() {
        return Ok(branches.all().iter().filter(|branch| actor.has(&branch.id)).cloned().collect());
    }
    request.ubicaciones.iter().map(|id| named(branches, actor, id)).collect()
}

/// A store that a request names, which has to be one of the asker's.
fn named(branches: &BranchRegistry, actor: &Actor, id: &BranchId) -> Result<Arc<Branch>, UseCaseError> {
    let branch = branches.require(id)?;
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
    branch: &Branch,
    asked: &PlanPeriod,
    limits: DayLimits,
) -> Result<Interval<Timestamp>, InvalidParameter> {
    let from = date("fecha_desde", &asked.fecha_desde)?;
    let to = asked.fecha_hasta.as_deref().map_or(Ok(from), |text| date("fecha_hasta", text))?;
    check_days(from, to, limits)?;
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

#[cfg(test)]
mod tests {
    use domain::EtlKind;
    use domain::access::{Role, StoreScope};
    use jiff::civil::date as day;
    use jiff::tz::TimeZone;
    use rstest::rstest;

    use super::*;
    use crate::testing::branch;

    /// Store `a` is in Caracas, `b` in Madrid, where the clock is set back at three on the 26th.
    fn stores() -> BranchRegistry {
        let on_clock = |id, zone| Branch { zone: TimeZone::get(zone).unwrap().into(), ..branch(id) };
        BranchRegistry::new(vec![on_clock("a", "America/Caracas"), on_clock("b", "Europe/Madrid")])
    }

    /// At most 31 days, of the 100 before the 27th of October of 2025, and three periods.
    fn limits() -> RequestLimits {
        let days = DayLimits { first: day(2025, 7, 19), days_max: 31 };
        RequestLimits { now: "2025-10-27T16:10:00Z".parse().unwrap(), days, periods_max: 3 }
    }

    fn everybodys() -> Actor {
        Actor::operator("ana")
    }

    fn request() -> PlanRequest {
        PlanRequest {
            etl_tipo: EtlKind::Sales,
            ubicaciones: Vec::new(),
            periodos: Vec::new(),
            ultimos_dias: None,
            repetir_cargado: false,
            fuera_de_horario: false,
            solo_pendientes: false,
        }
    }

    fn stores_named(ids: &[&str]) -> Vec<BranchId> {
        ids.iter().map(|id| BranchId::new(*id)).collect()
    }

    fn period_of(store: Option<&str>, from: (&str, Option<&str>), to: (Option<&str>, Option<&str>)) -> PlanPeriod {
        PlanPeriod {
            ubicacion_id: store.map(BranchId::new),
            fecha_desde: from.0.to_owned(),
            hora_desde: from.1.map(str::to_owned),
            fecha_hasta: to.0.map(str::to_owned),
            hora_hasta: to.1.map(str::to_owned),
        }
    }

    fn days(store: Option<&str>, first: &str, last: &str) -> PlanPeriod {
        period_of(store, (first, None), (Some(last), None))
    }

    fn resolved(actor: &Actor, request: &PlanRequest) -> Result<Vec<String>, UseCaseError> {
        let text = |part: ScopePart| format!("{} {} {}", part.ubicacion_id, part.desde, part.hasta);
        Ok(scope_of(&stores(), actor, request, limits())?.parts.into_iter().map(text).collect())
    }

    /// The name of the parameter that is refused, and why.
    fn refused(request: &PlanRequest) -> (&'static str, Requirement) {
        match resolved(&everybodys(), request) {
            Err(UseCaseError::InvalidParameter(invalid)) => (invalid.name, invalid.requirement),
            other => panic!("not refused for a parameter: {other:?}"),
        }
    }

    #[rstest]
    #[case::a_day(days(Some("a"), "2025-10-20", "2025-10-20"), "a 2025-10-20T04:00:00Z 2025-10-21T04:00:00Z")]
    #[case::the_day_of_its_start(
        period_of(Some("a"), ("2025-10-20", Some("22:30")), (None, None)),
        "a 2025-10-21T02:30:00Z 2025-10-21T04:00:00Z"
    )]
    #[case::half_hours(
        period_of(Some("a"), ("2025-10-20", Some("09:30")), (Some("2025-10-20"), Some("11:00"))),
        "a 2025-10-20T13:30:00Z 2025-10-20T15:00:00Z"
    )]
    #[case::over_midnight(
        period_of(Some("a"), ("2025-10-20", Some("23:30")), (Some("2025-10-21"), Some("00:30"))),
        "a 2025-10-21T03:30:00Z 2025-10-21T04:30:00Z"
    )]
    #[case::up_to_the_end_of_the_day(
        period_of(Some("a"), ("2025-10-20", Some("23:00")), (Some("2025-10-20"), Some("24:00"))),
        "a 2025-10-21T03:00:00Z 2025-10-21T04:00:00Z"
    )]
    #[case::a_day_of_25_hours(
        days(Some("b"), "2025-10-26", "2025-10-26"),
        "b 2025-10-25T22:00:00Z 2025-10-26T23:00:00Z"
    )]
    #[case::an_hour_that_comes_twice(
        period_of(Some("b"), ("2025-10-26", Some("02:00")), (Some("2025-10-26"), Some("03:00"))),
        "b 2025-10-26T00:00:00Z 2025-10-26T02:00:00Z"
    )]
    #[case::today_up_to_the_last_half_hour_that_ended(
        days(Some("a"), "2025-10-27", "2025-10-27"),
        "a 2025-10-27T04:00:00Z 2025-10-27T16:00:00Z"
    )]
    fn a_period_is_meant_on_the_clock_of_its_store(#[case] period: PlanPeriod, #[case] expected: &str) {
        assert_eq!(resolved(&everybodys(), &PlanRequest { periodos: vec![period], ..request() }).unwrap(), [expected]);
    }

    #[test]
    fn a_period_without_a_store_is_of_each_on_its_own_clock() {
        let asked = PlanRequest { periodos: vec![days(None, "2025-10-20", "2025-10-20")], ..request() };
        let of_both = ["a 2025-10-20T04:00:00Z 2025-10-21T04:00:00Z", "b 2025-10-19T22:00:00Z 2025-10-20T22:00:00Z"];
        assert_eq!(resolved(&everybodys(), &asked).unwrap(), of_both);
        let of_one = PlanRequest { ubicaciones: stores_named(&["b"]), ..asked };
        assert_eq!(resolved(&everybodys(), &of_one).unwrap(), of_both[1..]);
    }

    #[test]
    fn the_last_days_begin_and_end_with_whole_half_hours() {
        let asked = PlanRequest { ultimos_dias: Some(2), ubicaciones: stores_named(&["a"]), ..request() };
        assert_eq!(resolved(&everybodys(), &asked).unwrap(), ["a 2025-10-25T16:30:00Z 2025-10-27T16:00:00Z"]);
    }

    #[test]
    fn who_has_some_stores_means_those_and_may_name_no_other() {
        let stores = StoreScope::Only(["b"].map(BranchId::new).into());
        let of_b = Actor { stores, ..everybodys() };
        let asked = PlanRequest { ultimos_dias: Some(1), ..request() };
        assert_eq!(resolved(&of_b, &asked).unwrap(), ["b 2025-10-26T16:30:00Z 2025-10-27T16:00:00Z"]);
        let in_list = PlanRequest { ubicaciones: stores_named(&["a", "b"]), ..asked.clone() };
        let in_period = PlanRequest { periodos: vec![days(Some("a"), "2025-10-20", "2025-10-20")], ..asked };
        for named in [in_list, in_period] {
            let refusal = resolved(&of_b, &named).unwrap_err();
            assert!(matches!(&refusal, UseCaseError::NotYourStore { store } if store == "a"), "{refusal:?}");
            let reader = Actor { role: Some(Role::Reader), ..of_b.clone() };
            assert!(matches!(resolved(&reader, &named), Err(UseCaseError::Forbidden { needed: Role::Operator })));
        }
    }

    #[test]
    fn a_store_that_is_not_watched_is_refused_with_those_that_are() {
        let in_list = PlanRequest { ubicaciones: stores_named(&["c"]), ultimos_dias: Some(1), ..request() };
        let in_period = PlanRequest { periodos: vec![days(Some("c"), "2025-10-20", "2025-10-20")], ..request() };
        for asked in [in_list, in_period] {
            let refusal = resolved(&everybodys(), &asked).unwrap_err();
            let names = |given: &str, known: &str| (given, known) == ("c", "a, b");
            assert!(
                matches!(&refusal, UseCaseError::UnknownBranch { given, known } if names(given, known)),
                "{refusal:?}"
            );
        }
    }

    #[test]
    fn stock_of_the_past_can_be_justified_and_not_be_recovered() {
        let asked = PlanRequest { etl_tipo: EtlKind::Inventory, ultimos_dias: Some(1), ..request() };
        assert!(matches!(resolved(&everybodys(), &asked), Err(UseCaseError::Unrecoverable)));
        assert_eq!(scope_of_any_kind(&stores(), &everybodys(), &asked, limits()).unwrap().parts.len(), 2);
    }

    #[test]
    fn what_has_not_ended_is_nothing_to_extract() {
        let last_half_hour = period_of(Some("a"), ("2025-10-27", Some("12:00")), (None, Some("12:30")));
        let asked = PlanRequest { periodos: vec![last_half_hour], ..request() };
        assert!(matches!(resolved(&everybodys(), &asked), Err(UseCaseError::NothingToExtract)));
    }

    #[test]
    fn a_request_names_at_least_one_period_and_not_too_many() {
        assert_eq!(refused(&request()), ("periodos", Requirement::SomePeriod));
        let four = vec![days(None, "2025-10-20", "2025-10-20"); 4];
        let expected = Requirement::PeriodsAtMost { most: 3, given: 4 };
        assert_eq!(refused(&PlanRequest { periodos: four, ..request() }), ("periodos", expected));
    }

    #[rstest]
    #[case::more_than_there_are(&["a", "b", "c"])]
    #[case::one_twice(&["a", "a"])]
    fn each_store_is_named_once(#[case] ids: &[&str]) {
        let asked = PlanRequest { ubicaciones: stores_named(ids), ultimos_dias: Some(1), ..request() };
        let expected = Requirement::StoresAtMost { most: 2, given: ids.len() };
        assert_eq!(refused(&asked), ("ubicaciones", expected));
    }

    #[rstest]
    #[case(0)]
    #[case(32)]
    fn the_last_days_are_at_least_one_and_within_the_limit(#[case] given: u32) {
        let expected = ("ultimos_dias", Requirement::UpTo { most: 31, given });
        assert_eq!(refused(&PlanRequest { ultimos_dias: Some(given), ..request() }), expected);
    }

    #[rstest]
    #[case::no_date(
        days(None, "ayer", "2025-10-20"),
        "fecha_desde",
        Requirement::Date { given: "ayer".to_owned() }
    )]
    #[case::no_last_date(
        days(None, "2025-10-20", "2025-13-01"),
        "fecha_hasta",
        Requirement::Date { given: "2025-13-01".to_owned() }
    )]
    #[case::before_its_first_day(
        days(None, "2025-10-20", "2025-10-19"),
        "fecha_hasta",
        Requirement::NotBeforeFirstDay { first: day(2025, 10, 20), last: day(2025, 10, 19) }
    )]
    #[case::too_many_days(
        days(None, "2025-09-01", "2025-10-02"),
        "fecha_hasta",
        Requirement::DaysAtMost { days: 32, most: 31 }
    )]
    #[case::too_far_back(
        days(None, "2025-07-18", "2025-07-19"),
        "fecha_desde",
        Requirement::NotBefore { first: day(2025, 7, 19), given: day(2025, 7, 18) }
    )]
    #[case::no_time(
        period_of(None, ("2025-10-20", Some("las 9")), (None, None)),
        "hora_desde",
        Requirement::Time { given: "las 9".to_owned() }
    )]
    #[case::no_last_time(
        period_of(None, ("2025-10-20", None), (None, Some("25:00"))),
        "hora_hasta",
        Requirement::Time { given: "25:00".to_owned() }
    )]
    #[case::no_half_hour(
        period_of(None, ("2025-10-20", Some("09:15")), (None, None)),
        "hora_desde",
        Requirement::HalfHour { given: jiff::civil::time(9, 15, 0, 0) }
    )]
    #[case::no_last_half_hour(
        period_of(None, ("2025-10-20", None), (None, Some("09:45"))),
        "hora_hasta",
        Requirement::HalfHour { given: jiff::civil::time(9, 45, 0, 0) }
    )]
    #[case::an_end_at_its_start(
        period_of(None, ("2025-10-20", Some("09:00")), (None, Some("09:00"))),
        "hora_hasta",
        Requirement::AfterStart
    )]
    fn a_period_that_is_none_is_refused_by_the_name_of_what_is_wrong(
        #[case] period: PlanPeriod,
        #[case] name: &str,
        #[case] expected: Requirement,
    ) {
        assert_eq!(refused(&PlanRequest { periodos: vec![period], ..request() }), (name, expected));
    }
}
