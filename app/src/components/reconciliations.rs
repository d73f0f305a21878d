//! Whether the source changed closed days.

use domain::read_model::{ReconciliationList, ReconciliationView};
use domain::reconciliation::ReconciliationState;
use leptos::prelude::*;

use super::{Empty, Glyph, Icon, Moment, Pill, Tone, rows};
use crate::format::{day, difference, whole};
use crate::live::Now;
use crate::preferences::language;

/// The alarm: how many closed days the source changed; nothing while there is none.
#[component]
pub fn SourceAlarm(
    /// The answer.
    list: Memo<ReconciliationList>,
) -> impl IntoView {
    let language = language();
    let texts = language.reconciliations();
    let changed = Memo::new(move |_| list.read().cambiadas);
    move || {
        let text = match changed.get() {
            0 => return None,
            1 => texts.alarm_one().to_owned(),
            count => texts.alarm(whole(language, count)),
        };
        Some(view! {
            <div class="notice notice-bad" role="alert">
                <Glyph icon=Icon::Warning/>
                <p>{text}</p>
            </div>
        })
    }
}

/// The days.
#[component]
pub fn ReconciliationsTable(
    /// The answer.
    list: Memo<ReconciliationList>,
    /// Somebody wants a day compared.
    ask: Callback<ReconciliationView>,
    /// Whether that is on its way.
    is_working: Signal<bool>,
) -> impl IntoView {
    let texts = language().reconciliations();
    let now = Now::from_answer(move || list.with(|list| list.generado_en));
    let is_empty = Memo::new(move |_| list.read().conciliaciones.is_empty());
    let table = move || {
        view! {
            <table class="table">
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{language().gaps().store()}</th>
                        <th scope="col">{texts.day()}</th>
                        <th scope="col">{texts.state()}</th>
                        <th scope="col">{texts.lines()}</th>
                        <th scope="col" class="number">{texts.difference()}</th>
                        <th scope="col">{texts.compared()}</th>
                        <th scope="col" class="actions-column">{language().gaps().actions()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows(
                        move || list.get().conciliaciones,
                        row_key,
                        move |one| view! { <ReconciliationRow one now ask is_working/> }.into_any(),
                    )}
                </tbody>
            </table>
        }
        .into_any()
    };
    move || match is_empty.get() {
        true => view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any(),
        false => table(),
    }
}

fn row_key(one: &ReconciliationView) -> String {
    format!("{} {} {:?}", one.ubicacion_id, one.fecha, one.comparada_en)
}

#[component]
fn ReconciliationRow(
    one: ReconciliationView,
    now: Now,
    ask: Callback<ReconciliationView>,
    is_working: Signal<bool>,
) -> impl IntoView {
    let language = language();
    let texts = language.reconciliations();
    let (tone, state) = match one.estado {
        ReconciliationState::Same => (Tone::Good, texts.same()),
        ReconciliationState::Changed => (Tone::Bad, texts.changed()),
        ReconciliationState::NotCompared => (Tone::Neutral, texts.not_compared()),
    };
    let compared = one.comparada_en.zip(one.comparada_en_local).map(|(at, local)| view! { <Moment at local now/> });
    let fecha = day(language, one.fecha);
    let label = texts.ask_of(&one.ubicacion_nombre, &fecha);
    let (lines, money) = (lines(&one), money(&one));
    view! {
        <tr>
            <th scope="row" data-label=language.gaps().store()>
                <span class="strong">{one.ubicacion_nombre.clone()}</span>
            </th>
            <td data-label=texts.day()>{fecha}</td>
            <td data-label=texts.state()><Pill tone label=state/></td>
            <td data-label=texts.lines()>{lines}</td>
            <td data-label=texts.difference() class="number">{money}</td>
            <td data-label=texts.compared()>{compared}</td>
            <td data-label=language.gaps().actions() class="actions-column">
                <span class="actions">
                    <button
                        class="button needs-script"
                        type="button"
                        aria-label=label
                        disabled=move || is_working.get()
                        on:click=move |_| ask.run(one.clone())
                    >
                        {texts.ask()}
                    </button>
                </span>
            </td>
        </tr>
    }
    .into_any()
}

fn lines(one: &ReconciliationView) -> AnyView {
    let language = language();
    let texts = language.reconciliations();
    let changed = (one.estado == ReconciliationState::Changed).then(|| {
        let count = |number: u64| whole(language, number);
        let (added, changed, removed) =
            (count(one.lineas_agregadas), count(one.lineas_cambiadas), count(one.lineas_retiradas));
        view! { <span>{texts.lines_value(added, changed, removed)}</span> }
    });
    let new = (one.lineas_nuevas > 0)
        .then(|| view! { <span class="muted">{texts.new_lines(whole(language, one.lineas_nuevas))}</span> });
    view! { <span class="stack">{changed} {new}</span> }.into_any()
}

fn money(one: &ReconciliationView) -> Option<AnyView> {
    let language = language();
    (one.estado == ReconciliationState::Changed).then(|| {
        view! {
            <span class="stack">
                <span>{difference(language, one.diferencia_usd.round_dp(2))} " USD"</span>
                <span class="muted">{difference(language, one.diferencia_bs.round_dp(2))} " Bs"</span>
            </span>
        }
        .into_any()
    })
}
