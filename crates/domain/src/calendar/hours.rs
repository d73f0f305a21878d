//! Opening hours of one day.

use jiff::civil::Time;

use crate::window::clock_text;

/// From one time of a local day up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    pub(super) opens: Time,
    /// None stands for 24:00.
    pub(super) closes: Option<Time>,
}

/// A text that does not say opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' are no opening hours: write them as 07:00-21:00, with 24:00 for midnight")]
pub struct InvalidOpeningHours(String);

impl std::str::FromStr for OpeningHours {
    type Err = InvalidOpeningHours;

    /// Reads `07:00-21:00`; the end may be `24:00`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOpeningHours(text.to_owned());
        let (opens, closes) = text.split_once('-').ok_or_else(invalid)?;
        let time = |part: &str| part.trim().parse::<Time>().map_err(|_| invalid());
        let opens = time(opens)?;
        let closes = if closes.trim() == "24:00" { None } else { Some(time(closes)?) };
        if closes.is_some_and(|closes| closes <= opens) {
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
    /// Whether a half hour that begins at this time of the clock has an open minute.
    pub(super) fn has_part_of(&self, half_hour: Time) -> bool {
        let minute = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        let closes = self.closes.map_or(24 * 60, |closes| minute(closes) + i32::from(closes.second() > 0));
        let starts = minute(half_hour);
        starts < closes && starts + 30 > minute(self.opens)
    }
}
