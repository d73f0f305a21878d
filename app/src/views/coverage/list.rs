//! The same as the table, as a list: each day of a store with something wrong in words. For small targets, and for readers.

use domain::window_state::WindowState;
use engine::{CoverageGrid, DayState, GridCell, GridRow};
use leptos::prelude::*;

use super::cell::{checkbox, selectable};
use super::words::cell_words;
use crate::format::{day, dollars, whole};
use crate::preferences::language;
use crate::query::{AT, Query, cell_path, store_path};
use crate::views::{Empty, PlaceInList, may_operate, numbered_pager};

/// Days that one page of the list has.
const ROWS_MAX: usize = 25;

/// Days with something wrong, those of the worst store first.
pub fn coverage_list(grid: &CoverageGrid, query: &Query) -> AnyView {
    let texts = language().coverage();
    let state = query.get("estado").and_then(|state| state.parse::<WindowState>().ok());
    let is_asked = |cell: &&GridCell| {
        cell.state == DayState::Mixed && state.is_none_or(|state| cell.spans.iter().any(|span| span.state == state))
    };
    let days: Vec<(&GridRow, &GridCell)> =
        grid.rows.iter().flat_map(|row| row.cells.iter().filter(is_asked).map(move |cell| (row, cell))).collect();
    if days.is_empty() {
        return view! { <Empty title=texts.list_empty() hint=texts.list_empty_hint() is_good=true/> }.into_any();
    }
    let place = PlaceInList::of(query, days.len(), ROWS_MAX);
    let rows = place.cut(days).into_iter().map(|(row, cell)| line(grid, query, row, cell));
    view! {
        <table class="table grid-list" data-cuadro="">
            <caption class="visually-hidden">{texts.list_caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.store()}</th>
                    <th scope="col">{texts.day()}</th>
                    <th scope="col">{texts.what()}</th>
                    <th scope="col" class="number">{texts.missing()}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {numbered_pager(query, &place)}
    }
    .into_any()
}

fn line(grid: &CoverageGrid, query: &Query, row: &GridRow, cell: &GridCell) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let date = day(language, cell.date);
    let missing = selectable(grid, cell);
    let select = (missing > 0 && may_operate()).then(|| {
        let key = format!("{}|{}", row.branch.as_str(), cell.date);
        checkbox(key, missing, cell.usd, texts.select(&row.name, date.clone()))
    });
    let href = cell_path(&row.branch, cell.date, grid.kind, query.get(AT).as_deref());
    let worth = (!cell.usd.is_zero()).then(|| view! { <span class="muted">" · " {dollars(language, cell.usd)}</span> });
    let count = if cell.missing == 0 { "—".to_owned() } else { whole(language, cell.missing.into()) };
    view! {
        <tr id=format!("dia-{}-{}", row.branch.as_str(), cell.date)>
            <th scope="row" data-label=texts.store()>
                {select} " " <a class="row-link" href=store_path(&row.branch)>{row.name.clone()}</a>
            </th>
            <td data-label=texts.day()><a class="link" href=href data-dialogo="">{date}</a></td>
            <td data-label=texts.what() class="cause-column">{cell_words(language, grid, cell)}</td>
            <td data-label=texts.missing() class="number">{count} {worth}</td>
        </tr>
    }
    .into_any()
}
