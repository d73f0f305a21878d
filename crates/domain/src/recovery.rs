//! What a recovery runs: only what is missing, half hour by half hour.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::gap::GapEvidence;
use crate::window::half_hours;
use crate::{BranchId, EtlKind, Interval, IntervalSet, Window};

/// The windows to run for the part of a range that is missing or not proven, in order of time, without those that are in progress already.
pub fn windows_to_recover(
    branch: &BranchId,
    kind: EtlKind,
    range: Interval<Timestamp>,
    evidence: &GapEvidence,
    zone: &TimeZone,
) -> Vec<Window> {
    let in_progress: IntervalSet<Timestamp> =
        evidence.attempts.iter().filter(|attempt| !attempt.state.is_final()).map(|attempt| attempt.interval).collect();
    let asked: IntervalSet<Timestamp> = [range].into_iter().collect();
    evidence
        .to_recover()
        .intersection(&asked)
        .intervals()
        .iter()
        .flat_map(|part| half_hours(*part, zone))
        .filter(|window| !in_progress.overlaps(window))
        .map(|interval| Window { branch: branch.clone(), kind, interval })
        .collect()
}
