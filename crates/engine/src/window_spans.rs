//! Stretches of windows as lists show them: each within a local day, with how many half hours it has.

use domain::read_model::WindowSpan;
use domain::window::{LocalPeriod, day_spans};
use domain::{Branch, BranchClock, EtlKind, Interval, IntervalSet};
use jiff::Timestamp;

/// The stretches of a set, cut at the midnights of a clock: the branch's own, or the one that it would have.
pub(crate) fn window_spans(
    kind: EtlKind,
    branch: &Branch,
    clock: &BranchClock,
    set: &IntervalSet<Timestamp>,
) -> impl Iterator<Item = WindowSpan> {
    let span = move |(interval, ventanas): (Interval<Timestamp>, u32)| {
        let period = LocalPeriod::of(interval, clock);
        WindowSpan {
            etl_tipo: kind,
            ubicacion_id: branch.id.clone(),
            ubicacion_nombre: branch.name.clone(),
            inicio: interval.start(),
            fin: interval.end(),
            fecha: period.date_from,
            hora_desde: period.from_text(),
            hora_hasta: period.to_text(),
            ventanas,
        }
    };
    day_spans(set, clock).into_iter().map(span)
}
