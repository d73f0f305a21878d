//! What another calendar changes, before it is saved: windows that stop and that begin to be expected.

use std::sync::Arc;

use domain::read_model::{CalendarPreview, WindowSpan};
use domain::window::{day_interval, day_spans};
use domain::{Branch, BranchClock, Calendar, EtlKind, Interval, IntervalSet};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use texts::{Language, calendar_change};

use crate::UseCaseError;
use crate::engine::Engine;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::window_spans::window_spans;

/// How far back a change is looked at; the longest that lists of gaps look back.
const DAYS_BACK: i64 = 366;
/// Stretches that are named as examples.
const EXAMPLES_MAX: usize = 12;

/// Another calendar for a branch, perhaps with another zone.
pub(crate) struct CalendarChange {
    pub(crate) branch: Arc<Branch>,
    pub(crate) before: Calendar,
    pub(crate) after: Calendar,
    /// On which the calendar would count.
    pub(crate) clock_after: BranchClock,
}

/// What changes of branches do to windows of the past and of the days ahead. Nothing is changed.
pub(crate) async fn preview(engine: &Engine, changes: &[CalendarChange]) -> Result<CalendarPreview, UseCaseError> {
    let today = engine.settings.schedules.zone.to_datetime(engine.clock.now()).date();
    let first = today.checked_sub(DAYS_BACK.days()).unwrap_or(today);
    let last = today.checked_add(i64::from(engine.settings.calendar_days_ahead).days()).unwrap_or(today);
    let mut preview = CalendarPreview {
        dejan_de_esperarse: 0,
        empiezan_a_esperarse: 0,
        gaps_que_desaparecen: 0,
        gaps_nuevos: 0,
        ejemplos_que_dejan: Vec::new(),
        ejemplos_que_empiezan: Vec::new(),
        mirado_desde: first,
        mirado_hasta: last,
        mensaje: String::new(),
    };
    let now = engine.clock.now();
    let mut shifts = Vec::with_capacity(changes.len());
    for change in changes {
        let shift = Shift::of(change, first, last);
        preview.dejan_de_esperarse += windows(&shift.stops, &change.branch.zone);
        preview.empiezan_a_esperarse += windows(&shift.starts, &change.clock_after);
        add_examples(&mut preview.ejemplos_que_dejan, &shift.stops, &change.branch, &change.branch.zone);
        add_examples(&mut preview.ejemplos_que_empiezan, &shift.starts, &change.branch, &change.clock_after);
        shifts.push((change, shift));
    }
    add_gaps(engine, &shifts, now, &mut preview).await?;
    preview.mensaje = calendar_change(Language::Es, preview.dejan_de_esperarse, preview.empiezan_a_esperarse);
    Ok(preview)
}

/// What a change does to the windows of a store.
struct Shift {
    stops: IntervalSet<Timestamp>,
    starts: IntervalSet<Timestamp>,
}

impl Shift {
    fn of(change: &CalendarChange, first: Date, last: Date) -> Self {
        let (was, will) = match days(&change.branch, first, last) {
            Some(range) => {
                (change.before.expected(range, &change.branch.zone), change.after.expected(range, &change.clock_after))
            }
            None => (IntervalSet::empty(), IntervalSet::empty()),
        };
        Self { stops: was.difference(&will), starts: will.difference(&was) }
    }
}

/// Gaps that go and that come: one look at the evidence of all stores, of the time up to now that changes.
async fn add_gaps(
    engine: &Engine,
    shifts: &[(&CalendarChange, Shift)],
    now: Timestamp,
    preview: &mut CalendarPreview,
) -> Result<(), UseCaseError> {
    let touched = shifts.iter().flat_map(|(_, shift)| [&shift.stops, &shift.starts]);
    let touched: Vec<Interval<Timestamp>> = touched.flat_map(|set| set.intervals().iter().copied()).collect();
    let start = touched.iter().map(Interval::start).min();
    let end = touched.iter().map(Interval::end).max().map(|end| end.min(now));
    let Some(past) = start.zip(end).and_then(|(start, end)| Interval::new(start, end)) else { return Ok(()) };
    let branches: Vec<Arc<Branch>> = shifts.iter().map(|(change, _)| Arc::clone(&change.branch)).collect();
    let request = EvidenceRequest::current(EtlKind::Sales, &branches, past, now, EvidenceScope::Everything);
    let evidence = engine.evidence(request).await?;
    let past: IntervalSet<Timestamp> = [past].into_iter().collect();
    for ((change, shift), (_, evidence)) in shifts.iter().zip(&evidence.by_branch) {
        let gone = evidence.missing().intersection(&shift.stops).difference(&evidence.changed());
        let new = shift.starts.intersection(&past).difference(&evidence.covered).difference(&evidence.waived);
        preview.gaps_que_desaparecen += windows(&gone, &change.branch.zone);
        preview.gaps_nuevos += windows(&new, &change.clock_after);
    }
    Ok(())
}

/// From the start of a day up to the end of another.
fn days(branch: &Branch, first: Date, last: Date) -> Option<Interval<Timestamp>> {
    let (first, last) = (day_interval(first, &branch.zone)?, day_interval(last, &branch.zone)?);
    Interval::new(first.start(), last.end())
}

fn windows(set: &IntervalSet<Timestamp>, clock: &BranchClock) -> u64 {
    day_spans(set, clock).iter().map(|(_, windows)| u64::from(*windows)).sum()
}

fn add_examples(examples: &mut Vec<WindowSpan>, set: &IntervalSet<Timestamp>, branch: &Branch, clock: &BranchClock) {
    let room = EXAMPLES_MAX.saturating_sub(examples.len());
    examples.extend(window_spans(EtlKind::Sales, branch, clock, set).take(room));
}
