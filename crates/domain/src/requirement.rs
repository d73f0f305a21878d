//! What a parameter has to be, as a closed set: the sentence is made where somebody reads it, in the reader's language.

use jiff::civil::{Date, DateTime, Time};

use crate::branch_clock::InvalidZoneChange;

/// A parameter that cannot be read, or that is out of its bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {requirement:?}")]
pub struct InvalidParameter {
    /// Its name in the query string.
    pub name: &'static str,
    /// What it has to be and is not.
    pub requirement: Requirement,
}

/// What a parameter has to be and is not. `given` is the beginning of what came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the numbers and texts of the sentence; its words are in the locales")]
pub enum Requirement {
    /// It has to be there.
    Present,
    /// A whole number within bounds.
    WholeNumber { least: u32, most: u32, given: String },
    /// A number from 1 on.
    UpTo { most: u32, given: u32 },
    /// One of a set of names.
    OneOf { allowed: String, given: String },
    /// Something that is there to be chosen.
    Known,
    /// The `cursor_siguiente` of the page before.
    Cursor,
    /// The cursor of a list that begins at its first page.
    CursorOfList,
    /// The identifier of a run.
    Run { given: String },
    /// The identifier of a batch.
    Batch { given: String },
    /// The identifier of a justification.
    Justification,
    /// The hash of a plan, or so many of its first digits.
    PlanHash { digits: usize },
    /// `YYYY-MM-DD`.
    Date { given: String },
    /// A day of a calendar.
    CalendarDay { given: String },
    /// `HH:MM`.
    Time { given: String },
    /// On the hour or at half past.
    HalfHour { given: Time },
    /// Local date and time.
    LocalMoment { given: String },
    /// `YYYY-MM-DDTHH:MM`.
    Moment { given: String },
    /// Opening hours.
    OpeningHours { given: String },
    /// The name of a time zone.
    Zone { given: String },
    /// A zone that the store's clock can change to.
    ZoneChange(InvalidZoneChange),
    /// Within the days that can be computed.
    WithinCalendar,
    /// Each day of a calendar once.
    DayOnce { date: Date },
    /// The last day of a store, not before its first.
    NotBeforeOpening { first: Date, last: Date },
    /// The end of a period, after its start.
    AfterStart,
    /// The last day of a period, not before its first.
    NotBeforeFirstDay { first: Date, last: Date },
    /// A period of at most so many days.
    DaysAtMost { days: i64, most: u32 },
    /// Not before the first day that may be asked for.
    NotBefore { first: Date, given: Date },
    /// Not after today.
    NotAfterToday { today: Date, given: Date },
    /// A moment of the past.
    PastMoment { given: DateTime },
    /// After `desde_momento`.
    AfterFirstMoment,
    /// A period, or `ultimos_dias`.
    SomePeriod,
    /// At most so many stores, each once.
    StoresAtMost { most: usize, given: usize },
    /// At most so many periods, each once.
    PeriodsAtMost { most: usize, given: usize },
    /// A note, where the reason is "other".
    NoteOfOther,
    /// A text of at most so many characters.
    Characters { most: usize, given: usize },
    /// A text without control characters.
    Printable,
    /// A user name of at most so many characters.
    NameCharacters { most: usize },
    /// A user name of letters, digits and a few signs.
    NameSigns,
    /// A password of at least so many characters.
    PasswordAtLeast { least: usize },
    /// A password of at most so many characters.
    PasswordAtMost { most: usize },
    /// A password that is not guessed first.
    PasswordUnusual,
    /// The same new password twice.
    PasswordTwice,
    /// The name of a saved view, of at most so many characters.
    ViewName { most: usize },
    /// At most so many saved views of a person.
    ViewsAtMost { most: usize },
    /// The address of a page of ours.
    OwnPage,
    /// A store with data.
    StoreWithData,
    /// Sales: snapshots of stock have no invoice numbers.
    Sales,
    /// Arguments that can be read at all.
    Readable(Unreadable),
}

/// Where arguments cannot be read, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// The field that is not there.
    pub missing: Option<String>,
    /// Line and column of a JSON body.
    pub place: Option<(u64, u64)>,
}

impl Unreadable {
    /// From what the reader of the arguments says in its own language, which is not for people.
    pub fn of(said: &str) -> Self {
        let missing = said.split_once("missing field `").and_then(|(_, rest)| rest.split_once('`'));
        let place = said.rsplit_once(" at line ").and_then(|(_, rest)| {
            let (line, rest) = rest.split_once(" column ")?;
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            Some((line.parse().ok()?, rest[..end].parse().ok()?))
        });
        Self { missing: missing.map(|(name, _)| name.to_owned()), place }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("missing field `motivo` at line 1 column 20", Some("motivo"), Some((1, 20)))]
    #[case("EOF while parsing a value at line 3 column 7", None, Some((3, 7)))]
    #[case("invalid digit found in string", None, None)]
    fn the_readers_own_words_are_not_kept(
        #[case] said: &str,
        #[case] missing: Option<&str>,
        #[case] place: Option<(u64, u64)>,
    ) {
        assert_eq!(Unreadable::of(said), Unreadable { missing: missing.map(str::to_owned), place });
    }
}
