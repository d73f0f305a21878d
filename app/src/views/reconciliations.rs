//! Whether the source changed closed days.

use domain::read_model::{ReconciliationList, ReconciliationView};
use domain::reconciliation::ReconciliationState;
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Empty, Glyph, Icon, Moment, Pill, Tone, may_operate_store};
use crate::format::{day, difference, whole};
use crate::preferences::language;
use crate::query::RECONCILE_PATH;

/// The alarm: how many closed days the source changed; nothing while there is none.
pub fn source_alarm(list: &ReconciliationList) -> Option<AnyView> {
    let language = language();
    let texts = language.reconciliations();
    let text = match list.cambiadas {
        0 => return None,
        1 => texts.alarm_one().to_owned(),
        count => texts.alarm(whole(language, count)),
    };
    let notice = view! {
        <div class="notice notice-bad" role="status">
            <Glyph icon=Icon::Warning/>
            <p>{text}</p>
        </div>
    };
    Some(notice.into_any())
}

/// The days.
pub fn reconciliations_table(list: ReconciliationList) -> AnyView {
    let texts = language().reconciliations();
    let now = list.generado_en;
    if list.conciliaciones.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
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
            <tbody>{list.conciliaciones.iter().map(|one| row(one, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(one: &ReconciliationView, now: Timestamp) -> AnyView {
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
    let (lines, money) = (lines(one), money(one));
    let store = one.ubicacion_id.to_string();
    let about = store.clone();
    let key = format!("{store}-{}", one.fecha);
    let id = format!("conciliacion-{key}");
    let compare = may_operate_store(&one.ubicacion_id).then(|| {
        view! {
            <form method="post" action=RECONCILE_PATH data-accion="conciliar_dia" data-accion-ubicacion-id=about>
                <input type="hidden" name="ubicacion_id" value=store/>
                <input type="hidden" name="fecha" value=one.fecha.to_string()/>
                <button class="button" id=format!("conciliar-{key}") type="submit" aria-label=label>
                    {texts.ask()}
                </button>
            </form>
        }
    });
    view! {
        <tr id=id>
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
                    {compare}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

fn lines(one: &ReconciliationView) -> Option<AnyView> {
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
    (changed.is_some() || new.is_some()).then(|| view! { <span class="stack">{changed} {new}</span> }.into_any())
}

fn money(one: &ReconciliationView) -> Option<AnyView> {
    let language = language();
    (one.estado == ReconciliationState::Changed).then(|| {
        view! {
            <span class="stack">
                <span>{difference(language, one.diferencia_usd.round_dp(2))} "\u{a0}USD"</span>
                <span class="muted">{difference(language, one.diferencia_bs.round_dp(2))} "\u{a0}Bs"</span>
            </span>
        }
        .into_any()
    })
}
