//! The zone that a branch's clocks run on, and those that they ran on before.
//!
//! A branch whose zone is changed has one zone all the same, as a country has that changes its time: its rules are those of
//! the old zone up to a moment, and those of the new one from there. So whatever reads a clock reads the right one for its
//! day, and the change itself is an hour that is skipped or comes twice, like any other.

use std::collections::BTreeMap;
use std::ops::Deref;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::HALF_HOUR;
use crate::window::instant_of;

/// Before it nothing is looked at: a zone that counts from here counts always.
pub const ALWAYS: Date = jiff::civil::date(1970, 1, 1);
/// Up to which year the rules of a zone are written out, once another one came before it.
const YEAR_MAX: i16 = 2200;

/// A zone with the moments at which it became another one. It is used as the [`TimeZone`] that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchClock {
    zone: TimeZone,
    /// The name of each zone, with the moment from which it counts; in order. None where a zone has no name.
    names: Vec<(Timestamp, Option<String>)>,
}

/// A zone that a branch cannot change to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidZoneChange {
    /// Its half hours would no longer be half hours of UTC as they were.
    #[error("the clock would change by {minutes} minutes on {date}: only whole half hours are possible")]
    NoWholeHalfHours {
        /// The day from which it was to count.
        date: Date,
        /// How far the clock would be set.
        minutes: i32,
    },
    /// Outside of the days that there are.
    #[error("{0} is outside of what can be computed")]
    OutOfRange(Date),
}

impl BranchClock {
    /// The zone as one whose rules change at the start of this local day: at midnight of either zone, whichever comes later,
    /// so that the days before are as they were.
    pub fn changed_from(&self, date: Date, zone: &TimeZone) -> Result<Self, InvalidZoneChange> {
        if date <= ALWAYS {
            return Ok(zone.clone().into());
        }
        let change = change_between(&self.zone, zone, date)?;
        self.joined(&[(change, zone)], date)
    }

    /// The zones of a branch, each from its day on. Of two of one day, the later in the list counts. The same as
    /// [`Self::changed_from`] for each in the order of their days, in one pass.
    pub fn changed(&self, zones: &[(Date, TimeZone)]) -> Result<Self, InvalidZoneChange> {
        let in_order: BTreeMap<Date, &TimeZone> = zones.iter().map(|(from, zone)| (*from, zone)).collect();
        let mut base = self.clone();
        let mut changes: Vec<(Timestamp, &TimeZone)> = Vec::new();
        let (mut latest, mut reach) = (None, SignedDuration::ZERO);
        for (date, zone) in &in_order {
            let before = changes.last().map_or(&base.zone, |(_, zone)| *zone);
            let name_before = match changes.last() {
                Some((_, zone)) => zone.iana_name(),
                None => base.names.last().and_then(|(_, name)| name.as_deref()),
            };
            if name_before == zone.iana_name() {
                continue;
            }
            if *date <= ALWAYS {
                base = (*zone).clone().into();
                continue;
            }
            let midnight = instant_of(date.at(0, 0, 0, 0), zone).ok_or(InvalidZoneChange::OutOfRange(*date))?;
            let is_near = changes.last().is_some_and(|(earlier, _)| midnight.duration_since(*earlier) < reach);
            let change = if is_near {
                // What the day before shows is of several zones, and may be of later than this one counts from.
                let recent = base.recent(&changes, *date)?;
                let change = change_between(&recent, zone, *date)?;
                while changes.pop_if(|(earlier, _)| *earlier >= change).is_some() {}
                change
            } else {
                change_between(before, zone, *date)?
            };
            reach = if is_near { FARTHEST_REACH } else { reach_of(before, zone, change) };
            changes.push((change, zone));
            latest = Some(*date);
        }
        match latest {
            Some(date) => base.joined(&changes, date),
            None => Ok(base),
        }
    }

