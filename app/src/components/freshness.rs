//! How old the stock of each warehouse is.

use domain::freshness::Freshness;
use domain::read_model::{FreshnessList, FreshnessView};
use leptos::prelude::*;

use super::{Empty, Moment, Pill, StatCard, Tone, rows};
use crate::live::Now;
use crate::preferences::language;

/// Warehouses that are watched, and those that are stale.
#[component]
pub fn FreshnessCards(
    /// The answer.
    list: Memo<FreshnessList>,
) -> impl IntoView {
    let texts = language().freshness();
    let hint = Signal::derive(move || texts.stale_hint(list.read().limite_minutos));
    view! {
        <dl class="cards" aria-label=texts.totals()>
            <StatCard
                label=texts.stale_count()
                value=Signal::derive(move || list.read().atrasados)
                tone=Tone::Bad
                hint
            />
            <StatCard
                label=texts.warehouses()
                value=Signal::derive(move || list.read().almacenes.len() as u64)
                tone=Tone::Neutral
                hint=Signal::stored(texts.warehouses_hint().to_owned())
            />
        </dl>
    }
    .into_any()
}

/// The warehouses.
#[component]
pub fn FreshnessTable(
    /// The answer.
    list: Memo<FreshnessList>,
) -> impl IntoView {
    let texts = language().freshness();
    let now = Now::from_answer(move || list.with(|list| list.generado_en));
    let is_empty = Memo::new(move |_| list.read().almacenes.is_empty());
    let table = move || {
        view! {
            <section class="panel" aria-label=texts.title()>
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
                    <tbody>
                        {rows(
                            move || list.get().almacenes,
                            row_key,
                            move |one| view! { <FreshnessRow one now/> }.into_any(),
                        )}
                    </tbody>
                </table>
            </section>
        }
        .into_any()
    };
    move || match is_empty.get() {
        true => view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any(),
        false => table(),
    }
}

fn row_key(one: &FreshnessView) -> String {
    format!("{} {} {:?} {}", one.ubicacion_id, one.codigo_almacen, one.capturado_en, one.estado)
}

#[component]
fn FreshnessRow(one: FreshnessView, now: Now) -> impl IntoView {
    let texts = language().freshness();
    let taken = one.capturado_en.zip(one.capturado_en_local).map(|(at, local)| view! { <Moment at local now/> });
    let (tone, label) = match one.estado {
        Freshness::Fresh => (Tone::Good, texts.fresh()),
        Freshness::Stale => (Tone::Bad, texts.stale()),
        Freshness::Never => (Tone::Warning, texts.never()),
    };
    view! {
        <tr>
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
