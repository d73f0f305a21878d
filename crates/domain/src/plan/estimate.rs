//! What a plan will cost: lines, minutes, and the load on each branch, from what was measured. An estimate without
//! measurements says that there are none.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Pace, Plan};
use crate::BranchId;

/// A half hour of a local week: sales of a Saturday at noon are foretold by other Saturdays at noon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 is from 00:00 to 00:30.
    pub half_hour: u8,
}

impl Slot {
    /// The one that an instant lies in.
    pub fn of(instant: Timestamp, zone: &TimeZone) -> Self {
        let local = zone.to_datetime(instant);
        let weekday = local.date().weekday().to_monday_zero_offset().unsigned_abs();
        let half_hour = 2 * local.hour().unsigned_abs() + local.minute().unsigned_abs() / 30;
        Self { weekday, half_hour }
    }
}

/// What the same half hour of past weeks had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotLines {
    /// Half hours that were loaded whole; without one, nothing is known.
    pub covered: u32,
    /// Lines in all of them.
    pub lines: u64,
}

/// How long calls of a branch take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// The POS's share: asking and reading the answer.
    pub pos_seconds: f64,
    /// The whole run.
    pub run_seconds: f64,
}

/// What is known of a branch.
#[derive(Clone, Debug)]
pub struct BranchHistory {
    /// Its clock.
    pub zone: TimeZone,
    /// By half hour of the week.
    pub lines: HashMap<Slot, SlotLines>,
    /// None where no half hour of it has been extracted lately.
    pub latency: Option<Latency>,
}

impl BranchHistory {
    /// Lines that a half hour usually has: the mean of its weekday, or of every day where that weekday was never loaded,
    /// as the price of a gap falls back to every day (docs/adr/0020). None where the store was never loaded at that time.
    fn usual_lines(&self, slot: Slot) -> Option<f64> {
        let mean = |covered: u32, lines: u64| (covered > 0).then(|| lines as f64 / f64::from(covered));
        let same = self.lines.get(&slot).copied().unwrap_or_default();
        mean(same.covered, same.lines).or_else(|| {
            let every_day = self.lines.iter().filter(|(known, _)| known.half_hour == slot.half_hour);
            let (covered, lines) =
                every_day.fold((0, 0), |(covered, lines), (_, day)| (covered + day.covered, lines + day.lines));
            mean(covered, lines)
        })
    }
}

/// How many runs are in progress at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concurrency {
    /// Of all branches.
    pub overall: usize,
    /// Of one branch.
    pub per_branch: usize,
}

/// What a plan asks of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchLoad {
    /// Which.
    pub branch: BranchId,
    /// Calls of its POS, one a window.
    pub calls: u32,
    /// Lines that are expected of the windows that have a history; None where none has.
    pub lines: Option<u64>,
    /// Windows without a history.
    pub windows_without_history: u32,
    /// Time that its POS will be busy with them; None where it was never measured.
    pub pos_seconds: Option<f64>,
}

/// What a plan will cost.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanEstimate {
    /// By branch, in order.
    pub branches: Vec<BranchLoad>,
    /// Lines that are expected of the windows that have a history; None where none has.
    pub lines: Option<u64>,
    /// Windows without a history.
    pub windows_without_history: u32,
    /// From the first call to the end of the last, with nothing else in progress; None where no branch was ever measured.
    pub seconds: Option<f64>,
}

/// Reckons what a plan costs.
pub fn estimate(
    plan: &Plan,
    history: &HashMap<BranchId, BranchHistory>,
    concurrency: Concurrency,
    pace: &Pace,
) -> PlanEstimate {
    let mut branches: Vec<BranchLoad> = Vec::new();
    let mut by_branch: HashMap<&BranchId, Reckoning> = HashMap::new();
    for window in plan.windows() {
        by_branch.entry(&window.branch).or_default().add(window.interval.start(), history.get(&window.branch));
    }
    // A branch that was never measured is reckoned like the others.
    let usual = usual_latency(history.values().filter_map(|known| known.latency));
    let mut longest_branch = 0.0_f64;
    let mut busy = 0.0_f64;
    for (branch, reckoning) in by_branch {
        let own = history.get(branch).and_then(|known| known.latency);
        let calls = f64::from(reckoning.calls);
        if let Some(latency) = own.or(usual) {
            let at_once = concurrency.per_branch.max(1) as f64;
            longest_branch = longest_branch.max((calls / at_once).ceil() * with_rest(latency, pace));
            busy += calls * latency.run_seconds;
        }
        branches.push(BranchLoad {
            branch: branch.clone(),
            calls: reckoning.calls,
            lines: reckoning.lines(),
            windows_without_history: reckoning.without_history,
            pos_seconds: own.or(usual).map(|latency| calls * latency.pos_seconds),
        });
    }
    branches.sort_unstable_by(|left, right| left.branch.cmp(&right.branch));
    let lines: Vec<u64> = branches.iter().filter_map(|load| load.lines).collect();
    PlanEstimate {
        lines: (!lines.is_empty()).then(|| lines.iter().sum()),
        windows_without_history: branches.iter().map(|load| load.windows_without_history).sum(),
        seconds: usual.map(|_| longest_branch.max(busy / concurrency.overall.max(1) as f64)),
        branches,
    }
}

#[derive(Default)]
struct Reckoning {
    calls: u32,
    expected: f64,
    without_history: u32,
}

impl Reckoning {
    fn add(&mut self, start: Timestamp, history: Option<&BranchHistory>) {
        self.calls += 1;
        match history.and_then(|history| history.usual_lines(Slot::of(start, &history.zone))) {
            Some(lines) => self.expected += lines,
            None => self.without_history += 1,
        }
    }

    fn lines(&self) -> Option<u64> {
        (self.calls > self.without_history).then(|| self.expected.round() as u64)
    }
}

fn with_rest(latency: Latency, pace: &Pace) -> f64 {
    let run = std::time::Duration::try_from_secs_f64(latency.run_seconds).unwrap_or_default();
    latency.run_seconds + pace.rest_after(run).as_secs_f64()
}

/// The mean over branches; None where there is none.
fn usual_latency(latencies: impl Iterator<Item = Latency>) -> Option<Latency> {
    let (mut count, mut pos_seconds, mut run_seconds) = (0_u32, 0.0, 0.0);
    for latency in latencies {
        count += 1;
        pos_seconds += latency.pos_seconds;
        run_seconds += latency.run_seconds;
    }
    let mean = |sum: f64| sum / f64::from(count);
    (count > 0).then(|| Latency { pos_seconds: mean(pos_seconds), run_seconds: mean(run_seconds) })
}
