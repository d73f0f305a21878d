//! A row of the list of gaps.

use domain::gap::GapState;
use domain::read_model::GapView;
use leptos::prelude::*;

use super::{Moment, Pill, Tone};
use crate::format::{Period, cause_of_gap, period, whole};
use crate::i18n::{Language, kind_name, urgency_name};
use crate::live::Now;
use crate::preferences::language;
use crate::query::{Query, RUNS};

/// What a row shows: another key is another row, the same key is left as it is.
pub fn row_key(gap: &GapView) -> String {
    let GapView { id, fin, ventanas, urgencia, estado, causa, causa_detalle, intentos, .. } = gap;
    format!("{id} {fin} {ventanas} {urgencia} {estado} {causa} {causa_detalle:?} {intentos}")
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
    /// Somebody wants it justified.
    justify: Callback<GapView>,
    /// Whether it is of the past, so that nothing can be done about it.
    is_past: Signal<bool>,
) -> impl IntoView {
    let language = language();
    let texts = language.gaps();
    let missing = period_of(language, &gap);
    let cause = cause_of_gap(language, &gap);
    let justifiable = gap.clone();
    let attempts = (gap.intentos > 1).then(|| view! { <span class="muted">{texts.attempts(gap.intentos)}</span> });
    view! {
        <tr>
            <th scope="row" data-label=texts.store()>
                <span class="stack">
                    <span class="strong">{gap.ubicacion_nombre.clone()}</span>
                    <span class="muted">{kind_name(language, gap.etl_tipo)}</span>
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
            <td data-label=texts.cause() class="cause-column">
                <span class="stack">
                    <span>{cause.title}</span>
                    {cause.detail.map(|detail| view! { <span class="muted clamp" title=detail.clone()>{detail.clone()}</span> })}
                    {attempts}
                </span>
            </td>
            <td data-label=texts.actions() class="actions-column">
                <span class="actions">{runs_link(&gap)} {justify_button(justifiable, justify, is_past)} {next_step(gap, recover)}</span>
            </td>
        </tr>
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
