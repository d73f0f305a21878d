//! How old the stock of each warehouse is.

use domain::EtlKind;
use domain::freshness::Freshness;
use domain::read_model::{FreshnessList, FreshnessView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Empty, Moment, Pill, StatCard, Tone};
use crate::preferences::language;
use crate::query::{Query, RUNS};

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

/// The warehouses; those that never had a snapshot, and then those that are stale for longest, come first.
pub fn freshness_table(mut list: FreshnessList) -> AnyView {
    let texts = language().freshness();
    let now = list.generado_en;
    if list.almacenes.is_empty() {
        return view! { <Empty title=texts.empty() hint=texts.empty_hint()/> }.into_any();
    }
    list.almacenes.sort_by_key(|one| {
        let is_fresh = one.estado == Freshness::Fresh;
        (is_fresh, one.capturado_en.filter(|_| !is_fresh))
    });
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
    // Why it is stale, its latest runs say.
    let runs = (one.estado != Freshness::Fresh).then(|| {
        let kind = EtlKind::Inventory.to_string();
        let query = Query::of(RUNS, &[("ubicacion_id", one.ubicacion_id.as_str()), ("etl_tipo", &kind)]);
        let label = language().gaps().runs_of_store(&one.ubicacion_nombre);
        view! { " " <a class="link" href=query.href() aria-label=label>{language().gaps().runs_of()}</a> }
    });
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
            <td data-label=texts.state()>
                <Pill tone label/>
                {runs}
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::{BranchId, WarehouseCode};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_stale_for_longest_comes_first_with_the_way_to_its_runs() {
        let now = Timestamp::from_second(1_763_395_200).unwrap();
        let warehouse = |code: u8, estado: Freshness, taken: Option<i64>| FreshnessView {
            ubicacion_id: BranchId::new(format!("tienda_0{code}")),
            ubicacion_nombre: format!("TIENDA {code}"),
            codigo_almacen: WarehouseCode::new(format!("APP-{code}")),
            nombre_almacen: "Principal".to_owned(),
            capturado_en: taken.map(|ago| Timestamp::from_second(1_763_395_200 - ago).unwrap()),
            capturado_en_local: taken.map(|_| date(2025, 11, 17).at(12, 0, 0, 0)),
            antiguedad_minutos: taken.map(|ago| ago / 60),
            estado,
        };
        let list = FreshnessList {
            almacenes: vec![
                warehouse(1, Freshness::Fresh, Some(60)),
                warehouse(2, Freshness::Stale, Some(7_200)),
                warehouse(3, Freshness::Stale, Some(9_000)),
                warehouse(4, Freshness::Never, None),
            ],
            atrasados: 3,
            limite_minutos: 60,
            generado_en: now,
            generado_en_local: date(2025, 11, 17).at(12, 0, 0, 0),
        };
        let html = Owner::new().with(|| freshness_table(list).to_html());
        let places = [4, 3, 2, 1].map(|code| html.find(&format!("TIENDA {code}")).unwrap());
        assert!(places.is_sorted(), "{html}");
        assert_eq!(html.matches("href=\"/actividad?").count(), 3, "{html}");
    }
}