    /// What the clock shows around its last changes.
    fn recent(&self, changes: &[(Timestamp, &TimeZone)], date: Date) -> Result<TimeZone, InvalidZoneChange> {
        let (before, recent) = changes.split_at(changes.len().saturating_sub(RECENT_CHANGES));
        let first = before.last().map_or(&self.zone, |(_, zone)| *zone);
        Ok(Self::from(first.clone()).joined(recent, date)?.zone)
    }

    /// One zone of several: each counts from its moment on. `date` is the day of the last one, for errors.
    fn joined(&self, changes: &[(Timestamp, &TimeZone)], date: Date) -> Result<Self, InvalidZoneChange> {
        let out_of_range = || InvalidZoneChange::OutOfRange(date);
        let start = instant_of(ALWAYS.at(0, 0, 0, 0), &TimeZone::UTC).ok_or_else(out_of_range)?;
        let last = ALWAYS.saturating_add(i32::from(YEAR_MAX - ALWAYS.year()).years());
        let end = instant_of(last.at(0, 0, 0, 0), &TimeZone::UTC).ok_or_else(out_of_range)?;
        let mut offsets = vec![(Timestamp::MIN, self.zone.to_offset(start))];
        let mut names = self.names.clone();
        let (mut from, mut current, mut name) = (start, &self.zone, None);
        for (change, zone) in changes.iter().copied() {
            let within = current.following(from).take_while(|next| next.timestamp() < change);
            offsets.extend(within.map(|next| (next.timestamp(), next.offset())));
            offsets.push((change, zone.to_offset(change)));
            names.retain(|(from, _)| *from < change);
            name = zone.iana_name();
            names.push((change, name.map(str::to_owned)));
            (from, current) = (change, zone);
        }
        let within = current.following(from).take_while(|next| next.timestamp() < end);
        offsets.extend(within.map(|next| (next.timestamp(), next.offset())));
        let file = zone_file(&offsets).ok_or_else(out_of_range)?;
        let joined = TimeZone::tzif(name.unwrap_or("UTC"), &file).map_err(|_| out_of_range())?;
        Ok(Self { zone: joined, names })
    }

    /// The name of the zone that counted at a moment, as `America/Caracas`; None where it has none.
    pub fn name_at(&self, moment: Timestamp) -> Option<&str> {
        let after = self.names.partition_point(|(from, _)| *from <= moment);
        self.names.get(after.saturating_sub(1)).and_then(|(_, name)| name.as_deref())
    }
}

/// When a zone is followed by another one at the start of a local day.
fn change_between(before: &TimeZone, after: &TimeZone, date: Date) -> Result<Timestamp, InvalidZoneChange> {
    let midnight = |zone| instant_of(date.at(0, 0, 0, 0), zone).ok_or(InvalidZoneChange::OutOfRange(date));
    let change = midnight(before)?.max(midnight(after)?);
    let seconds = after.to_offset(change).seconds() - before.to_offset(change).seconds();
    if i64::from(seconds) % HALF_HOUR.as_secs() != 0 {
        return Err(InvalidZoneChange::NoWholeHalfHours { date, minutes: seconds / 60 });
    }
    Ok(change)
}

/// Zones lie at most 26 hours apart, so that the days of a change and of those three days before and after it may overlap.
const FARTHEST_REACH: SignedDuration = SignedDuration::from_hours(4 * 24);

/// More than there are days within the reach of a change.
const RECENT_CHANGES: usize = 12;

/// How long after a change every local day that begins was not shown before it: two days, unless the clock is set by more than half
/// a day.
fn reach_of(before: &TimeZone, after: &TimeZone, change: Timestamp) -> SignedDuration {
    let set_by = after.to_offset(change).seconds() - before.to_offset(change).seconds();
    if set_by.abs() <= 12 * 3600 { SignedDuration::from_hours(2 * 24) } else { FARTHEST_REACH }
}

impl From<TimeZone> for BranchClock {
    fn from(zone: TimeZone) -> Self {
        let name = zone.iana_name().map(str::to_owned);
        Self { zone, names: vec![(Timestamp::MIN, name)] }
    }
}

impl Deref for BranchClock {
    type Target = TimeZone;

    fn deref(&self) -> &TimeZone {
        &self.zone
    }
}

