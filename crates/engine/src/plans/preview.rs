//! What a plan would do and cost, from past weeks.

use std::collections::HashMap;
use std::sync::Arc;

use domain::plan::{BranchHistory, BranchLoad, Concurrency, Latency, Plan, PlanEstimate, Slot, SlotLines, estimate};
use domain::read_model::{PlanBranch, PlanPreview};
use domain::window::{day_interval, half_hours};
use domain::{Branch, BranchId, Calendar, EtlKind, Interval, IntervalSet};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use texts::Language;
use warehouse::{CalendarRow, Warehouse, WarehouseError};

use super::seal::Sealed;
use super::view::stretches;
use crate::UseCaseError;
use crate::calendars::Calendars;
use crate::gaps::EvidenceReader;

/// Where past weeks and calendars are read from; memory in tests.
pub(crate) trait PreviewStore: Sync {
    /// What is known of a range; local times of its ends are those of the zone.
    fn history(
        &self,
        kind: EtlKind,
        range: Interval<Timestamp>,
        zone: &TimeZone,
    ) -> impl Future<Output = Result<HistoryRows, WarehouseError>> + Send;

    /// What people and klk.toml changed in the calendars, in the order in which it was registered.
    fn changes(&self) -> impl Future<Output = Result<Vec<CalendarRow>, WarehouseError>> + Send;
}

impl PreviewStore for Warehouse {
    async fn history(
        &self,
        kind: EtlKind,
        range: Interval<Timestamp>,
        zone: &TimeZone,
    ) -> Result<HistoryRows, WarehouseError> {
        let local = Interval::new(zone.to_datetime(range.start()), zone.to_datetime(range.end()));
        Ok(HistoryRows {
            latencies: self.latencies(kind, range.start()).await?,
            lines: match local {
                Some(local) => self.lines_by_slot(local).await?,
                None => Vec::new(),
            },
            covered: self.coverage(kind, None, range).await?,
        })
    }

    async fn changes(&self) -> Result<Vec<CalendarRow>, WarehouseError> {
        self.calendar_changes(None).await
    }
}

