//! Another calendar of a store, or other hours of a day of all stores: what it would change, then the change itself.

use domain::read_model::{CalendarAnswer, HolidayAnswer};

use super::done;
use crate::api::{change_calendar, change_holiday, preview_calendar, preview_holiday};
use crate::i18n::{calendar_change, calendar_saved, holiday_saved};
use crate::page::Outcome;
use crate::pages::{Submitted, calendars_page, seal};
use crate::preferences::language;
use crate::query::{CALENDARS, Query};
use crate::values::Values;
use crate::views::{document_of, holiday_hours_of};

/// Whether exactly what the form says was looked at, and is to be saved.
fn is_to_be_saved(values: &Values) -> bool {
    values.get("paso").as_deref() == Some("guardar") && values.get("visto") == Some(seal(values))
}

/// Of a store.
pub async fn calendar(values: Values) -> Outcome {
    let (store, from) = (values.get("ubicacion_id"), values.get("vigente_desde"));
    let document = Some(document_of(&values));
    let looked = if is_to_be_saved(&values) {
        match change_calendar(store.clone(), from, document).await {
            Ok(answer) => return done(of_store(store.as_deref()), saved(&answer)),
            Err(error) => Err(error),
        }
    } else {
        preview_calendar(store, from, document).await
    };
    Outcome::Page(calendars_page(values, Some((Submitted::Calendar, looked))).await)
}

/// Of a day.
pub async fn holiday(values: Values) -> Outcome {
    let (day, hours, why) = (values.get("fecha"), Some(holiday_hours_of(&values)), values.get("nota"));
    let store = values.get("tienda");
    let looked = if is_to_be_saved(&values) {
        match change_holiday(day, hours, why).await {
            Ok(answer) => return done(of_store(store.as_deref()), holiday_was_saved(values.get("fecha"), &answer)),
            Err(error) => Err(error),
        }
    } else {
        preview_holiday(day, hours, why).await
    };
    Outcome::Page(calendars_page(values, Some((Submitted::Holiday, looked))).await)
}

fn saved(answer: &CalendarAnswer) -> String {
    let CalendarAnswer { calendario, cambio, ya_estaba, .. } = answer;
    let change = (cambio.dejan_de_esperarse, cambio.empiezan_a_esperarse);
    match calendario.cambios.first() {
        Some(last) => calendar_saved(language(), &calendario.ubicacion_nombre, last.vigente_desde, *ya_estaba, change),
        None => calendar_change(language(), change.0, change.1),
    }
}

fn holiday_was_saved(day: Option<String>, answer: &HolidayAnswer) -> String {
    let change = (answer.cambio.dejan_de_esperarse, answer.cambio.empiezan_a_esperarse);
    match day.as_deref().unwrap_or_default().trim().parse() {
        Ok(day) => holiday_saved(language(), day, answer.tiendas, change),
        Err(_) => calendar_change(language(), change.0, change.1),
    }
}

fn of_store(store: Option<&str>) -> String {
    Query::of(CALENDARS, &[("ubicacion_id", store.unwrap_or_default())]).href()
}
