//! Reads a fault from a compact text; the crate's documentation has the table.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use crate::fault::{Endpoint, Fault, FaultKind, Malformation};
use crate::local_time::instant;

/// A text that describes no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{part}' in the fault '{text}': expected {expected}")]
pub struct InvalidFault {
    text: String,
    /// The part between colons that was not understood; empty where it is missing.
    pub part: String,
    /// What should stand there.
    pub expected: Expected,
}

/// What a part of a fault's text should be. Its `Display` is English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    /// One of the kinds of fault, with its value.
    #[error("a kind, as in SUC003:ventas:status=503:2025-11-17T10:00..2025-11-17T13:00")]
    Kind,
    /// Both ends as local times, or a date.
    #[error("local times, as in 2025-11-17T10:00..13:00")]
    Range,
    /// An HTTP status from 200 to 599.
    #[error("a status from 200 to 599, as in status=503")]
    Status,
    /// A whole number of seconds.
    #[error("seconds, as in hang=130")]
    Seconds,
    /// A whole number of bytes.
    #[error("bytes, as in cut=2000")]
    Bytes,
    /// How many lines are missing.
    #[error("a count, as in short=5")]
    MissingLines,
    /// How many lines come twice.
    #[error("a count, as in duplicates=4")]
    Duplicates,
    /// A whole number of milliseconds.
    #[error("milliseconds, as in slow=800")]
    Milliseconds,
    /// Which line is malformed, from 0.
    #[error("a place, as in malformed=3")]
    Place,
    /// One of the ways in which a line is malformed.
    #[error("missing_field, two_objects, text_for_number or not_an_object after the place")]
    Malformation,
    /// Bytes of each piece, and the pause between them in milliseconds.
    #[error("bytes and milliseconds, as in drip=4096/50")]
    Drip,
    /// How often the fault hits.
    #[error("a count, as in times=1")]
    Times,
    /// One of the options.
    #[error("times=, active= or label=")]
    Option,
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |part: &str, expected| InvalidFault { text: text.to_owned(), part: part.to_owned(), expected };
        let parts = split(text);
        let mut parts = parts.iter().map(String::as_str).peekable();
        let branch = parts.next_if(|part| endpoint(part).is_none() && kind(part) == Ok(None)).map(str::to_owned);
        let endpoint = parts.next_if(|part| endpoint(part).is_some()).and_then(endpoint).unwrap_or_default();
        let kind_text = parts.next().unwrap_or_default();
        let kind = kind(kind_text)
            .and_then(|kind| kind.ok_or(Expected::Kind))
            .map_err(|expected| invalid(kind_text, expected))?;
        let mut fault = Self::new(kind).at(endpoint);
        fault.branch = branch.filter(|code| !code.is_empty() && code != "*");
        for part in parts {
            read_option(&mut fault, part).map_err(|expected| invalid(part, expected))?;
        }
        Ok(fault)
    }
}

