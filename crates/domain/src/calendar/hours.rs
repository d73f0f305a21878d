//! Opening hours of one day, which may go on into the night of the next.

use jiff::civil::Time;

use crate::window::clock_text;

/// From one time of a local day up to another; where that is not later, of the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    pub(super) opens: Time,
    /// None stands for 24:00; what is not after `opens` is of the next day.
    pub(super) closes: Option<Time>,
}

/// A part of a local day; None stands for 24:00.
pub(super) type DayPart = (Time, Option<Time>);

/// A text that does not say opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' are no opening hours: write them as 07:00-21:00, with 24:00 for midnight, or as 18:00-02:00")]
pub struct InvalidOpeningHours(String);

impl std::str::FromStr for OpeningHours {
    type Err = InvalidOpeningHours;

    /// Reads `07:00-21:00`; the end may be `24:00`, or earlier than the start: `18:00-02:00` ends on the next day.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOpeningHours(text.to_owned());
        let (opens, closes) = text.split_once('-').ok_or_else(invalid)?;
        let time = |part: &str| part.trim().parse::<Time>().map_err(|_| invalid());
        let opens = time(opens)?;
        let closes = match closes.trim() {
            "24:00" | "00:00" => None,
            closes => Some(time(closes)?),
        };
        if closes == Some(opens) {
            return Err(invalid());
        }
        Ok(Self { opens, closes })
    }
}

impl std::fmt::Display for OpeningHours {
    /// `07:00-21:00`, as it is read.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let closes = self.closes.map_or_else(|| "24:00".to_owned(), clock_text);
        write!(formatter, "{}-{closes}", clock_text(self.opens))
    }
}

impl OpeningHours {
    /// The part of them that is of their own day.
    pub(super) fn of_own_day(&self) -> DayPart {
        (self.opens, if self.is_over_midnight() { None } else { self.closes })
    }

    /// The part of them that is of the next day, where they go on over midnight.
    pub(super) fn of_next_day(&self) -> Option<DayPart> {
        self.closes.filter(|_| self.is_over_midnight()).map(|closes| (Time::midnight(), Some(closes)))
    }

    /// Whether they go on into the next day.
    pub(super) fn is_over_midnight(&self) -> bool {
        self.closes.is_some_and(|closes| closes <= self.opens)
    }
}

/// Whether a half hour that begins at this time of the clock has a minute of a part of the day.
pub(super) fn has_minute_of((opens, closes): DayPart, half_hour: Time) -> bool {
    let minute = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let closes = closes.map_or(24 * 60, |closes| minute(closes) + i32::from(closes.second() > 0));
    let starts = minute(half_hour);
    starts < closes && starts + 30 > minute(opens)
}
