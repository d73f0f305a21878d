//! When schedules fire, and for which window: pure functions of the time.

use std::str::FromStr;

use chrono::{DateTime as ChronoDateTime, Utc};
use croner::Cron;
use domain::window::{half_hour_floor, instant_of};
use domain::{HALF_HOUR, Interval};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::EngineError;

/// What is extracted on a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScheduleKind {
    /// Sales of the half hour that ended last.
    Sales,
    /// A snapshot of stock.
    Inventory,
    /// Yesterday's sales once more.
    Reconciliation,
}

impl ScheduleKind {
    /// Every schedule.
    pub const ALL: &[Self] = &[Self::Sales, Self::Inventory, Self::Reconciliation];

    /// The name: the slug of its monitor.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sales => "ventas-klk-incremental",
            Self::Inventory => "inventario-klk-completo",
            Self::Reconciliation => "reconciliacion-klk",
        }
    }

    /// Why the batches that it queues were asked for.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Sales | Self::Inventory => "programada",
            Self::Reconciliation => "reconciliacion",
        }
    }
}

/// A cron expression in a zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What fires.
    pub kind: ScheduleKind,
    cron: Cron,
    expression: String,
    zone: TimeZone,
}

impl Schedule {
    /// Reads an expression of five fields.
    pub fn new(kind: ScheduleKind, expression: &str, zone: TimeZone) -> Result<Self, EngineError> {
        let cron = Cron::from_str(expression).map_err(|error| EngineError::InvalidSchedule {
            schedule: kind.slug(),
            expression: expression.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self { kind, cron, expression: expression.to_owned(), zone })
    }

    /// As it was given.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The zone it is meant in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first moment after this one at which it fires. A time that the zone skips fires when the skip ends.
    pub fn next_after(&self, moment: Timestamp) -> Option<Timestamp> {
        // The library's own times are of other crates, so it reckons on the zone's clock as if that were UTC.
        let mut local = as_if_utc(self.zone.to_datetime(moment))?;
        loop {
            local = self.cron.find_next_occurrence(&local, false).ok()?;
            let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local.timestamp()).ok()?);
            let fires = instant_of(civil, &self.zone)?;
            // Where an hour comes twice, its second reading may lie before the moment that was asked about.
            if fires > moment {
                return Some(fires);
            }
        }
    }
}

fn as_if_utc(local: jiff::civil::DateTime) -> Option<ChronoDateTime<Utc>> {
    let reading = TimeZone::UTC.to_timestamp(local).ok()?;
    ChronoDateTime::from_timestamp(reading.as_second(), 0)
}

/// The half hour of a zone's clock that ended last: at 12:35 and at 12:59 that of 12:00, at 00:05 yesterday's last.
pub fn half_hour_that_ended(now: Timestamp, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let end = half_hour_floor(now, zone);
    Interval::new(end.checked_sub(HALF_HOUR).ok()?, end)
}

/// The half hour of a zone's clock that a moment lies in.
pub fn half_hour_of(moment: Timestamp, zone: &TimeZone) -> Option<Interval<Timestamp>> {
    let start = half_hour_floor(moment, zone);
    Interval::new(start, start.checked_add(HALF_HOUR).ok()?)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn caracas() -> TimeZone {
        TimeZone::fixed(jiff::tz::Offset::constant(-4))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("5,35 * * * *", "2025-11-17T16:04:59Z", "2025-11-17T16:05:00Z")]
    #[case("5,35 * * * *", "2025-11-17T16:05:00Z", "2025-11-17T16:35:00Z")]
    #[case("5,35 * * * *", "2025-11-17T16:35:00.5Z", "2025-11-17T17:05:00Z")]
    #[case("0 3 * * *", "2025-11-17T06:59:00Z", "2025-11-17T07:00:00Z")]
    #[case("0 3 * * *", "2025-11-17T07:00:00Z", "2025-11-18T07:00:00Z")]
    fn fires_on_the_zones_clock(#[case] expression: &str, #[case] moment: &str, #[case] fires: &str) {
        let schedule = Schedule::new(ScheduleKind::Sales, expression, caracas()).unwrap();
        assert_eq!(schedule.next_after(at(moment)), Some(at(fires)));
    }

    #[test]
    fn rubbish_expressions_are_refused_with_the_name_of_the_schedule() {
        let error = Schedule::new(ScheduleKind::Sales, "61 * * * *", caracas()).unwrap_err();
        assert!(error.to_string().starts_with("the schedule ventas-klk-incremental has the expression '61 * * * *'"));
    }

    #[rstest]
    #[case("2025-11-17T16:35:00Z", "2025-11-17T16:00:00Z", "2025-11-17T16:30:00Z")]
    #[case("2025-11-17T16:59:59Z", "2025-11-17T16:00:00Z", "2025-11-17T16:30:00Z")]
    #[case("2025-11-18T04:05:00Z", "2025-11-18T03:30:00Z", "2025-11-18T04:00:00Z")]
    #[case("2025-11-18T04:20:00Z", "2025-11-18T03:30:00Z", "2025-11-18T04:00:00Z")]
    fn takes_the_half_hour_that_ended_last(#[case] now: &str, #[case] from: &str, #[case] to: &str) {
        assert_eq!(half_hour_that_ended(at(now), &caracas()), Interval::new(at(from), at(to)));
    }
}
