//! A store's calendar as a form: the week, single days, the first and the last day. And a day of all stores.

use domain::read_model::{CalendarDocument, CalendarException};
use jiff::civil::{Date, Weekday};
use leptos::prelude::*;

use crate::preferences::language;
use crate::values::Values;

/// The days of the week as the form and the contract name them.
const WEEK: [&str; 7] = ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"];

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
    let hours = [
        &document.lunes,
        &document.martes,
        &document.miercoles,
        &document.jueves,
        &document.viernes,
        &document.sabado,
        &document.domingo,
    ];
    let week = WEEK.into_iter().zip(labels).zip(hours);
    let week = week.map(|((name, label), hours)| field(label, name, "text", hours, false)).collect_view();
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    view! {
        <p class="muted">{texts.hours_hint()}</p>
        <div class="form-grid">{week}</div>
        <label class="field">
            <span class="field-label">{texts.exceptions()}</span>
            <textarea class="input" id="campo-excepciones" name="excepciones" rows="4">
                {exceptions_text(&document.excepciones)}
            </textarea>
            <span class="muted">{texts.exceptions_hint()}</span>
        </label>
        <div class="form-grid">
            {field(texts.opened(), "desde", "date", &optional(&document.desde), false)}
            {field(texts.closed(), "hasta", "date", &optional(&document.hasta), false)}
            {field(texts.zone(), "zona", "text", &optional(&document.zona), false)}
            {field(texts.valid_from(), "vigente_desde", "date", from, true)}
        </div>
    }
    .into_any()
}

/// The fields of a day of all stores: the day, its hours, and why.
pub fn holiday_fields(day: &str, hours: &str, why: &str) -> AnyView {
    let texts = language().calendars();
    view! {
        <div class="form-grid">
            {field(texts.day(), "fecha", "date", day, true)}
            {field(texts.hours(), "horario", "text", hours, true)}
            {field(texts.why(), "nota", "text", why, false)}
        </div>
    }
    .into_any()
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

/// The calendar that a form says.
pub fn document_of(values: &Values) -> CalendarDocument {
    let text = |name: &str| values.get(name).unwrap_or_default();
    CalendarDocument {
        lunes: text("lunes"),
        martes: text("martes"),
        miercoles: text("miercoles"),
        jueves: text("jueves"),
        viernes: text("viernes"),
        sabado: text("sabado"),
        domingo: text("domingo"),
        excepciones: exceptions_of(&text("excepciones")),
        desde: values.get("desde"),
        hasta: values.get("hasta"),
        zona: values.get("zona").filter(|zone| !zone.trim().is_empty()),
    }
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

/// A line a day: date, hours, and what it is.
fn exceptions_text(exceptions: &[CalendarException]) -> String {
    let line = |one: &CalendarException| format!("{} {} {}", one.fecha, one.horario, one.nota).trim_end().to_owned();
    exceptions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the lines say; what cannot be read is left to the server to refuse by its name.
fn exceptions_of(text: &str) -> Vec<CalendarException> {
    let exception = |line: &str| {
        let mut words = line.trim().splitn(3, char::is_whitespace);
        CalendarException {
            fecha: words.next().unwrap_or_default().to_owned(),
            horario: words.next().unwrap_or_default().to_owned(),
            nota: words.next().unwrap_or_default().trim().to_owned(),
        }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(exception).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_days_are_a_line_each() {
        let text = "2025-12-24 07:00-13:00 Nochebuena\n2025-12-25 cerrado";
        let exceptions = exceptions_of(&format!("\n {text} \n\n"));
        assert_eq!(exceptions.len(), 2);
        assert_eq!((exceptions[0].horario.as_str(), exceptions[0].nota.as_str()), ("07:00-13:00", "Nochebuena"));
        assert_eq!(exceptions_text(&exceptions), text);
    }
}
