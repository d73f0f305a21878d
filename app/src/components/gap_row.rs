//! A row of the list of gaps.

use std::collections::BTreeSet;

use domain::EtlKind;
use domain::gap::{GapClass, GapState};
use domain::read_model::GapView;
use leptos::prelude::*;

use super::gap_value::value_of;
use super::{CopyButton, Moment, Pill, Tone};
use crate::format::{Period, cause_name, day, evidence_of_gap, numbers_of, period, whole};
use crate::i18n::{Language, kind_name, urgency_name};
use crate::live::Now;
use crate::preferences::language;
use crate::query::{Query, RUNS, day_path, run_href};

/// What a row shows: another key is another row, the same key is left as it is.
pub fn row_key(gap: &GapView) -> String {
    let GapView { id, fin, ventanas, urgencia, estado, evidencia, causa_detalle, intentos, valor, .. } = gap;
    let worth = valor.as_ref().map(|value| value.usd);
    format!("{id} {fin} {ventanas} {urgencia} {estado} {evidencia:?} {causa_detalle:?} {intentos} {worth:?}")
}

/// The local time that is missing.
pub fn period_of(language: Language, gap: &GapView) -> Period {
    period(language, (gap.fecha_desde, gap.hora_desde.as_str()), (gap.fecha_hasta, gap.hora_hasta.as_str()))
}

/// How many half hours are missing, in words.
pub fn windows_of(language: Language, gap: &GapView) -> String {
    match gap.ventanas {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count.into())),
    }
}

/// A gap.
#[component]
pub fn GapRow(
    /// The gap.
    gap: GapView,
    /// What ages are counted from.
    now: Now,
    /// Somebody wants it recovered.
    recover: Callback<GapView>,
    /// The identifiers of the gaps that are selected.
    selection: RwSignal<BTreeSet<String>>,
    /// Somebody wants it justified.
    justify: Callback<GapView>,
    /// Whether it is of the past, so that nothing can be done about it.
    is_past: Signal<bool>,
) -> impl IntoView {
    let language = language();
    let texts = language.gaps();
    let missing = period_of(language, &gap);
    let kind = match gap.clase {
        GapClass::Coverage => kind_name(language, gap.etl_tipo),
        GapClass::Sequence => texts.sequence(),
    };
    let justifiable = gap.clone();
    view! {
        <tr>
            <td class="select-column needs-script" data-label=language.plan().select_column()>{checkbox(&gap, selection)}</td>
            <th scope="row" data-label=texts.store()>
                <span class="stack">
                    <span class="strong">{gap.ubicacion_nombre.clone()}</span>
                    <span class="muted">{kind}</span>
                </span>
            </th>
            <td data-label=texts.detected()><Moment at=gap.detectado_en local=gap.detectado_en_local now/></td>
            <td data-label=texts.urgency()>
                <Pill tone=gap.urgencia label=urgency_name(language, gap.urgencia)/>
            </td>
            <td data-label=texts.period()>
                <span class="stack">
                    <span>{missing.hours}</span>
                    <span class="muted">{missing.days} " · " {windows_of(language, &gap)}</span>
                </span>
            </td>
            <td data-label=texts.value() class="number">{value_of(&gap)}</td>
            <td data-label=texts.cause() class="cause-column">
                {cause_of(&gap)}
            </td>
            <td data-label=texts.actions() class="actions-column">
                <span class="actions">{runs_link(&gap)} {justify_button(justifiable, justify, is_past)} {next_step(gap, recover)}</span>
            </td>
        </tr>
    }
    .into_any()
}

/// Selects the gap, where it can be recovered.
fn checkbox(gap: &GapView, selection: RwSignal<BTreeSet<String>>) -> Option<AnyView> {
    if !gap.recuperable {
        return None;
    }
    let language = language();
    let label = language.plan().select(&gap.ubicacion_nombre, period_of(language, gap));
    let (shown, changed) = (gap.id.clone(), gap.id.clone());
    let select = move |is_selected: bool| {
        selection.update(|selection| {
            if is_selected {
                selection.insert(changed.clone());
            } else {
                selection.remove(&changed);
            }
        });
    };
    Some(
        view! {
            <input
                type="checkbox"
                aria-label=label
                prop:checked=move || selection.read().contains(&shown)
                on:change=move |event| select(event_target_checked(&event))
            />
        }
        .into_any(),
    )
}

