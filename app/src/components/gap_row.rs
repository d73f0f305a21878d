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

/// A gap. The row stays while the gap does, and only what changed is drawn anew: what is open stays open, and the focus
/// stays where it is.
#[component]
pub fn GapRow(
    /// The gap.
    gap: Memo<GapView>,
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
    let first = gap.get_untracked();
    let kind = match first.clase {
        GapClass::Coverage => kind_name(language, first.etl_tipo),
        GapClass::Sequence => texts.sequence(),
    };
    let step = Memo::new(move |_| gap.with(|gap| (gap.estado, gap.recuperable, is_past.get())));
    let urgency = move || gap.read().urgencia;
    let missing = move || period_of(language, &gap.read());
    view! {
        <tr>
            <td class="select-column needs-script" data-label=language.plan().select_column()>
                {move || step.get().1.then(|| checkbox(gap, selection))}
            </td>
            <th scope="row" data-label=texts.store()>
                <span class="stack">
                    <span class="strong">{first.ubicacion_nombre.clone()}</span>
                    <span class="muted">{kind}</span>
                </span>
            </th>
            <td data-label=texts.detected()>
                <Moment at=first.detectado_en local=first.detectado_en_local now/>
            </td>
            <td data-label=texts.urgency()>
                {move || view! { <Pill tone=urgency() label=urgency_name(language, urgency())/> }}
            </td>
            <td data-label=texts.period()>
                <span class="stack">
                    <span>{move || missing().hours}</span>
                    <span class="muted">{move || missing().days} " · " {move || windows_of(language, &gap.read())}</span>
                </span>
            </td>
            <td data-label=texts.value() class="number">{move || value_of(&gap.read())}</td>
            <td data-label=texts.cause() class="cause-column">
                {cause_of(gap)}
            </td>
            <td data-label=texts.actions() class="actions-column">
                <span class="actions">
                    {runs_link(&first)} " "
                    {move || may_be_justified(step.get()).then(|| justify_button(gap, justify))} " "
                    {move || next_step(step.get(), gap, recover)}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

/// What decides which buttons a row has: the state of its gap, whether it can be recovered, whether the list is of the past.
type Step = (GapState, bool, bool);

/// Selects the gap.
fn checkbox(gap: Memo<GapView>, selection: RwSignal<BTreeSet<String>>) -> AnyView {
    let language = language();
    let label = move || gap.with(|gap| language.plan().select(&gap.ubicacion_nombre, period_of(language, gap)));
    let shown = gap.with_untracked(|gap| gap.id.clone());
    let changed = shown.clone();
    let select = move |is_selected: bool| {
        selection.update(|selection| {
            if is_selected {
                selection.insert(changed.clone());
            } else {
                selection.remove(&changed);
            }
        });
    };
    view! {
        <input
            type="checkbox"
            aria-label=label
            prop:checked=move || selection.read().contains(&shown)
            on:change=move |event| select(event_target_checked(&event))
        />
    }
    .into_any()
}

/// The cause and what proves it; on demand all that is known, and the way to the run and to the day.
fn cause_of(gap: Memo<GapView>) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let name = move || gap.with(|gap| cause_name(language, gap.evidencia.tipo));
    let evidence = move || gap.with(|gap| evidence_of_gap(language, gap));
    let known = move || gap.with(facts_of);
    let ran = Memo::new(move |_| gap.read().ejecucion_id);
    let run = move || {
        ran.get().map(|run| {
            let label = gap
                .with_untracked(|gap| texts.cause_run(cause_name(language, gap.evidencia.tipo), &gap.ubicacion_nombre));
            let to_run = view! { <a class="link" href=run_href(run) aria-label=label>{texts.run()}</a> };
            let run = run.to_string();
            view! { <p>{to_run} " " <code>{run.clone()}</code> " " <CopyButton text=run/></p> }
        })
    };
    let first = gap.get_untracked();
    let of_day = texts.day_of(day(language, first.fecha_desde), &first.ubicacion_nombre);
    let to_day = (first.etl_tipo == EtlKind::Sales).then(|| {
        let href = day_path(&first.ubicacion_id, first.fecha_desde, Some(&first.hora_desde));
        view! { <p><a class="link" href=href aria-label=of_day>{texts.day()}</a></p> }
    });
    view! {
        <details class="error-detail">
            <summary>
                <span>{name}</span>
                <span class="error-excerpt muted">{evidence}</span>
            </summary>
            <div class="error-full">
                <p>{evidence}</p>
                {known}
                {run}
                {to_day}
            </div>
        </details>
    }
    .into_any()
}

/// The stored message, the number of attempts and the missing invoice numbers.
fn facts_of(gap: &GapView) -> AnyView {
    let texts = language().gaps();
    let said = gap.causa_detalle.clone().map(|said| view! { <p>{said}</p> });
    let attempts = (gap.intentos > 0).then(|| view! { <p class="muted">{texts.attempts(gap.intentos)}</p> });
    let numbers = (!gap.facturas_faltantes.is_empty()).then(|| {
        let missing = gap.facturas_faltantes.iter().map(|numbers| view! { <li>{numbers_of(numbers)}</li> });
        view! { <p class="muted">{texts.numbers()}</p><ul class="plain-list">{missing.collect_view()}</ul> }
    });
    view! { {said} {attempts} {numbers} }.into_any()
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

/// False while a run is queued or in progress, and in lists of the past.
const fn may_be_justified((state, _, is_past): Step) -> bool {
    !is_past && !matches!(state, GapState::Queued | GapState::Running)
}

/// The button that says why it stays.
fn justify_button(gap: Memo<GapView>, justify: Callback<GapView>) -> AnyView {
    let language = language();
    let texts = language.justify();
    let label = move || gap.with(|gap| texts.open_of(&gap.ubicacion_nombre, period_of(language, gap)));
    view! {
        <button
            class="button needs-script"
            type="button"
            aria-haspopup="dialog"
            aria-label=label
            on:click=move |_| justify.run(gap.get_untracked())
        >
            {texts.open()}
        </button>
    }
    .into_any()
}

/// The button, or why there is none.
fn next_step((state, is_recoverable, _): Step, gap: Memo<GapView>, recover: Callback<GapView>) -> AnyView {
    let language = language();
    let texts = language.gaps();
    match state {
        GapState::Queued => view! { <Pill tone=Tone::Neutral label=language.state().queued()/> }.into_any(),
        GapState::Running => view! { <Pill tone=Tone::Info label=language.state().running() is_busy=true/> }.into_any(),
        GapState::Pending if is_recoverable => {
            let label = move || gap.with(|gap| texts.recover_of(&gap.ubicacion_nombre, period_of(language, gap)));
            view! {
                <button
                    class="button button-accent needs-script"
                    type="button"
                    aria-haspopup="dialog"
                    aria-label=label
                    on:click=move |_| recover.run(gap.get_untracked())
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
