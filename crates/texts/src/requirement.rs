//! What is wrong with a parameter, as a sentence.

use domain::branch_clock::InvalidZoneChange;
use domain::requirement::{InvalidParameter, Requirement, Unreadable};

use crate::Language;

/// The parameter under the contract's name, and what it has to be.
pub fn invalid_parameter(language: Language, error: &InvalidParameter) -> String {
    format!("{}: {}", error.name, requirement(language, &error.requirement))
}

fn requirement(language: Language, requirement: &Requirement) -> String {
    let texts = language.requirement();
    match requirement {
        Requirement::Present => texts.present().to_owned(),
        Requirement::WholeNumber { least, most, given } => texts.whole_number(least, most, given),
        Requirement::UpTo { most, given } => texts.up_to(most, given),
        Requirement::OneOf { allowed, given } => texts.one_of(allowed, given),
        Requirement::Known => texts.known().to_owned(),
        Requirement::Cursor => texts.cursor().to_owned(),
        Requirement::CursorOfList => texts.cursor_of_list().to_owned(),
        Requirement::Run { given } => texts.run(given),
        Requirement::Batch { given } => texts.batch(given),
        Requirement::Justification => texts.justification().to_owned(),
        Requirement::PlanHash { digits } => texts.plan_hash(digits),
        Requirement::Date { given } => texts.date(given),
        Requirement::CalendarDay { given } => texts.calendar_day(given),
        Requirement::Time { given } => texts.time(given),
        Requirement::HalfHour { given } => texts.half_hour(given),
        Requirement::LocalMoment { given } => texts.local_moment(given),
        Requirement::Moment { given } => texts.moment(given),
        Requirement::OpeningHours { given } => texts.opening_hours(given),
        Requirement::Zone { given } => texts.zone(given),
        Requirement::ZoneChange(change) => zone_change(language, change),
        Requirement::WithinCalendar => texts.within_calendar().to_owned(),
        Requirement::DayOnce { date } => texts.day_once(date),
        Requirement::NotBeforeOpening { first, last } => texts.not_before_opening(last, first),
        Requirement::AfterStart => texts.after_start().to_owned(),
        Requirement::NotBeforeFirstDay { first, last } => texts.not_before_first_day(last, first),
        Requirement::NotBefore { first, given } => texts.not_before(given, first),
        Requirement::DaysAtMost { days, most } => texts.days_at_most(days, most),
        Requirement::NotAfterToday { today, given } => texts.not_after_today(today, given),
        Requirement::PastMoment { given } => texts.past_moment(given),
        Requirement::AfterFirstMoment => texts.after_first_moment().to_owned(),
        Requirement::SomePeriod => texts.some_period().to_owned(),
        Requirement::StoresAtMost { most, given } => texts.stores_at_most(most, given),
        Requirement::PeriodsAtMost { most, given } => texts.periods_at_most(most, given),
        Requirement::NoteOfOther => texts.note_of_other().to_owned(),
        Requirement::Characters { most, given } => texts.characters(most, given),
        Requirement::Printable => texts.printable().to_owned(),
        Requirement::NameCharacters { most } | Requirement::PasswordAtMost { most } => texts.name_characters(most),
        Requirement::NameSigns => texts.name_signs().to_owned(),
        Requirement::PasswordAtLeast { least } => texts.password_at_least(least),
        Requirement::PasswordUnusual => texts.password_unusual().to_owned(),
        Requirement::PasswordTwice => texts.password_twice().to_owned(),
        Requirement::ViewName { most } => texts.view_name(most),
        Requirement::ViewsAtMost { most } => texts.views_at_most(most),
        Requirement::OwnPage => texts.own_page().to_owned(),
        Requirement::StoreWithData => texts.store_with_data().to_owned(),
        Requirement::Sales => texts.sales().to_owned(),
        Requirement::Readable(Unreadable { missing, place }) => {
            let missing = missing.as_ref().map_or_else(String::new, |name| texts.unreadable_missing(name));
            let place = place.map_or_else(String::new, |(line, column)| texts.unreadable_place(line, column));
            texts.unreadable(missing + &place)
        }
    }
}

/// Why a store's clock cannot change to a zone.
pub fn zone_change(language: Language, change: &InvalidZoneChange) -> String {
    let texts = language.requirement();
    match change {
        InvalidZoneChange::NoWholeHalfHours { date, minutes } => texts.zone_part_of_half_hour(minutes, date),
        InvalidZoneChange::OutOfRange(date) => texts.zone_out_of_range(date),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        Requirement::WholeNumber { least: 1, most: 100, given: "abc".to_owned() },
        "limite: debe ser un número entero de 1 a 100; llegó 'abc'",
        "limite: must be a whole number from 1 to 100; 'abc' came"
    )]
    #[case(
        Requirement::OneOf { allowed: "ventas, inventario".to_owned(), given: "venta".to_owned() },
        "limite: debe ser uno de: ventas, inventario; llegó 'venta'",
        "limite: must be one of: ventas, inventario; 'venta' came"
    )]
    #[case(
        Requirement::Readable(Unreadable::of("missing field `motivo` at line 1 column 20")),
        "limite: no se pueden leer: falta motivo: línea 1, columna 20",
        "limite: cannot be read: motivo is missing: line 1, column 20"
    )]
    #[case(
        Requirement::Characters { most: 10, given: 11 },
        "limite: puede tener 10 caracteres como máximo; tiene 11",
        "limite: may have 10 characters at most; it has 11"
    )]
    fn a_requirement_is_a_sentence_of_either_language(
        #[case] requirement: Requirement,
        #[case] spanish: &str,
        #[case] english: &str,
    ) {
        let error = InvalidParameter { name: "limite", requirement };
        assert_eq!(invalid_parameter(Language::Es, &error), spanish);
        assert_eq!(invalid_parameter(Language::En, &error), english);
    }
}
