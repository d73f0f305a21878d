//! A store's calendar as a form: the week, single days, the first and the last day. And a day of all stores.

use domain::calendar::CLOSED;
use domain::read_model::{CalendarDocument, CalendarException};
use jiff::civil::{Date, Weekday};
use leptos::prelude::*;

use crate::preferences::language;
use crate::values::Values;

/// The days of the week as the form and the contract name them.
const WEEK: [&str; 7] = ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"];

/// The button that gives every day the hours of one.
pub const COPY: &str = "copiar";
/// Rows for single days that are not there yet.
const NEW_EXCEPTIONS: usize = 3;
/// Single days that one form may have.
const EXCEPTIONS_MAX: usize = 400;

/// The fields of a store's calendar, from a day on.
pub fn calendar_fields(document: &CalendarDocument, from: &str) -> AnyView {
    let texts = language().calendars();
    let labels = [
        texts.monday(),
        texts.tuesday(),
        texts.wednesday(),
        texts.thursday(),
        texts.friday(),
        texts.saturday(),
        texts.sunday(),
    ];
    let week = WEEK.into_iter().zip(labels).zip(week_of(document));
    let week = week.map(|((name, label), hours)| weekday_fields(label, name, hours)).collect_view();
    let none = CalendarException { fecha: String::new(), horario: String::new(), nota: String::new() };
    let rows = document.excepciones.iter().chain(std::iter::repeat_n(&none, NEW_EXCEPTIONS));
    let exceptions = rows.enumerate().map(|(index, one)| exception_fields(index, one)).collect_view();
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    view! {
        <p class="muted">{texts.hours_hint()}</p>
        <div class="columns">{week}</div>
        <fieldset class="hours-list" id="excepciones">
            <legend class="field-label">{texts.exceptions()}</legend>
            <p class="muted">{texts.exceptions_hint()}</p>
            {exceptions}
        </fieldset>
        <div class="form-grid">
            {field(texts.opened(), "desde", "date", &optional(&document.desde), false)}
            {field(texts.closed(), "hasta", "date", &optional(&document.hasta), false)}
            {field(texts.zone(), "zona", "text", &optional(&document.zona), false)}
            {field(texts.valid_from(), "vigente_desde", "date", from, true)}
        </div>
    }
    .into_any()
}

/// The hours of the week, from Monday on.
fn week_of(document: &CalendarDocument) -> [&String; 7] {
    [
        &document.lunes,
        &document.martes,
        &document.miercoles,
        &document.jueves,
        &document.viernes,
        &document.sabado,
        &document.domingo,
    ]
}

fn weekday_fields(label: &'static str, name: &'static str, hours: &str) -> AnyView {
    let texts = language().calendars();
    view! {
        <fieldset class="hours-day">
            <legend class="field-label">{label}</legend>
            {times(label, name, hours)}
            <button class="button" type="submit" name=COPY value=name aria-label=texts.copy_day(label)>
                {texts.copy()}
            </button>
        </fieldset>
    }
    .into_any()
}

/// When it opens and closes; both are empty on a day on which it does not.
fn times(label: &str, name: &str, hours: &str) -> AnyView {
    let texts = language().calendars();
    let (opens, closes) = times_of(hours);
    view! {
        <label>
            <span class="muted">{texts.opens()}</span>
            <input class="input" type="time" name=format!("{name}_abre") value=opens aria-label=texts.opens_on(label)/>
        </label>
        <label>
            <span class="muted">{texts.closes()}</span>
            <input class="input" type="time" name=format!("{name}_cierra") value=closes aria-label=texts.closes_on(label)/>
        </label>
    }
    .into_any()
}

fn exception_fields(index: usize, exception: &CalendarException) -> AnyView {
    let texts = language().calendars();
    let name = format!("excepcion_{index}");
    let label = texts.single_day(index + 1);
    view! {
        <fieldset class="hours-day">
            <legend class="visually-hidden">{label.clone()}</legend>
            <label>
                <span class="muted">{texts.day()}</span>
                <input
                    class="input"
                    type="date"
                    name=format!("{name}_fecha")
                    value=exception.fecha.clone()
                    aria-label=texts.date_of(&label)
                />
            </label>
            {times(&label, &name, &exception.horario)}
            <label>
                <span class="muted">{texts.why()}</span>
                <input
                    class="input"
                    type="text"
                    name=format!("{name}_nota")
                    value=exception.nota.clone()
                    aria-label=texts.why_of(&label)
                />
            </label>
        </fieldset>
    }
    .into_any()
}

/// The fields of a day of all stores: the day, its hours, and why.
pub fn holiday_fields(day: &str, hours: &str, why: &str) -> AnyView {
    let texts = language().calendars();
    view! {
        <div class="form-grid">
            {field(texts.day(), "fecha", "date", day, true)}
            <fieldset class="hours-day">
                <legend class="field-label">{texts.hours()}</legend>
                {times(texts.holiday(), HOLIDAY, hours)}
            </fieldset>
            {field(texts.why(), "nota", "text", why, false)}
        </div>
    }
    .into_any()
}

