//! Copies of the database are made: when somebody asks for one, and every night.

use domain::access::AuditAction;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::access_audit::entry;
use crate::actor::Actor;
use crate::engine::Engine;

/// Makes a copy. To be called after [`begin`](crate::backups::Backups::begin) said that none is being made.
pub(crate) async fn make(engine: &Engine, actor: &Actor) {
    let settings = &engine.settings.backups;
    let path = settings.new_path(engine.clock.now());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let audit = entry(engine, actor, AuditAction::BackUp, &name);
    // Before the copy, so that it is in it as well.
    let recorded = engine.warehouse.record_activity(Vec::new(), vec![audit]).await;
    let outcome = match recorded {
        Ok(()) => engine.warehouse.back_up(path).await,
        Err(error) => Err(error.into()),
    };
    engine.backups.end(engine.clock.now(), &outcome);
    settings.prune();
    match outcome {
        Ok(backup) => tracing::info!(
            path = %backup.path.display(), bytes = backup.bytes, held_ms = backup.held.as_millis(), "the database was copied"
        ),
        Err(error) => tracing::error!(%error, "the database was not copied"),
    }
}

/// Makes a copy every day until the engine stops. A time at which nothing ran is not made up for: the next one is a day away.
pub(crate) async fn keep(engine: Engine, since: Timestamp) {
    let (Some(at), zone) = (engine.settings.backups.at, &engine.settings.schedules.zone) else { return };
    let mut stopping = engine.stopping.subscribe();
    let mut looked = since;
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(engine.settings.nap_max) => {}
            _ = stopping.changed() => return,
        }
        let now = engine.clock.now();
        // A clock that was set back finds the same moment again only after it.
        if next_after(looked.min(now), at, zone).is_some_and(|due| due <= now) && engine.backups.begin() {
            make(&engine, &Actor::system()).await;
        }
        looked = now;
    }
}

fn next_after(moment: Timestamp, at: Time, zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(moment).date();
    let days = [Some(today), today.tomorrow().ok()];
    let moments = days.into_iter().flatten().filter_map(|day| zone.to_timestamp(day.to_datetime(at)).ok());
    moments.into_iter().find(|due| *due > moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_copy_is_due_once_a_day_on_the_zones_clock() {
        let zone = TimeZone::fixed(jiff::tz::Offset::constant(-4));
        let half_past_four = Time::constant(4, 30, 0, 0);
        let next = |moment| next_after(at(moment), half_past_four, &zone);
        assert_eq!(next("2025-11-18T08:29:59Z"), Some(at("2025-11-18T08:30:00Z")));
        assert_eq!(next("2025-11-18T08:30:00Z"), Some(at("2025-11-19T08:30:00Z")));
    }
}
