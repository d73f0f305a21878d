//! What a change of klk.toml does to a store's calendar, when the server next starts.
//!
//! A week's hours and a zone say nothing of when they count, so they count from the day on which they are first read, and
//! days before it keep what the file said then. Single days, and the first and the last one, have their dates: they count
//! wherever they lie.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::CalendarRules;
use crate::branch_clock::ALWAYS;

/// What is to be kept of what the file says: rules, each from a day on. Nothing where it says what it said before.
///
/// `known` is what was kept of the file until now, in the order in which it was; the file may say from when its hours
/// count, and of `today` is the day where it does not. With `hours_are_decided` people have given the store other hours, and
/// those of the file do not count: only its dates are kept.
pub fn changes_of_file(
    known: &[(Date, CalendarRules)],
    file: &CalendarRules,
    counts_from: Option<Date>,
    today: Date,
    hours_are_decided: bool,
) -> Vec<(Date, CalendarRules)> {
    let known: BTreeMap<Date, &CalendarRules> = known.iter().map(|(from, rules)| (*from, rules)).collect();
    let Some(latest) = known.values().next_back() else { return vec![(ALWAYS, file.clone())] };
    let mut wanted: BTreeMap<Date, CalendarRules> =
        known.iter().map(|(from, rules)| (*from, rules.with_dates_of(file))).collect();
    if !hours_are_decided {
        let hours_changed = latest.with_dates_of(file) != *file;
        let from = counts_from.or_else(|| hours_changed.then_some(today));
        if let Some(from) = from {
            wanted.entry(from).or_insert_with(|| file.clone());
            wanted.range_mut(from..).for_each(|(_, rules)| rules.clone_from(file));
        }
    }
    wanted.into_iter().filter(|(from, rules)| known.get(from) != Some(&rules)).collect()
}

impl CalendarRules {
    /// These hours and this zone, with the single days, and the first and the last one, of other rules.
    fn with_dates_of(&self, other: &Self) -> Self {
        Self { weekdays: self.weekdays, zone: self.zone.clone(), ..other.clone() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::calendar::DayException;

    const TODAY: Date = date(2025, 11, 18);

    fn open(hours: &str) -> CalendarRules {
        CalendarRules::every_day(hours.parse().unwrap())
    }

    fn closed_on(rules: &CalendarRules, date: Date) -> CalendarRules {
        let mut rules = rules.clone();
        rules.exceptions.insert(date, DayException { hours: None, note: "Feriado".to_owned() });
        rules
    }

    #[test]
    fn what_the_file_says_at_first_counts_always_and_is_kept_once() {
        let file = open("07:00-21:00");
        let kept = changes_of_file(&[], &file, None, TODAY, false);
        assert_eq!(kept, [(ALWAYS, file.clone())]);
        assert_eq!(changes_of_file(&kept, &file, None, TODAY, false), []);
    }

    #[test]
    fn other_hours_and_another_zone_count_from_today_on() {
        let (before, after) = (open("07:00-21:00"), open("09:00-21:00"));
        let known = [(ALWAYS, before.clone())];
        assert_eq!(changes_of_file(&known, &after, None, TODAY, false), [(TODAY, after)]);
        let moved = CalendarRules { zone: TimeZone::get("America/Bogota").ok(), ..before };
        assert_eq!(changes_of_file(&known, &moved, None, TODAY, false), [(TODAY, moved)]);
    }

    #[test]
    fn a_single_day_counts_also_where_it_is_past_and_under_hours_of_then() {
        let (first, second) = (open("07:00-21:00"), open("09:00-21:00"));
        let known = [(ALWAYS, first.clone()), (date(2025, 10, 1), second.clone())];
        let holiday = date(2025, 7, 5);
        let kept = changes_of_file(&known, &closed_on(&second, holiday), None, TODAY, false);
        let expected = [(ALWAYS, closed_on(&first, holiday)), (date(2025, 10, 1), closed_on(&second, holiday))];
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_file_that_says_from_when_it_counts_corrects_what_was_kept_from_there() {
        let (wrong, right) = (open("07:00-12:00"), open("07:00-21:00"));
        let from = date(2025, 11, 1);
        let known = [(ALWAYS, wrong.clone()), (date(2025, 11, 10), wrong)];
        let kept = changes_of_file(&known, &right, Some(from), TODAY, false);
        assert_eq!(kept, [(from, right.clone()), (date(2025, 11, 10), right.clone())]);
        let known: Vec<_> = known.into_iter().chain(kept).collect();
        assert_eq!(changes_of_file(&known, &right, Some(from), TODAY, false), []);
    }

    #[test]
    fn hours_that_people_decided_are_not_undone_by_the_file() {
        let before = open("07:00-21:00");
        let holiday = date(2025, 12, 25);
        let file = closed_on(&open("09:00-21:00"), holiday);
        let kept = changes_of_file(&[(ALWAYS, before.clone())], &file, None, TODAY, true);
        assert_eq!(kept, [(ALWAYS, closed_on(&before, holiday))]);
    }
}
