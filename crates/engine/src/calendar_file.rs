//! What klk.toml says of calendars: kept in the database where it is not what it said before.

use domain::Branch;
use domain::branch_clock::InvalidZoneChange;
use domain::calendar::{CalendarRules, changes_of_file};
use domain::decision::{DecisionAction, Origin};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use uuid::Uuid;
use warehouse::{CalendarKind, CalendarRow, NewDecision, Warehouse};

use crate::EngineError;
use crate::branches::BranchRegistry;
use crate::calendars::{on_its_zones, possible_zones, rules_of_row};
use crate::settings::EngineMode;

/// By whom a change is that klk.toml made.
const FILE: &str = "klk.toml";

/// Keeps what klk.toml says of calendars where it is not what it said, and puts every branch on its zones. A past day goes
/// on being judged by the file of its day. Only who works keeps it: a command that asks or decides may have been called
/// beside another klk.toml, or beside none.
pub(crate) async fn remember(
    warehouse: &Warehouse,
    (branches, now): (&[Branch], Timestamp),
    mode: EngineMode,
    new_id: impl Fn() -> Uuid,
) -> Result<BranchRegistry, EngineError> {
    let mut changes = warehouse.calendar_changes(None).await?;
    let (mut rows, mut decisions) = (Vec::new(), Vec::new());
    for branch in branches.iter().filter(|_| mode == EngineMode::Work) {
        for (from, rules, is_first) in new_of_file(branch, &changes, now)? {
            let row = CalendarRow {
                branch: branch.id.clone(),
                from,
                document: json!(rules.document()).to_string(),
                person: FILE.to_owned(),
                kind: CalendarKind::OfFile,
                registered_at: now,
            };
            if !is_first {
                tracing::info!(branch = %branch.id, %from, "klk.toml has another calendar; days before keep theirs");
                decisions.push(decision(new_id(), branch, &row));
            }
            rows.push((new_id(), row));
        }
    }
    changes.extend(rows.iter().map(|(_, row)| row.clone()));
    let registry = BranchRegistry::new(branches.to_vec());
    for (changed, known_from) in zone_history(branches, &changes)? {
        registry.replace(&changed, known_from);
    }
    if !rows.is_empty() {
        warehouse.change_calendars(rows, decisions).await?;
    }
    Ok(registry)
}

/// Changes of a store's zone that are kept with the moment they were registered; older ones count as one.
const ZONE_VERSIONS_MAX: usize = 50;

/// Branches on other zones, and since when that is known; in the order in which it became known.
fn zone_history(branches: &[Branch], changes: &[CalendarRow]) -> Result<Vec<(Branch, Timestamp)>, EngineError> {
    let mut by_branch = possible_zones(branches, changes);
    let mut history = Vec::new();
    for file in branches {
        let Some(own) = by_branch.remove(&file.id) else { continue };
        let (moments, zones): (Vec<Timestamp>, Vec<(Date, TimeZone)>) = own.into_iter().unzip();
        let mut known = file.zone.clone();
        for last in zones.len().saturating_sub(ZONE_VERSIONS_MAX)..zones.len() {
            let zone = file.zone.changed(&zones[..=last]).map_err(|reason| invalid_zone(file, reason))?;
            if zone != known {
                known = zone.clone();
                history.push((Branch { zone, ..file.clone() }, moments[last]));
            }
        }
    }
    history.sort_by_key(|(_, known_from)| *known_from);
    Ok(history)
}

/// What of the file of a branch is not kept yet, and whether nothing of it is.
fn new_of_file(
    branch: &Branch,
    changes: &[CalendarRow],
    now: Timestamp,
) -> Result<Vec<(Date, CalendarRules, bool)>, EngineError> {
    let own: Vec<&CalendarRow> = changes.iter().filter(|row| row.branch == branch.id).collect();
    let of_file = own.iter().filter(|row| row.kind == CalendarKind::OfFile);
    let known: Vec<_> = of_file.filter_map(|row| Some((row.from, rules_of_row(row)?))).collect();
    // A zone without a name cannot be written down, and counts as klk.toml has it.
    let zone = branch.zone.iana_name().map(|_| (*branch.zone).clone());
    let file = CalendarRules { zone, ..branch.calendar.base().clone() };
    let known_so_far = on_its_zones(branch, changes, None).map_err(|reason| invalid_zone(branch, reason))?;
    let today = known_so_far.zone.to_datetime(now).date();
    let is_decided = own.iter().any(|row| row.kind == CalendarKind::Decided && row.from <= today);
    let new = changes_of_file(&known, &file, branch.calendar_counts_from, today, is_decided);
    Ok(new.into_iter().map(|(from, rules)| (from, rules, known.is_empty())).collect())
}

fn invalid_zone(branch: &Branch, reason: InvalidZoneChange) -> EngineError {
    EngineError::InvalidZone { branch: branch.id.to_string(), reason }
}

fn decision(id: Uuid, branch: &Branch, row: &CalendarRow) -> NewDecision {
    NewDecision {
        id,
        at: row.registered_at,
        actor: FILE.to_owned(),
        origin: Origin::System,
        address: None,
        action: DecisionAction::ChangeCalendar,
        object: format!("{} desde {}", branch.name, row.from),
        detail: json!({"ubicacion_id": branch.id, "vigente_desde": row.from.to_string()}).to_string(),
    }
}
