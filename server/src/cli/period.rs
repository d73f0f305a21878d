//! Dates and times on the command line.

use clap::Args;
use jiff::civil::{Date, Time};

/// The local time that a command is about.
#[derive(Clone, Debug, Args)]
pub struct PeriodArguments {
    /// Primer día, AAAA-MM-DD
    #[arg(long, value_name = "FECHA", value_parser = date)]
    pub desde: Option<Date>,
    /// Último día, AAAA-MM-DD; sin él, el mismo de --desde
    #[arg(long, value_name = "FECHA", value_parser = date, requires = "desde")]
    pub hasta: Option<Date>,
    /// Hora inicial de cada día, HH:MM
    #[arg(long, value_name = "HORA", value_parser = time, requires = "desde")]
    pub hora_desde: Option<Time>,
    /// Hora final de cada día, HH:MM o 24:00
    #[arg(long, value_name = "HORA", value_parser = end_time, requires = "desde")]
    pub hora_hasta: Option<EndTime>,
}

/// A day, or some hours of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayPeriod {
    /// Which day.
    pub date: Date,
    /// From and up to; None for all of it.
    pub hours: Option<(Time, EndTime)>,
}

/// `AAAA-MM-DD`, or `AAAA-MM-DD HH:MM-HH:MM`.
pub fn day_period(text: &str) -> Result<DayPeriod, String> {
    let Some((day, hours)) = text.trim().split_once(' ') else {
        return Ok(DayPeriod { date: date(text.trim())?, hours: None });
    };
    let (from, to) = hours.trim().split_once('-').ok_or("las horas se escriben HH:MM-HH:MM, como 10:00-13:30")?;
    Ok(DayPeriod { date: date(day)?, hours: Some((time(from.trim())?, end_time(to.trim())?)) })
}

/// A time that may be the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTime(pub Option<Time>);

impl EndTime {
    /// `HH:MM`, or `24:00`.
    pub fn text(self) -> String {
        self.0.map_or_else(|| "24:00".to_owned(), domain::window::clock_text)
    }
}

/// `AAAA-MM-DD`.
pub fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "no es una fecha; escriba AAAA-MM-DD, como 2025-11-17".to_owned())
}

/// A moment of the chain's clock.
pub fn moment(text: &str) -> Result<jiff::civil::DateTime, String> {
    text.trim().parse().map_err(|_| "no es un momento; escriba '2025-11-17 10:07'".to_owned())
}

fn time(text: &str) -> Result<Time, String> {
    let time = (text.len() == 5).then(|| text.parse().ok()).flatten();
    time.ok_or_else(|| "no es una hora; escriba HH:MM, como 07:30".to_owned())
}

fn end_time(text: &str) -> Result<EndTime, String> {
    if text == "24:00" { Ok(EndTime(None)) } else { time(text).map(|time| EndTime(Some(time))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_hours_and_minutes_and_only_the_end_may_be_24() {
        assert!(time("07:30").is_ok());
        assert!(["24:00", "7:30", "07:30:10", "siete"].iter().all(|text| time(text).is_err()));
        assert_eq!(end_time("24:00"), Ok(EndTime(None)));
        assert_eq!(end_time("21:00").map(EndTime::text), Ok("21:00".to_owned()));
    }

    #[test]
    fn a_day_may_be_narrowed_to_some_hours() {
        let day = "2025-11-17".parse().unwrap();
        assert_eq!(day_period("2025-11-17"), Ok(DayPeriod { date: day, hours: None }));
        let hours = day_period("2025-11-17 22:30-24:00").unwrap().hours.unwrap();
        assert_eq!((hours.0, hours.1), ("22:30".parse().unwrap(), EndTime(None)));
        assert!(["2025-11-17 10:00", "2025-11-17 10-11", "10:00-11:00"].iter().all(|text| day_period(text).is_err()));
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        assert!(date("2025-11-17").is_ok());
        assert!(["2025-02-30", "17/11/2025", "hoy"].iter().all(|text| date(text).is_err()));
    }
}
