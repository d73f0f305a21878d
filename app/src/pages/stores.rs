//! `/tiendas`: every store in a line.

use std::collections::HashMap;

use domain::BranchId;
use domain::freshness::Freshness;
use domain::read_model::FreshnessList;
use engine::{CoverageGrid, GridRow, Topic};
use futures::join;
use jiff::Timestamp;
use leptos::prelude::*;

use crate::api::{GridRequest, read_coverage_grid, read_freshness};
use crate::format::{dollars, relative, whole};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{STORES_PATH, store_path};
use crate::views::{PageHeader, Pill, Tone, day_picture, export_links_with};

/// Days that a line is about.
const DAYS: u32 = 7;

/// The page of stores.
pub async fn stores_page() -> Page {
    let texts = language().stores();
    let request = GridRequest { days: DAYS, ..GridRequest::default() };
    let (grid, stock) = join!(read_coverage_grid(request), read_freshness(None));
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), grid, None, |grid| table(&grid, stock.ok().as_ref()))}
    };
    Page::new(STORES_PATH, texts.title(), &[Topic::Gaps, Topic::Runs], content)
}

/// The oldest snapshot of a store, and the worst state of its warehouses.
type Stock<'list> = HashMap<&'list BranchId, (Option<Timestamp>, Freshness)>;

fn table(grid: &CoverageGrid, list: Option<&FreshnessList>) -> AnyView {
    let texts = language().stores();
    let mut stock: Stock<'_> = HashMap::new();
    for one in list.map(|list| list.almacenes.as_slice()).unwrap_or_default() {
        let entry = stock.entry(&one.ubicacion_id).or_insert((one.capturado_en, one.estado));
        entry.0 = entry.0.min(one.capturado_en);
        entry.1 = worse(entry.1, one.estado);
    }
    let rows = grid.rows.iter().map(|row| draw_row(grid, row, &stock)).collect_view();
    view! {
        <section class="panel" aria-label=texts.title()>
            <table class="table stores-table">
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{texts.store()}</th>
                        <th scope="col">{texts.today()}</th>
                        <th scope="col" class="number">{texts.missing()}</th>
                        <th scope="col" class="number">{texts.worth()}</th>
                        <th scope="col">{texts.stock()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
        {export_links_with("tiendas", "")}
    }
    .into_any()
}

fn worse(one: Freshness, other: Freshness) -> Freshness {
    let rank = |freshness| match freshness {
        Freshness::Fresh => 0,
        Freshness::Never => 1,
        Freshness::Stale => 2,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn draw_row(grid: &CoverageGrid, row: &GridRow, stock: &Stock<'_>) -> AnyView {
    let language = language();
    let texts = language.stores();
    let today = row.cells.last().map(|cell| day_picture(grid, row, cell));
    let missing = match row.missing {
        0 => view! { <Pill tone=Tone::Good label=language.coverage().complete()/> }.into_any(),
        count => whole(language, count.into()).into_any(),
    };
    let stock = match stock.get(&row.branch) {
        None => texts.no_stock().to_owned().into_any(),
        Some((taken, freshness)) => {
            let (tone, label) = match freshness {
                Freshness::Fresh => (Tone::Good, language.freshness().fresh()),
                Freshness::Stale => (Tone::Bad, language.freshness().stale()),
                Freshness::Never => (Tone::Neutral, language.freshness().never()),
            };
            let age = taken.map(|taken| view! { " " <span class="muted">{relative(language, grid.at, taken)}</span> });
            view! { <Pill tone label/> {age} }.into_any()
        }
    };
    view! {
        <tr id=format!("tienda-{}", row.branch.as_str())>
            <th scope="row" data-label=texts.store()>
                <a class="row-link" href=store_path(&row.branch)>{row.name.clone()}</a>
            </th>
            <td data-label=texts.today()>{today}</td>
            <td data-label=texts.missing() class="number">{missing}</td>
            <td data-label=texts.worth() class="number">
                {(!row.usd.is_zero()).then(|| dollars(language, row.usd))}
            </td>
            <td data-label=texts.stock()>{stock}</td>
        </tr>
    }
    .into_any()
}
