//! A row of the list of runs.

use domain::read_model::RunView;
use domain::{ErrorClass, RunState};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{CopyButton, Elapsed, Moment, Pill, Tone};
use crate::format::{class_badge, class_name, difference, duration, period, relative, whole};
use crate::i18n::{kind_name, mode_name, shown_message, state_name};
use crate::preferences::language;
use crate::query::run_href;

/// A run.
#[component]
pub fn RunRow(
    /// The run.
    run: RunView,
    /// What ages are counted from.
    now: Timestamp,
) -> impl IntoView {
    let language = language();
    let texts = language.runs();
    let state = run.estado;
    let window =
        period(language, (run.fecha_desde, run.hora_desde.as_str()), (run.fecha_hasta, run.hora_hasta.as_str()));
    let label = texts.open_run(&run.ubicacion_nombre, kind_name(language, run.etl_tipo), &window);
    let attempt = (run.intento > 1).then(|| view! { <span class="muted">{texts.attempt(run.intento)}</span> });
    view! {
        <tr id=format!("ejecucion-{}", run.id)>
            <th scope="row" data-label=texts.store()>
                <span class="stack">
                    <a class="row-link strong" href=run_href(run.id) aria-label=label>{run.ubicacion_nombre.clone()}</a>
                    <span class="muted">{kind_name(language, run.etl_tipo)}</span>
                </span>
            </th>
            <td data-label=texts.started()>{started(&run, now)}</td>
            <td data-label=texts.state()>
                <Pill tone=state label=state_name(language, state) is_busy=state == RunState::Running/>
            </td>
            <td data-label=texts.mode()>
                <span class="stack"><span>{mode_name(language, run.modo)}</span> {attempt}</span>
            </td>
            <td data-label=texts.period()>
                <span class="stack"><span>{window.hours}</span><span class="muted">{window.days}</span></span>
            </td>
            <td data-label=texts.records() class="number">{records(&run)}</td>
            <td data-label=texts.duration() class="number">{length(&run, now)}</td>
            <td data-label=texts.error() class="error-column">{error(&run)}</td>
        </tr>
    }
    .into_any()
}

fn started(run: &RunView, now: Timestamp) -> AnyView {
    let language = language();
    match (run.fecha_inicio, run.fecha_inicio_local) {
        (Some(at), Some(local)) => view! { <Moment at local now/> }.into_any(),
        _ => {
            let queued = run.creado_en;
            let since = language.runs().queued_since(relative(language, now, queued));
            view! { <time class="muted" datetime=queued.to_string()>{since}</time> }.into_any()
        }
    }
}

/// Loaded ones; beneath them the extracted ones. That fewer were loaded is only worth a colour where the run did not
/// succeed: a line at exactly the end of a half hour comes with it and is loaded with the next.
fn records(run: &RunView) -> AnyView {
    let language = language();
    let Some(loaded) = run.registros_cargados else { return nothing() };
    let extracted = run.registros_extraidos.map(|extracted| {
        let class = if run.estado == RunState::Partial { "tone-warning toned" } else { "muted" };
        view! { <span class=class>{language.runs().extracted(whole(language, extracted))}</span> }
    });
    view! { <span class="stack"><span>{whole(language, loaded)}</span> {extracted} {receipt(run)}</span> }.into_any()
}

/// What the source had changed of time that was loaded before.
pub(super) fn receipt(run: &RunView) -> Option<AnyView> {
    let language = language();
    let receipt = run.conciliacion.as_ref()?;
    let (added, changed, removed) = (receipt.lineas_agregadas, receipt.lineas_cambiadas, receipt.lineas_retiradas);
    (added + changed + removed > 0).then(|| {
        let text = language.runs().receipt(
            whole(language, added),
            whole(language, changed),
            whole(language, removed),
            difference(language, receipt.diferencia_usd.round_dp(2)),
            difference(language, receipt.diferencia_bs.round_dp(2)),
        );
        view! { <span class="tone-warning toned">{text}</span> }.into_any()
    })
}

fn length(run: &RunView, now: Timestamp) -> AnyView {
    match (run.duracion_segundos, run.fecha_inicio, run.estado) {
        (_, Some(since), RunState::Running) => view! { <Elapsed since now/> }.into_any(),
        (Some(seconds), _, _) => duration(language(), seconds).into_any(),
        _ => nothing(),
    }
}

fn nothing() -> AnyView {
    view! { <span class="nothing muted" aria-hidden="true">"–"</span> }.into_any()
}

/// The class in a word and the message cut to a line; all of it on demand.
fn error(run: &RunView) -> AnyView {
    let texts = language().runs();
    let Some(class) = run.error_tipo else {
        return view! {
            <span class="nothing muted" aria-hidden="true">"–"</span>
            <span class="visually-hidden">{texts.no_error()}</span>
        }
        .into_any();
    };
    let message = shown_message(language(), run.error_detalle.as_ref(), run.error_mensaje.as_ref())
        .unwrap_or_else(|| class_name(language(), class).to_owned());
    let trace = run.traza_id.clone().map(|trace| {
        view! { <p class="muted">{texts.trace()} " " <code>{trace}</code></p> }
    });
    view! {
        <details class="error-detail" id=format!("error-{}", run.id)>
            <summary>
                <Pill tone=tone_of(class) label=class_badge(language(), class)/>
                <span class="error-excerpt muted">{message.clone()}</span>
            </summary>
            <div class="error-full">
                <p>{message.clone()} " " <CopyButton text=message/></p>
                {trace}
            </div>
        </details>
    }
    .into_any()
}

/// How an error of a class is to be taken.
pub const fn tone_of(class: ErrorClass) -> Tone {
    match class {
        ErrorClass::Timeout | ErrorClass::InvalidData | ErrorClass::Interrupted => Tone::Warning,
        ErrorClass::Connection | ErrorClass::ApiError | ErrorClass::DatabaseError => Tone::Bad,
    }
}