/// A zone in the format of the time zone database (RFC 9636), version 2: the offsets from UTC, each from a moment on, the
/// first one before all; after the last nothing changes. None where there are more than the format has room for.
fn zone_file(offsets: &[(Timestamp, Offset)]) -> Option<Vec<u8>> {
    let mut kinds: Vec<i32> = Vec::new();
    let mut places: Vec<u8> = Vec::new();
    for (_, offset) in offsets {
        let known = kinds.iter().position(|kind| *kind == offset.seconds());
        let place = known.unwrap_or_else(|| {
            kinds.push(offset.seconds());
            kinds.len() - 1
        });
        places.push(u8::try_from(place).ok()?);
    }
    let header = |moments: usize, kinds: usize| -> Option<Vec<u8>> {
        let mut bytes = b"TZif2".to_vec();
        bytes.extend([0; 15]);
        // Indicators of UTC, of standard time, leap seconds: none. Moments, kinds, and the letters of their names.
        for count in [0, 0, 0, moments, kinds, NAME.len()] {
            bytes.extend(u32::try_from(count).ok()?.to_be_bytes());
        }
        Some(bytes)
    };
    let kind = |seconds: i32| seconds.to_be_bytes().into_iter().chain([0, 0]);
    // What readers of version 1 see, which there are none of.
    let mut bytes = header(0, 1)?;
    bytes.extend(kind(0).chain(NAME));
    bytes.extend(header(offsets.len() - 1, kinds.len())?);
    bytes.extend(offsets.iter().skip(1).flat_map(|(moment, _)| moment.as_second().to_be_bytes()));
    bytes.extend(places.iter().skip(1));
    bytes.extend(kinds.iter().copied().flat_map(kind).chain(NAME));
    // What follows the last: without it, whoever asks for the next change is given the last one for ever.
    bytes.extend(format!("\n{}\n", rule_of(*kinds.get(usize::from(*places.last()?))?)).bytes());
    Some(bytes)
}

