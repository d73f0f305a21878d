//! `/calendarios`: when each store is open, and what a change of that does before it is saved.

use domain::calendar::CLOSED;
use domain::read_model::{BranchCalendar, CalendarDocument, CalendarList, CalendarPreview};
use leptos::prelude::*;

use crate::api::{ApiError, ErrorMessage, list_calendars};
use crate::format::day;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{CALENDAR_PATH, CALENDARS, HOLIDAY_PATH};
use crate::values::Values;
use crate::views::{
    COPY_DAY, Failure, PageHeader, calendar_fields, calendar_history, document_of, holiday_fields, holiday_hours_of,
    may_operate, preview_of_calendar, read_only_notice,
};

/// Which of the page's two forms was submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// That of a store's calendar.
    Calendar,
    /// That of a day of all stores.
    Holiday,
}

/// What came of a form: what it would change, or why it could not be looked at or saved.
pub type Looked = (Submitted, Result<CalendarPreview, ApiError>);

/// The page of calendars; after one of its forms, with what that said and what came of it.
pub async fn calendars_page(values: Values, looked: Option<Looked>) -> Page {
    let texts = language().calendars();
    let list = list_calendars().await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), list, None, |list| stores(&list, &values, looked.as_ref()))}
    };
    // Of no topic: nobody's half-written form is taken away.
    Page::new(CALENDARS.path, texts.title(), &[], content)
}

fn stores(list: &CalendarList, values: &Values, looked: Option<&Looked>) -> AnyView {
    let texts = language().calendars();
    let chosen = values.get("ubicacion_id");
    let is_chosen = |one: &&BranchCalendar| Some(one.ubicacion_id.as_str()) == chosen.as_deref();
    let current = list.calendarios.iter().find(is_chosen).or_else(|| list.calendarios.first());
    let options = list.calendarios.iter().map(|one| {
        let is_current = current.is_some_and(|current| current.ubicacion_id == one.ubicacion_id);
        view! { <option value=one.ubicacion_id.to_string() selected=is_current>{one.ubicacion_nombre.clone()}</option> }
    });
    let today = list.generado_en_local.date().to_string();
    let of = |which| looked.filter(|(submitted, _)| *submitted == which).map(|(_, outcome)| outcome);
    view! {
        <section class="panel panel-padded" aria-label=texts.title()>
            <form class="filters" method="get" action=CALENDARS.path data-al-cambiar="">
                <label class="field">
                    <span class="field-label">{language().filter().store()}</span>
                    <select class="select" id="tienda" name="ubicacion_id">{options.collect_view()}</select>
                </label>
                <button class="button only-without-script" type="submit">{texts.open()}</button>
            </form>
            {current.map(|current| editor(current, &today, values, of(Submitted::Calendar)))}
        </section>
        <section class="panel panel-padded" aria-label=texts.one_day()>
            {holiday(&today, values, of(Submitted::Holiday))}
        </section>
    }
    .into_any()
}

fn editor(
    calendar: &BranchCalendar,
    today: &str,
    values: &Values,
    outcome: Option<&Result<CalendarPreview, ApiError>>,
) -> AnyView {
    let language = language();
    let texts = language.calendars();
    let since = match calendar.vigente_desde {
        Some(from) => texts.since(day(language, from)),
        None => texts.of_file().to_owned(),
    };
    // What was written stays written.
    let written: Option<CalendarDocument> = outcome.map(|_| document_of(values));
    let document = written.as_ref().unwrap_or(&calendar.calendario);
    let from = outcome.and_then(|_| values.get("vigente_desde")).unwrap_or_else(|| today.to_owned());
    // Another store, another version of it, or hours that were copied, is another form: nothing of the one before is left in its fields.
    let copied = values.get(COPY_DAY).unwrap_or_default();
    let identifier = format!("calendario-{}-{}{copied}", calendar.ubicacion_id, calendar.cambios.len());
    view! {
        <form id=identifier method="post" action=CALENDAR_PATH data-accion=is_looked_at(outcome).then_some("guardar_calendario")>
            <input type="hidden" name="ubicacion_id" value=calendar.ubicacion_id.to_string()/>
            <p class="muted">{calendar.zona.clone()} " · " {since}</p>
            {calendar_fields(document, &from)}
            {outcome.map(shown)}
            <p class="muted">{texts.save_hint()}</p>
            {buttons(outcome, values, "calendario")}
        </form>
        {calendar_history(calendar.cambios.clone())}
    }
    .into_any()
}

