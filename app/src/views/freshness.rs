//! How old the stock of each warehouse is.

use domain::freshness::Freshness;
use domain::read_model::{FreshnessList, FreshnessView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Empty, Moment, Pill, StatCard, Tone};
use crate::preferences::language;

/// Warehouses that are watched, and those that are stale.
pub fn freshness_cards(list: &FreshnessList) -> AnyView {
    let texts = language().freshness();
    view! {
        <dl class="cards" aria-label=texts.totals()>
            <StatCard
                label=texts.stale_count()
                value=list.atrasados
                tone=Tone::Bad
                hint=texts.stale_hint(list.limite_minutos)
            />
            <StatCard
                label=texts.warehouses()
                value=list.almacenes.len() as u64
                tone=Tone::Neutral
                hint=texts.warehouses_hint()
            />
        </dl>
    }
    .into_any()
}

/// The warehouses.
pub fn freshness_table(list: FreshnessList) -> AnyView {
    let texts = language().freshness();
    let now = list.generado_en;
    if list.almacenes.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
    view! {
        <div class="panel">
            <table class="table">
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{language().gaps().store()}</th>
                        <th scope="col">{texts.warehouse()}</th>
                        <th scope="col">{texts.taken()}</th>
                        <th scope="col">{texts.state()}</th>
                    </tr>
                </thead>
                <tbody>{list.almacenes.into_iter().map(|one| row(one, now)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(one: FreshnessView, now: Timestamp) -> AnyView {
    let texts = language().freshness();
    let taken = one.capturado_en.zip(one.capturado_en_local).map(|(at, local)| view! { <Moment at local now/> });
    let (tone, label) = match one.estado {
        Freshness::Fresh => (Tone::Good, texts.fresh()),
        Freshness::Stale => (Tone::Bad, texts.stale()),
        Freshness::Never => (Tone::Warning, texts.never()),
    };
    view! {
        <tr id=format!("almacen-{}-{}", one.ubicacion_id, one.codigo_almacen)>
            <th scope="row" data-label=language().gaps().store()>
                <span class="strong">{one.ubicacion_nombre}</span>
            </th>
            <td data-label=texts.warehouse()>
                <span class="stack">
                    <span>{one.nombre_almacen}</span>
                    <span class="muted">{one.codigo_almacen.to_string()}</span>
                </span>
            </td>
            <td data-label=texts.taken()>{taken}</td>
            <td data-label=texts.state()><Pill tone label/></td>
        </tr>
    }
    .into_any()
}
