//! The calendar of each branch: what klk.toml says, what it said before, and the changes that people made since.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::branch_clock::InvalidZoneChange;
use domain::calendar::{CalendarRules, rules_of};
use domain::{Branch, BranchClock, BranchId, Calendar};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use warehouse::{CalendarKind, CalendarRow, report_unreadable_row};

use crate::UseCaseError;
use crate::branches::BranchRegistry;
use crate::engine::Engine;

/// Calendars with changes; a branch without any has its own.
pub(crate) struct Calendars {
    changed: HashMap<BranchId, Calendar>,
}

impl Calendars {
    /// Those that were known at a moment, or are known now.
    pub(crate) async fn known(engine: &Engine, at: Option<Timestamp>) -> Result<Self, UseCaseError> {
        Ok(Self::after(&engine.branches, &engine.warehouse.calendar_changes(at).await?))
    }

    /// Those after some changes, in the order in which they were registered.
    pub(crate) fn after(branches: &BranchRegistry, changes: &[CalendarRow]) -> Self {
        let mut changed: HashMap<BranchId, Calendar> = HashMap::new();
        for row in changes {
            let Some(branch) = branches.find(&row.branch) else { continue };
            let Some(rules) = rules_of_row(row) else { continue };
            let before = changed.remove(&row.branch).unwrap_or_else(|| branch.calendar.clone());
            let after = match row.kind {
                CalendarKind::OfFile => before.changed_from(row.from, rules),
                CalendarKind::Decided => before.decided_from(row.from, rules),
                CalendarKind::SingleDay => match rules.exceptions.get(&row.from) {
                    Some(exception) => before.with_day(row.from, exception.clone()),
                    None => before,
                },
            };
            changed.insert(row.branch.clone(), after);
        }
        Self { changed }
    }

    /// A branch's.
    pub(crate) fn of<'calendars>(&'calendars self, branch: &'calendars Branch) -> &'calendars Calendar {
        self.changed.get(&branch.id).unwrap_or(&branch.calendar)
    }

    /// Whether a branch sells at a moment.
    pub(crate) fn is_open(&self, branch: &Branch, moment: Timestamp) -> bool {
        self.of(branch).closed_from(moment, &branch.zone) != Some(moment)
    }

    /// Whether a branch is closed now, when its line may be off; false where that cannot be read.
    pub(crate) async fn is_closed_now(engine: &Engine, branch: &Branch) -> bool {
        match Self::known(engine, None).await {
            Ok(calendars) => !calendars.is_open(branch, engine.clock.now()),
            Err(_) => false,
        }
    }

    /// The branches that sell at a moment.
    pub(crate) fn open_at(&self, branches: &[Arc<Branch>], moment: Timestamp) -> HashSet<BranchId> {
        let open = branches.iter().filter(|branch| self.is_open(branch, moment));
        open.map(|branch| branch.id.clone()).collect()
    }
}

/// One that cannot be read, of a later version perhaps, is left out and said so: what it changed is judged by the calendar
/// before it.
pub(crate) fn rules_of_row(row: &CalendarRow) -> Option<CalendarRules> {
    let document = serde_json::from_str(&row.document).map_err(|error| error.to_string());
    let rules = document.and_then(|document| rules_of(&document).map_err(|error| error.to_string()));
    let report = |error: &String| {
        let detail = format!("{} from {}: {error}", row.branch, row.from);
        report_unreadable_row("calendarios", "documento", &detail);
    };
    rules.inspect_err(report).ok()
}

/// Rows of one store that are tried without, one after the other, until its zones fit together.
const IMPOSSIBLE_ZONES_MAX: usize = 100;

/// The changes whose zones a clock can follow one after the other, store by store. A zone that cannot follow the others, which only
/// another program or a hand can have written, is left out and reported; where too many cannot, the store keeps the zone of
/// klk.toml.
pub(crate) fn possible_zones<'rows>(
    files: &[Branch],
    changes: impl IntoIterator<Item = &'rows CalendarRow>,
) -> HashMap<BranchId, Vec<RegisteredZone>> {
    let mut by_branch: HashMap<BranchId, Vec<RegisteredZone>> = HashMap::new();
    for row in changes {
        if let Some(zone) = rules_of_row(row).and_then(|rules| rules.zone) {
            by_branch.entry(row.branch.clone()).or_default().push((row.registered_at, (row.from, zone)));
        }
    }
    for file in files {
        if let Some(zones) = by_branch.get_mut(&file.id) {
            leave_out_impossible(file, zones);
        }
    }
    by_branch
}

fn leave_out_impossible(file: &Branch, zones: &mut Vec<RegisteredZone>) {
    for _ in 0..IMPOSSIBLE_ZONES_MAX {
        let Some(reason) = change_zones(file, zones).err() else { return };
        // A prefix that fits, and one row more with which it does not: that row is the one to leave out.
        let (mut fits, mut fails) = (0, zones.len());
        while fails - fits > 1 {
            let middle = fits + (fails - fits) / 2;
            match change_zones(file, &zones[..middle]) {
                Ok(_) => fits = middle,
                Err(_) => fails = middle,
            }
        }
        let (_, (from, zone)) = zones.remove(fits);
        let name = zone.iana_name().unwrap_or("UTC");
        report_unreadable_row("calendarios", "zona", &format!("{} to {name} from {from}: {reason}", file.id));
    }
    if let Err(reason) = change_zones(file, zones) {
        report_unreadable_row("calendarios", "zona", &format!("all of {}: {reason}", file.id));
        zones.clear();
    }
}

fn change_zones(file: &Branch, zones: &[RegisteredZone]) -> Result<BranchClock, InvalidZoneChange> {
    let zones: Vec<_> = zones.iter().map(|(_, zone)| zone.clone()).collect();
    file.zone.changed(&zones)
}

/// A branch on the zones of its stored calendars, each from its day on, and on one more; `file` is the branch as klk.toml has it.
pub(crate) fn on_its_zones(
    file: &Branch,
    changes: &[CalendarRow],
    new: Option<&CalendarRow>,
) -> Result<Branch, InvalidZoneChange> {
    let own = changes.iter().filter(|row| row.branch == file.id);
    let mut stored = possible_zones(std::slice::from_ref(file), own).remove(&file.id).unwrap_or_default();
    stored.extend(new.and_then(|row| Some((row.registered_at, (row.from, rules_of_row(row)?.zone?)))));
    Ok(Branch { zone: change_zones(file, &stored)?, ..file.clone() })
}

/// When a zone was registered, and from which day on it counts.
pub(crate) type RegisteredZone = (Timestamp, (Date, TimeZone));