/// What the fields of a day of all stores are called.
const HOLIDAY: &str = "feriado";

/// The hours that the form of a day of all stores says.
pub fn holiday_hours_of(values: &Values) -> String {
    hours_of(values, HOLIDAY)
}

fn field(label: &'static str, name: &'static str, kind: &'static str, value: &str, required: bool) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input class="input" type=kind name=name required=required value=value.to_owned()/>
        </label>
    }
    .into_any()
}

/// The fields of time that hours are written in: midnight at the end is 00:00 there.
fn times_of(hours: &str) -> (String, String) {
    match hours.split_once('-') {
        Some((opens, closes)) => (opens.trim().to_owned(), closes.trim().replace("24:00", "00:00")),
        None => (String::new(), String::new()),
    }
}

/// The hours that two fields of time say. Where only one of them does, the use case says what is wrong.
fn hours_of(values: &Values, name: &str) -> String {
    match (values.get(&format!("{name}_abre")), values.get(&format!("{name}_cierra"))) {
        (None, None) => CLOSED.to_owned(),
        (opens, closes) => {
            let closes = closes.unwrap_or_default().replace("00:00", "24:00");
            format!("{}-{closes}", opens.unwrap_or_default())
        }
    }
}

/// The calendar that a form says; where a day is to be copied, with its hours on all of them.
pub fn document_of(values: &Values) -> CalendarDocument {
    let copied = values.get(COPY).filter(|day| WEEK.contains(&day.as_str()));
    let [lunes, martes, miercoles, jueves, viernes, sabado, domingo] =
        WEEK.map(|day| hours_of(values, copied.as_deref().unwrap_or(day)));
    CalendarDocument {
        lunes,
        martes,
        miercoles,
        jueves,
        viernes,
        sabado,
        domingo,
        excepciones: exceptions_of(values),
        desde: values.get("desde"),
        hasta: values.get("hasta"),
        zona: values.get("zona").filter(|zone| !zone.trim().is_empty()),
    }
}

/// The single days of a form; a row without a date is none.
fn exceptions_of(values: &Values) -> Vec<CalendarException> {
    let exception = |index: usize| {
        let name = format!("excepcion_{index}");
        let fecha = values.get(&format!("{name}_fecha"))?;
        let nota = values.get(&format!("{name}_nota")).unwrap_or_default().trim().to_owned();
        Some(CalendarException { fecha, horario: hours_of(values, &name), nota })
    };
    (0..EXCEPTIONS_MAX).filter_map(exception).collect()
}

/// The hours of a date: those of an exception, else of its weekday.
pub fn hours_of_today(calendar: &CalendarDocument, today: Date) -> String {
    let date = today.to_string();
    let exception = calendar.excepciones.iter().find(|one| one.fecha == date).map(|one| &one.horario);
    let weekday = match today.weekday() {
        Weekday::Monday => &calendar.lunes,
        Weekday::Tuesday => &calendar.martes,
        Weekday::Wednesday => &calendar.miercoles,
        Weekday::Thursday => &calendar.jueves,
        Weekday::Friday => &calendar.viernes,
        Weekday::Saturday => &calendar.sabado,
        Weekday::Sunday => &calendar.domingo,
    };
    language().calendars().today_hours(exception.unwrap_or(weekday))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        Values::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn fields_of_time_say_hours_and_two_empty_ones_a_closed_day() {
        let said = values(&[
            ("lunes_abre", "08:00"),
            ("lunes_cierra", "00:00"),
            ("martes_abre", "18:00"),
            ("martes_cierra", "02:00"),
            ("miercoles_abre", "08:00"),
        ]);
        let document = document_of(&said);
        assert_eq!((&*document.lunes, &*document.martes), ("08:00-24:00", "18:00-02:00"));
        assert_eq!((&*document.miercoles, &*document.jueves), ("08:00-", CLOSED));
        assert_eq!(times_of(&document.lunes), ("08:00".to_owned(), "00:00".to_owned()));
        assert_eq!(times_of(CLOSED), (String::new(), String::new()));
    }

    #[test]
    fn one_day_is_copied_to_all() {
        let said = values(&[("martes_abre", "07:00"), ("martes_cierra", "21:00"), (COPY, "martes")]);
        assert!(week_of(&document_of(&said)).iter().all(|hours| *hours == "07:00-21:00"));
    }

    #[test]
    fn a_single_day_without_a_date_is_none() {
        let said = values(&[
            ("excepcion_0_abre", "07:00"),
            ("excepcion_2_fecha", "2025-12-25"),
            ("excepcion_2_nota", " Navidad "),
        ]);
        let exceptions = document_of(&said).excepciones;
        let expected = CalendarException {
            fecha: "2025-12-25".to_owned(),
            horario: CLOSED.to_owned(),
            nota: "Navidad".to_owned(),
        };
        assert_eq!(exceptions, [expected]);
    }
}