/// The parts between colons, where the colons of clock times are none: what follows those is two digits.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.trim().split(':') {
        let is_rest_of_time = part.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            && part.get(2..).is_some_and(|rest| rest.is_empty() || rest.starts_with(".."));
        match parts.last_mut() {
            Some(time) if is_rest_of_time => {
                time.push(':');
                time.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

fn endpoint(text: &str) -> Option<Endpoint> {
    match text {
        "any" => Some(Endpoint::Any),
        "ventas" => Some(Endpoint::Sales),
        "articulos" => Some(Endpoint::Articles),
        "almacenes" => Some(Endpoint::Warehouses),
        _ => None,
    }
}

/// None where the name is no kind's, an error where its value is wrong.
fn kind(text: &str) -> Result<Option<FaultKind>, Expected> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let kind = match name {
        "status" => FaultKind::Status { code: status(value)?, html: false },
        "html" => FaultKind::Status { code: status(value)?, html: true },
        "error" => FaultKind::Error200 { message: value.to_owned() },
        "hang" => FaultKind::Hang { seconds: number(value, Expected::Seconds)? },
        "refuse" => FaultKind::Refuse,
        "reset" => FaultKind::Reset,
        "cut" => FaultKind::CutBody { after_bytes: number(value, Expected::Bytes)? },
        "short" => FaultKind::Short { missing_lines: number(value, Expected::MissingLines)? },
        "malformed" => malformed(value)?,
        "not_json" => FaultKind::NotJson,
        "duplicates" => FaultKind::DuplicateLines { count: number(value, Expected::Duplicates)? },
        "slow" => FaultKind::Slow { milliseconds: number(value, Expected::Milliseconds)? },
        "drip" => drip(value)?,
        _ => return Ok(None),
    };
    Ok(Some(kind))
}

fn status(value: &str) -> Result<u16, Expected> {
    let code: u16 = number(value, Expected::Status)?;
    if (200..600).contains(&code) { Ok(code) } else { Err(Expected::Status) }
}

fn malformed(value: &str) -> Result<FaultKind, Expected> {
    let (at, malformation) = value.split_once('/').unwrap_or((value, "missing_field"));
    let malformation = match malformation {
        "missing_field" => Malformation::MissingField,
        "two_objects" => Malformation::TwoObjects,
        "text_for_number" => Malformation::TextForNumber,
        "not_an_object" => Malformation::NotAnObject,
        _ => return Err(Expected::Malformation),
    };
    Ok(FaultKind::MalformedLine { at: number(at, Expected::Place)?, malformation })
}

fn drip(value: &str) -> Result<FaultKind, Expected> {
    let (bytes, pause) = value.split_once('/').ok_or(Expected::Drip)?;
    Ok(FaultKind::Drip {
        chunk_bytes: number(bytes, Expected::Drip)?,
        pause_milliseconds: number(pause, Expected::Drip)?,
    })
}

fn number<T: FromStr>(value: &str, expected: Expected) -> Result<T, Expected> {
    value.parse().map_err(|_| expected)
}

fn read_option(fault: &mut Fault, part: &str) -> Result<(), Expected> {
    match part.split_once('=') {
        Some(("times", value)) => fault.times = Some(number(value, Expected::Times)?),
        Some(("label", value)) => fault.label = Some(value.to_owned()),
        Some(("active", value)) => {
            let (from, to) = local_range(value)?;
            let instant_of = |moment: Option<DateTime>| -> Result<Option<Timestamp>, Expected> {
                moment.map(|moment| instant(moment).ok_or(Expected::Range)).transpose()
            };
            (fault.active_from, fault.active_to) = (instant_of(from)?, instant_of(to)?);
        }
        Some(_) => return Err(Expected::Option),
        None => (fault.sales_from, fault.sales_to) = local_range(part)?,
    }
    Ok(())
}

/// `from..to`, either of which may be missing, the end as a time of the same day; or a whole date.
fn local_range(text: &str) -> Result<(Option<DateTime>, Option<DateTime>), Expected> {
    let Some((from, to)) = text.split_once("..") else {
        let date: Date = number(text, Expected::Range)?;
        let next = date.tomorrow().map_err(|_| Expected::Range)?;
        return Ok((Some(date.into()), Some(next.into())));
    };
    let from: Option<DateTime> = if from.is_empty() { None } else { Some(number(from, Expected::Range)?) };
    let to = match (to, from) {
        ("", _) => None,
        (to, Some(from)) if !to.contains('-') => Some(from.date().to_datetime(number::<Time>(to, Expected::Range)?)),
        (to, _) => Some(number(to, Expected::Range)?),
    };
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn moment(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_store_an_endpoint_a_kind_and_hours_are_read() {
        let expected = Fault::new(FaultKind::Status { code: 503, html: false })
            .of_branch("SUC003")
            .at(Endpoint::Sales)
            .of_sales(moment("2025-11-17T10:00"), moment("2025-11-17T13:00"));
        assert_eq!("SUC003:ventas:status=503:2025-11-17T10:00..2025-11-17T13:00".parse(), Ok(expected));
    }

    #[test]
    fn an_end_without_a_date_is_on_the_same_day() {
        let expected = Fault::new(FaultKind::Short { missing_lines: 5 })
            .of_branch("SUC001")
            .of_sales(moment("2025-11-17T12:00"), moment("2025-11-17T12:30"))
            .times(1);
        assert_eq!("SUC001:short=5:2025-11-17T12:00..12:30:times=1".parse(), Ok(expected));
    }

    #[test]
    fn times_of_activity_are_local() {
        let fault: Fault = "refuse:active=2025-11-18T08:00..:label=demo".parse().unwrap();
        assert_eq!(fault.active_from, Some("2025-11-18T12:00:00Z".parse().unwrap()));
        assert_eq!((fault.active_to, fault.label.as_deref()), (None, Some("demo")));
    }

    #[test]
    fn a_date_alone_is_the_whole_day() {
        let fault: Fault = "*:ventas:reset:2025-11-17".parse().unwrap();
        assert_eq!(fault.branch, None);
        assert_eq!(
            (fault.sales_from, fault.sales_to),
            (Some(moment("2025-11-17T00:00")), Some(moment("2025-11-18T00:00")))
        );
    }

    #[rstest]
    #[case("html=502", FaultKind::Status { code: 502, html: true })]
    #[case("error=sin conexion", FaultKind::Error200 { message: "sin conexion".to_owned() })]
    #[case("hang=130", FaultKind::Hang { seconds: 130 })]
    #[case("any:refuse", FaultKind::Refuse)]
    #[case("cut=2000", FaultKind::CutBody { after_bytes: 2_000 })]
    #[case("malformed=3", FaultKind::MalformedLine { at: 3, malformation: Malformation::MissingField })]
    #[case("malformed=0/two_objects", FaultKind::MalformedLine { at: 0, malformation: Malformation::TwoObjects })]
    #[case("not_json", FaultKind::NotJson)]
    #[case("duplicates=4", FaultKind::DuplicateLines { count: 4 })]
    #[case("slow=800", FaultKind::Slow { milliseconds: 800 })]
    #[case("drip=4096/50", FaultKind::Drip { chunk_bytes: 4_096, pause_milliseconds: 50 })]
    fn every_kind_has_a_text(#[case] text: &str, #[case] kind: FaultKind) {
        assert_eq!(text.parse(), Ok(Fault::new(kind)));
    }

    #[rstest]
    #[case("", Expected::Kind)]
    #[case("SUC001", Expected::Kind)]
    #[case("SUC001:ventas", Expected::Kind)]
    #[case("SUC001:boom", Expected::Kind)]
    #[case("SUC001:status=9000", Expected::Status)]
    #[case("SUC001:refuse:yesterday", Expected::Range)]
    #[case("SUC001:refuse:often=1", Expected::Option)]
    #[case("malformed=1/odd", Expected::Malformation)]
    fn a_wrong_text_is_told_what_was_expected(#[case] text: &str, #[case] expected: Expected) {
        assert_eq!(text.parse::<Fault>().unwrap_err().expected, expected);
    }
}
