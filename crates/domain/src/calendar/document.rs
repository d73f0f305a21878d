//! Rules as people write them down: in klk.toml, in the database, in the interface.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CalendarRules, DayException, OpeningHours};
use crate::filter::{InvalidParameter, Requirement};
use crate::read_model::{CalendarDocument, CalendarException};

/// What is written in place of hours where a store does not open.
pub const CLOSED: &str = "cerrado";

/// Reads rules that somebody wrote. Empty hours are closed, empty dates are none.
pub fn rules_of(document: &CalendarDocument) -> Result<CalendarRules, InvalidParameter> {
    let week = [
        ("lunes", &document.lunes),
        ("martes", &document.martes),
        ("miercoles", &document.miercoles),
        ("jueves", &document.jueves),
        ("viernes", &document.viernes),
        ("sabado", &document.sabado),
        ("domingo", &document.domingo),
    ];
    let mut weekdays = [None; 7];
    for (place, (name, text)) in weekdays.iter_mut().zip(week) {
        *place = hours_of(name, text)?;
    }
    let mut exceptions = BTreeMap::new();
    for exception in &document.excepciones {
        let date = date("excepciones", &exception.fecha)?;
        let hours = hours_of("excepciones", &exception.horario)?;
        if exceptions.insert(date, DayException { hours, note: exception.nota.trim().to_owned() }).is_some() {
            return Err(InvalidParameter { name: "excepciones", requirement: Requirement::DayOnce { date } });
        }
    }
    let day = |name: &'static str, text: &Option<String>| {
        let given = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        given.map(|text| date(name, text)).transpose()
    };
    let (opened_on, closed_on) = (day("desde", &document.desde)?, day("hasta", &document.hasta)?);
    if let (Some(first), Some(last)) = (opened_on, closed_on)
        && last < first
    {
        return Err(InvalidParameter { name: "hasta", requirement: Requirement::NotBeforeOpening { first, last } });
    }
    let zone = zone(document.zona.as_deref().map(str::trim).filter(|name| !name.is_empty()))?;
    Ok(CalendarRules { weekdays, exceptions, opened_on, closed_on, zone })
}

impl CalendarRules {
    /// As people write it down.
    pub fn document(&self) -> CalendarDocument {
        let text = |hours: Option<OpeningHours>| hours.map_or_else(|| CLOSED.to_owned(), |hours| hours.to_string());
        let [lunes, martes, miercoles, jueves, viernes, sabado, domingo] = self.weekdays.map(text);
        let excepciones = self
            .exceptions
            .iter()
            .map(|(date, exception)| CalendarException {
                fecha: date.to_string(),
                horario: text(exception.hours),
                nota: exception.note.clone(),
            })
            .collect();
        CalendarDocument {
            lunes,
            martes,
            miercoles,
            jueves,
            viernes,
            sabado,
            domingo,
            excepciones,
            desde: self.opened_on.map(|date| date.to_string()),
            hasta: self.closed_on.map(|date| date.to_string()),
            zona: self.zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned),
        }
    }
}

/// Reads hours that somebody wrote; empty ones are closed.
pub fn hours_of(name: &'static str, text: &str) -> Result<Option<OpeningHours>, InvalidParameter> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case(CLOSED) {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| InvalidParameter { name, requirement: Requirement::OpeningHours { given: excerpt(text) } })
}

fn date(name: &'static str, text: &str) -> Result<Date, InvalidParameter> {
    text.trim()
        .parse()
        .map_err(|_| InvalidParameter { name, requirement: Requirement::CalendarDay { given: excerpt(text) } })
}

fn zone(name: Option<&str>) -> Result<Option<TimeZone>, InvalidParameter> {
    let zone = name.map(|name| TimeZone::get(name).map_err(|_| name)).transpose();
    zone.map_err(|name| InvalidParameter { name: "zona", requirement: Requirement::Zone { given: excerpt(name) } })
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    fn document() -> CalendarDocument {
        let mut document = CalendarRules::every_day("07:00-21:00".parse().unwrap()).document();
        document.domingo = "cerrado".to_owned();
        document.excepciones.push(CalendarException {
            fecha: "2025-12-24".to_owned(),
            horario: "07:00-24:00".to_owned(),
            nota: "Víspera".to_owned(),
        });
        document.hasta = Some("2026-01-31".to_owned());
        document.zona = Some("America/Caracas".to_owned());
        document
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        assert_eq!(rules_of(&document()).unwrap().document(), document());
    }

    #[rstest]
    #[case(
        |document: &mut CalendarDocument| document.lunes = "7 a 21".to_owned(),
        "lunes",
        Requirement::OpeningHours { given: "7 a 21".to_owned() }
    )]
    #[case(
        |document: &mut CalendarDocument| document.desde = Some("ayer".to_owned()),
        "desde",
        Requirement::CalendarDay { given: "ayer".to_owned() }
    )]
    #[case(
        |document: &mut CalendarDocument| document.desde = Some("2027-01-01".to_owned()),
        "hasta",
        Requirement::NotBeforeOpening { first: date(2027, 1, 1), last: date(2026, 1, 31) }
    )]
    #[case(
        |document: &mut CalendarDocument| document.excepciones.push(document.excepciones[0].clone()),
        "excepciones",
        Requirement::DayOnce { date: date(2025, 12, 24) }
    )]
    #[case(
        |document: &mut CalendarDocument| document.zona = Some("Marte".to_owned()),
        "zona",
        Requirement::Zone { given: "Marte".to_owned() }
    )]
    fn rubbish_is_refused_by_its_name(
        #[case] spoil: fn(&mut CalendarDocument),
        #[case] name: &'static str,
        #[case] requirement: Requirement,
    ) {
        let mut document = document();
        spoil(&mut document);
        assert_eq!(rules_of(&document), Err(InvalidParameter { name, requirement }));
    }
}
