//! What another calendar would change, and what was changed before.

use domain::read_model::{CalendarChange, CalendarPreview, WindowSpan};
use leptos::prelude::*;

use crate::format::{absolute, day, period, whole};
use crate::preferences::language;

/// How many windows stop and start being expected, with examples.
pub fn preview_of_calendar(preview: CalendarPreview) -> AnyView {
    let language = language();
    let texts = language.calendars();
    let count = |number: u64| whole(language, number);
    let looked = texts.looked(day(language, preview.mirado_desde), day(language, preview.mirado_hasta));
    view! {
        <div class="notice" role="status">
            <div class="stack">
                <p class="strong">
                    {texts.change(count(preview.dejan_de_esperarse), count(preview.empiezan_a_esperarse))}
                </p>
                <p>{texts.gaps_change(count(preview.gaps_que_desaparecen), count(preview.gaps_nuevos))}</p>
                <p class="muted">{looked}</p>
                <Examples title=texts.stop() spans=preview.ejemplos_que_dejan/>
                <Examples title=texts.start() spans=preview.ejemplos_que_empiezan/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Examples(title: &'static str, spans: Vec<WindowSpan>) -> impl IntoView {
    let language = language();
    let line = move |span: WindowSpan| {
        let period = period(language, (span.fecha, span.hora_desde.as_str()), (span.fecha, span.hora_hasta.as_str()));
        view! { <li>{period.to_string()}</li> }
    };
    (!spans.is_empty()).then(|| {
        view! {
            <details>
                <summary>{title}</summary>
                <ul class="plain">{spans.into_iter().map(line).collect_view()}</ul>
            </details>
        }
    })
}

/// Who changed the calendar, from when on, the latest first.
pub fn calendar_history(changes: Vec<CalendarChange>) -> AnyView {
    let language = language();
    let texts = language.calendars();
    let line = move |change: CalendarChange| {
        let from = day(language, change.vigente_desde);
        let at = absolute(language, change.registrado_en_local);
        let sentence = match change.solo_ese_dia {
            true => texts.only_day(from, change.nombre, at),
            false => texts.change_by(from, change.nombre, at),
        };
        view! { <li>{sentence}</li> }
    };
    let is_empty = changes.is_empty();
    view! {
        <h2>{texts.history()}</h2>
        {is_empty.then(|| view! { <p class="muted">{texts.no_changes()}</p> })}
        <ul class="plain">{changes.into_iter().map(line).collect_view()}</ul>
    }
    .into_any()
}