fn holiday(today: &str, values: &Values, outcome: Option<&Result<CalendarPreview, ApiError>>) -> AnyView {
    let texts = language().calendars();
    let written = |name: &str| outcome.and_then(|_| values.get(name));
    let fields = holiday_fields(
        &written("fecha").unwrap_or_else(|| today.to_owned()),
        &outcome.map_or_else(|| CLOSED.to_owned(), |_| holiday_hours_of(values)),
        &written("nota").unwrap_or_default(),
    );
    view! {
        <form id="feriado" method="post" action=HOLIDAY_PATH data-accion=is_looked_at(outcome).then_some("guardar_feriado")>
            <input type="hidden" name="tienda" value=values.get("ubicacion_id").or_else(|| values.get("tienda"))/>
            <h2>{texts.one_day()}</h2>
            <p class="muted">{texts.one_day_intro()} " " {texts.hours_hint()}</p>
            {fields}
            {outcome.map(shown)}
            {buttons(outcome, values, "feriado")}
        </form>
    }
    .into_any()
}

fn shown(outcome: &Result<CalendarPreview, ApiError>) -> AnyView {
    match outcome {
        Ok(preview) => preview_of_calendar(preview.clone()),
        Err(error) => {
            let title = language().calendars().failed().to_owned();
            view! { <Failure title message=ErrorMessage::from(error)/> }.into_any()
        }
    }
}

const fn is_looked_at(outcome: Option<&Result<CalendarPreview, ApiError>>) -> bool {
    matches!(outcome, Some(Ok(_)))
}

/// First what it would change is looked at, then it is saved: as it was looked at, and not as it may be written by then.
fn buttons(outcome: Option<&Result<CalendarPreview, ApiError>>, values: &Values, place: &str) -> AnyView {
    if !may_operate() {
        return read_only_notice();
    }
    let texts = language().calendars();
    let save = is_looked_at(outcome).then(|| {
        view! {
            <input type="hidden" name="visto" value=seal(values)/>
            <button class="button button-primary" id=format!("{place}-guardar") type="submit" name="paso" value="guardar">
                {texts.save()}
            </button>
        }
    });
    let class = if is_looked_at(outcome) { "button" } else { "button button-primary" };
    view! {
        <div class="form-buttons">
            {save}
            <button class=class id=format!("{place}-ver") type="submit" name="paso" value="ver">{texts.look()}</button>
        </div>
    }
    .into_any()
}

/// What was looked at, in one value: all that a form says but who decides.
pub fn seal(values: &Values) -> String {
    let CalendarDocument {
        lunes,
        martes,
        miercoles,
        jueves,
        viernes,
        sabado,
        domingo,
        excepciones,
        desde,
        hasta,
        zona,
    } = document_of(values);
    let days = excepciones.iter().map(|one| format!("{} {} {}", one.fecha, one.horario, one.nota)).collect();
    let others = [
        Some(holiday_hours_of(values)),
        desde,
        hasta,
        zona,
        values.get("ubicacion_id"),
        values.get("vigente_desde"),
        values.get("fecha"),
    ];
    let week = vec![lunes, martes, miercoles, jueves, viernes, sabado, domingo];
    let all: Vec<Vec<String>> = vec![week, days, others.map(Option::unwrap_or_default).to_vec()];
    all.concat().iter().map(|text| text.trim()).collect::<Vec<_>>().join("|")
}