/// Shows a plan. Refused where its windows would wait for ever.
pub(crate) async fn preview<S: PreviewStore>(
    reader: &EvidenceReader<'_, S>,
    sealed: &Sealed,
) -> Result<PlanPreview, UseCaseError> {
    let (plan, settings, now) = (&sealed.plan, reader.settings, reader.now);
    let history = if plan.windows().is_empty() { HashMap::new() } else { history(reader, plan).await? };
    let concurrency = Concurrency { overall: settings.plans.workers, per_branch: settings.workers_per_branch };
    let cost = estimate(plan, &history, concurrency, &settings.plans.pace);
    let calendars = Calendars::after(reader.branches, &reader.store.changes().await?);
    let mut tiendas = Vec::with_capacity(cost.branches.len());
    for load in &cost.branches {
        if let Some(branch) = reader.branches.find(&load.branch) {
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
async fn history<S: PreviewStore>(
    reader: &EvidenceReader<'_, S>,
    plan: &Plan,
) -> Result<HashMap<BranchId, BranchHistory>, UseCaseError> {
    let (zone, weeks) = (&reader.settings.schedules.zone, reader.settings.plans.history_weeks);
    let Some(range) = weeks_before(reader.now, weeks, zone) else { return Ok(HashMap::new()) };
    let rows = reader.store.history(plan.kind(), range, zone).await?;
    Ok(rows.by_branch(range, &reader.branches.all()))
}

/// Whole weeks up to the last midnight; None where there are none.
fn weeks_before(now: Timestamp, weeks: u32, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let today = day_interval(zone.to_datetime(now).date(), zone).map_or(now, |day| day.start());
    let since = today.checked_sub(SignedDuration::from_hours(24 * 7 * i64::from(weeks))).ok()?;
    Interval::new(since, today)
}

/// What the database knows of past weeks.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistoryRows {
    latencies: HashMap<BranchId, Latency>,
    /// Lines of each half hour of the week, summed up over all of them.
    lines: Vec<(BranchId, Slot, u64)>,
    covered: Vec<(BranchId, Interval<Timestamp>)>,
}

impl HistoryRows {
    /// Only half hours that are covered whole and lie in the range are counted.
    fn by_branch(mut self, range: Interval<Timestamp>, branches: &[Arc<Branch>]) -> HashMap<BranchId, BranchHistory> {
        let mut lines: HashMap<BranchId, HashMap<Slot, SlotLines>> = HashMap::new();
        for (branch, slot, count) in self.lines {
            lines.entry(branch).or_default().entry(slot).or_default().lines = count;
        }
        let mut covered: HashMap<BranchId, Vec<Interval<Timestamp>>> = HashMap::new();
        for (branch, interval) in self.covered {
            covered.entry(branch).or_default().push(interval);
        }
        let history = |branch: &Arc<Branch>| {
            let mut lines = lines.remove(&branch.id).unwrap_or_default();
            let covered: IntervalSet<Timestamp> = covered.remove(&branch.id).unwrap_or_default().into_iter().collect();
            let within = covered.intersection(&[range].into_iter().collect());
            for half_hour in within.intervals().iter().flat_map(|part| half_hours(*part, &branch.zone)) {
                lines.entry(Slot::of(half_hour.start(), &branch.zone)).or_default().covered += 1;
            }
            let latency = self.latencies.remove(&branch.id);
            (branch.id.clone(), BranchHistory { zone: (*branch.zone).clone(), lines, latency })
        };
        branches.iter().map(history).collect()
    }
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

#[cfg(test)]
mod tests {
    use domain::calendar::CalendarRules;
    use std::sync::Mutex;

    use domain::Window;
    use domain::plan::PlanOptions;
    use rstest::rstest;

    use super::*;
    use crate::branches::BranchRegistry;
    use crate::settings::EngineSettings;
    use crate::testing::{branch, half_hours_from};

    const UTC: TimeZone = TimeZone::UTC;

    /// A plan of the first half hours of store `a`.
    fn plan(windows: i32, outside_hours: bool) -> Plan {
        let window =
            |number| Window { branch: BranchId::new("a"), kind: EtlKind::Sales, interval: half_hours_from(number, 1) };
        let options = PlanOptions { outside_hours, ..PlanOptions::default() };
        Plan::seal(EtlKind::Sales, options, (0..windows).map(window))
    }

    /// A database without changes of calendars, which keeps the ranges whose history was read.
    #[derive(Default)]
    struct PastWeeks {
        rows: HistoryRows,
        read: Mutex<Vec<Interval<Timestamp>>>,
    }

    impl PreviewStore for PastWeeks {
        async fn history(
            &self,
            _kind: EtlKind,
            range: Interval<Timestamp>,
            _zone: &TimeZone,
        ) -> Result<HistoryRows, WarehouseError> {
            self.read.lock().unwrap().push(range);
            Ok(self.rows.clone())
        }

        async fn changes(&self) -> Result<Vec<CalendarRow>, WarehouseError> {
            Ok(Vec::new())
        }
    }

    /// The preview of a plan of store `a`, an hour into the third week.
    async fn preview_of(store: &PastWeeks, plan: Plan) -> PlanPreview {
        let (branches, settings) = (BranchRegistry::new(vec![branch("a")]), EngineSettings::default());
        let now = half_hours_from(674, 1).start();
        let reader = EvidenceReader { store, branches: &branches, settings: &settings, now };
        preview(&reader, &Sealed { plan, in_progress: Vec::new() }).await.unwrap()
    }

    #[tokio::test]
    async fn a_plan_is_shown_with_the_windows_of_each_store() {
        let store = PastWeeks::default();
        let shown = preview_of(&store, plan(2, false)).await;
        assert_eq!((shown.ventanas, shown.ventanas_sin_historia), (2, 2));
        let stores: Vec<_> = shown.tiendas.iter().map(|store| (store.ubicacion_id.as_str(), store.llamadas)).collect();
        assert_eq!(stores, [("a", 2)]);
        assert_eq!(store.read.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn no_history_is_read_for_a_plan_of_nothing() {
        let store = PastWeeks::default();
        let shown = preview_of(&store, plan(0, false)).await;
        assert_eq!((shown.ventanas, shown.tiendas.len()), (0, 0));
        assert!(store.read.lock().unwrap().is_empty());
    }

    #[test]
    fn weeks_end_with_the_last_midnight_of_the_chain() {
        let now = "2025-06-10T02:10:00Z".parse().unwrap();
        let caracas = TimeZone::fixed(jiff::tz::offset(-4));
        let weeks = weeks_before(now, 2, &caracas).unwrap();
        assert_eq!(
            (weeks.start().to_string(), weeks.end().to_string()),
            ("2025-05-26T04:00:00Z".to_owned(), "2025-06-09T04:00:00Z".to_owned())
        );
        assert!(weeks_before(now, 0, &caracas).is_none());
    }

    #[test]
    fn a_half_hour_of_the_week_has_the_lines_of_those_that_are_covered_whole() {
        let (a, b) = (BranchId::new("a"), BranchId::new("b"));
        let (first, second) =
            (Slot::of(half_hours_from(0, 1).start(), &UTC), Slot::of(half_hours_from(1, 1).start(), &UTC));
        let latency = Latency { pos_seconds: 1.0, run_seconds: 2.0 };
        let rows = HistoryRows {
            latencies: [(a.clone(), latency)].into(),
            lines: vec![(a.clone(), first, 30)],
            // A week is 336 half hours; what lies before the range does not count.
            covered: vec![(a.clone(), half_hours_from(-2, 4)), (a.clone(), half_hours_from(336, 1))],
        };
        let histories = rows.by_branch(half_hours_from(0, 700), &[Arc::new(branch("a")), Arc::new(branch("b"))]);
        let of_a = &histories[&a];
        assert_eq!((of_a.lines[&first], of_a.latency), (SlotLines { covered: 2, lines: 30 }, Some(latency)));
        assert_eq!(of_a.lines[&second], SlotLines { covered: 1, lines: 0 });
        assert_eq!((histories[&b].lines.len(), histories[&b].latency), (0, None));
    }

    #[rstest]
    #[case::while_it_is_open("00:00-02:00", 1, Some(4))]
    #[case::while_it_is_closed("00:00-02:00", 5, Some(5))]
    #[case::that_never_closes("00:00-24:00", 1, None)]
    fn windows_outside_of_trading_hours_begin_once_the_store_closes(
        #[case] hours: &str,
        #[case] now: i32,
        #[case] begins: Option<i32>,
    ) {
        let load = BranchLoad {
            branch: BranchId::new("a"),
            calls: 2,
            lines: None,
            windows_without_history: 2,
            pos_seconds: Some(1.26),
        };
        let calendar = Calendar::of(CalendarRules::every_day(hours.parse().unwrap()));
        let at = |number| half_hours_from(number, 1).start();
        let view = |plan: &Plan| branch_view(plan, &branch("a"), &calendar, &load, at(now));
        match begins {
            Some(begins) => assert_eq!(view(&plan(2, true)).unwrap().empieza_en, Some(at(begins))),
            None => assert!(matches!(view(&plan(2, true)), Err(UseCaseError::NeverClosed { store }) if store == "a")),
        }
        let at_any_time = view(&plan(2, false)).unwrap();
        assert_eq!((at_any_time.empieza_en, at_any_time.segundos_pos), (None, Some(1.3)));
        assert_eq!(at_any_time.tramos.iter().map(|stretch| stretch.ventanas).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn minutes_are_rounded_up_to_a_tenth() {
        assert_eq!((minutes(0.0), minutes(1.0), minutes(6.0), minutes(61.0)), (0.0, 0.1, 0.1, 1.1));
    }
}