/// An offset that never changes, as POSIX writes it: what is behind UTC is positive.
fn rule_of(seconds: i32) -> String {
    let (sign, seconds) = if seconds > 0 { ('-', seconds) } else { ('+', -seconds) };
    format!("LMT{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What the format wants times to be called; nobody is shown it.
const NAME: [u8; 4] = *b"LMT\0";

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::window::{day_interval, half_hours};

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[rstest]
    // To the east: midnight of the old zone, and the hour after it is skipped.
    #[case("America/Caracas", "America/Santiago", "2025-11-18T03:59:59Z", "2025-11-18T04:00:00Z", 46)]
    // To the west: midnight of the new zone, and the hour after it comes twice.
    #[case("America/Caracas", "America/Bogota", "2025-11-18T04:59:59Z", "2025-11-18T05:00:00Z", 50)]
    fn the_days_before_a_change_are_whole(
        #[case] before: &str,
        #[case] after: &str,
        #[case] last: &str,
        #[case] first: &str,
        #[case] half_hours_of_the_day: usize,
    ) {
        let day = date(2025, 11, 18);
        let clock = BranchClock::from(zone(before)).changed_from(day, &zone(after)).unwrap();
        assert_eq!(clock.to_offset(moment(last)), zone(before).to_offset(moment(last)));
        assert_eq!(clock.to_offset(moment(first)), zone(after).to_offset(moment(first)));
        assert_eq!((clock.name_at(moment(last)), clock.name_at(moment(first))), (Some(before), Some(after)));
        let windows = |day| half_hours(day_interval(day, &clock).unwrap(), &clock).len();
        assert_eq!(windows(day.yesterday().unwrap()), 48);
        assert_eq!(windows(day), half_hours_of_the_day);
        assert_eq!(windows(day.tomorrow().unwrap()), 48);
    }

    #[test]
    fn nothing_changes_after_the_last_change() {
        let day = date(2025, 11, 18);
        for after in ["America/Bogota", "Asia/Kolkata", "UTC"] {
            let clock = BranchClock::from(zone("America/Caracas")).changed_from(day, &zone(after)).unwrap();
            assert_eq!(clock.following(moment("2025-11-20T00:00:00Z")).next().map(|next| next.timestamp()), None);
        }
    }

    #[test]
    fn a_zone_that_counts_from_the_first_day_counts_always() {
        let clock = BranchClock::from(zone("America/Caracas")).changed_from(ALWAYS, &zone("Europe/Madrid")).unwrap();
        assert_eq!(clock, BranchClock::from(zone("Europe/Madrid")));
    }

    #[test]
    fn a_change_by_less_than_half_an_hour_is_refused_with_its_minutes() {
        let refused = BranchClock::from(zone("Asia/Kolkata")).changed_from(date(2025, 11, 18), &zone("Asia/Kathmandu"));
        let expected = InvalidZoneChange::NoWholeHalfHours { date: date(2025, 11, 18), minutes: 15 };
        assert_eq!(refused.unwrap_err(), expected);
    }

    #[test]
    fn of_two_zones_of_one_day_the_later_counts_and_the_same_again_changes_nothing() {
        let day = date(2025, 11, 18);
        let caracas = BranchClock::from(zone("America/Caracas"));
        let zones = [(day, zone("Europe/Madrid")), (day, zone("America/Bogota"))];
        assert_eq!(caracas.changed(&zones), caracas.changed_from(day, &zone("America/Bogota")));
        assert_eq!(caracas.changed(&[(day, zone("America/Caracas"))]), Ok(caracas));
    }

    proptest! {
        #[test]
        fn all_changes_at_once_are_the_same_as_one_after_the_other(
            changes in prop::collection::btree_map(0i32..40, 0usize..6, 0..12),
        ) {
            let zones = ["America/Caracas", "America/Santiago", "Europe/Madrid", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"];
            let zones = zones.map(zone);
            let changes: Vec<(Date, TimeZone)> = changes
                .into_iter()
                .map(|(day, place)| (date(2025, 3, 20).checked_add(day.days()).unwrap(), zones[place].clone()))
                .collect();
            let clock = BranchClock::from(zones[0].clone());
            let mut stepwise = Ok(clock.clone());
            for (from, zone) in &changes {
                stepwise = stepwise.and_then(|clock: BranchClock| {
                    let is_same = clock.names.last().is_some_and(|(_, name)| name.as_deref() == zone.iana_name());
                    if is_same { Ok(clock) } else { clock.changed_from(*from, zone) }
                });
            }
            prop_assert_eq!(clock.changed(&changes), stepwise);
        }

        #[test]
        fn a_changed_clock_shows_what_each_zone_shows_in_its_time(
            places in (0usize..5, 0usize..5, 0usize..5),
            days in (0i32..6000, 1i32..6000),
            seconds in 946_684_800i64..4_000_000_000,
        ) {
            let zones = ["America/Caracas", "America/Santiago", "Europe/Madrid", "America/New_York", "UTC"].map(zone);
            let (first, second, third) = (&zones[places.0], &zones[places.1], &zones[places.2]);
            let one = date(2005, 1, 1).checked_add(days.0.days()).unwrap();
            let two = one.checked_add(days.1.days()).unwrap();
            let changes = [(two, third.clone()), (one, second.clone())];
            let changed = BranchClock::from(first.clone()).changed(&changes).unwrap();
            let now = Timestamp::from_second(seconds).unwrap();
            // At noon of the day around a change it may be either; two days off there is no doubt.
            let far = |date: Date| {
                let noon = instant_of(date.at(12, 0, 0, 0), &TimeZone::UTC).unwrap();
                now.duration_since(noon).as_hours().abs() > 48
            };
            prop_assume!(far(one) && far(two));
            let date = TimeZone::UTC.to_datetime(now).date();
            let counts = if date < one { first } else if date < two { second } else { third };
            prop_assert_eq!(changed.to_offset(now), counts.to_offset(now));
            prop_assert_eq!(changed.name_at(now), counts.iana_name());
        }
    }
}
