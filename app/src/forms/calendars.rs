//! Another calendar of a store, or other hours of a day of all stores: what it would change, then the change itself.

use super::done;
use crate::api::{change_calendar, change_holiday, preview_calendar, preview_holiday};
use crate::page::Outcome;
use crate::pages::{Submitted, calendars_page, seal};
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
            Ok(answer) => return done(of_store(store.as_deref()), answer.mensaje),
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
            Ok(answer) => return done(of_store(store.as_deref()), answer.mensaje),
            Err(error) => Err(error),
        }
    } else {
        preview_holiday(day, hours, why).await
    };
    Outcome::Page(calendars_page(values, Some((Submitted::Holiday, looked))).await)
}

fn of_store(store: Option<&str>) -> String {
    Query::of(CALENDARS, &[("ubicacion_id", store.unwrap_or_default())]).href()
}