/// The cause and what proves it; on demand all that is known, and the way to the run and to the day.
fn cause_of(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let evidence = evidence_of_gap(language, gap);
    let said = gap.causa_detalle.clone().map(|said| view! { <p>{said}</p> });
    let attempts = (gap.intentos > 0).then(|| view! { <p class="muted">{texts.attempts(gap.intentos)}</p> });
    let run = gap.ejecucion_id.map(|run| {
        let label = texts.cause_run(cause_name(language, gap.evidencia.tipo), &gap.ubicacion_nombre);
        let to_run = view! { <a class="link" href=run_href(run) aria-label=label>{texts.run()}</a> };
        let run = run.to_string();
        view! { <p>{to_run} " " <code>{run.clone()}</code> " " <CopyButton text=run/></p> }
    });
    let numbers = (!gap.facturas_faltantes.is_empty()).then(|| {
        let lacking = gap.facturas_faltantes.iter().map(|numbers| view! { <li>{numbers_of(numbers)}</li> });
        view! { <p class="muted">{texts.numbers()}</p><ul class="plain-list">{lacking.collect_view()}</ul> }
    });
    let of_day = texts.day_of(day(language, gap.fecha_desde), &gap.ubicacion_nombre);
    let to_day = (gap.etl_tipo == EtlKind::Sales).then(|| {
        let href = day_path(&gap.ubicacion_id, gap.fecha_desde, Some(&gap.hora_desde));
        view! { <p><a class="link" href=href aria-label=of_day>{texts.day()}</a></p> }
    });
    view! {
        <details class="error-detail">
            <summary>
                <span>{cause_name(language, gap.evidencia.tipo)}</span>
                <span class="error-excerpt muted">{evidence.clone()}</span>
            </summary>
            <div class="error-full">
                <p>{evidence}</p>
                {said}
                {attempts}
                {numbers}
                {run}
                {to_day}
            </div>
        </details>
    }
    .into_any()
}

/// To the runs of the same store and type: what was tried, and what is at it.
fn runs_link(gap: &GapView) -> AnyView {
    let texts = language().gaps();
    let query = Query::of(RUNS, &[("ubicacion_id", gap.ubicacion_id.as_str()), ("etl_tipo", gap.etl_tipo.as_str())]);
    view! {
        <a class="link" href=query.href() aria-label=texts.runs_of_store(&gap.ubicacion_nombre)>{texts.runs_of()}</a>
    }
    .into_any()
}

/// The button that says why it stays; not while a run is at it, and not of the past.
fn justify_button(gap: GapView, justify: Callback<GapView>, is_past: Signal<bool>) -> AnyView {
    let language = language();
    let texts = language.justify();
    if matches!(gap.estado, GapState::Queued | GapState::Running) {
        return ().into_any();
    }
    let label = texts.open_of(&gap.ubicacion_nombre, period_of(language, &gap));
    let button = move || {
        let (gap, label) = (gap.clone(), label.clone());
        view! {
            <button
                class="button needs-script"
                type="button"
                aria-haspopup="dialog"
                aria-label=label
                on:click=move |_| justify.run(gap.clone())
            >
                {texts.open()}
            </button>
        }
    };
    (move || (!is_past.get()).then(&button)).into_any()
}

/// The button, or why there is none.
fn next_step(gap: GapView, recover: Callback<GapView>) -> AnyView {
    let language = language();
    let texts = language.gaps();
    match gap.estado {
        GapState::Queued => view! { <Pill tone=Tone::Neutral label=language.state().queued()/> }.into_any(),
        GapState::Running => view! { <Pill tone=Tone::Info label=language.state().running() is_busy=true/> }.into_any(),
        GapState::Pending if gap.recuperable => {
            let label = texts.recover_of(&gap.ubicacion_nombre, period_of(language, &gap));
            view! {
                <button
                    class="button button-accent needs-script"
                    type="button"
                    aria-haspopup="dialog"
                    aria-label=label
                    on:click=move |_| recover.run(gap.clone())
                >
                    {texts.recover()}
                </button>
            }
            .into_any()
        }
        // Of the past: what was so cannot be acted upon.
        GapState::Pending => ().into_any(),
        GapState::Unrecoverable => view! {
            <span title=texts.unrecoverable_hint()>
                <Pill tone=Tone::Neutral label=texts.unrecoverable()/>
                <span class="visually-hidden">{texts.unrecoverable_hint()}</span>
            </span>
        }
        .into_any(),
    }
}
