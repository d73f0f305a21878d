//! The grid as a list: each day of a store with something wrong in words, for small targets and for who reads.

use domain::EtlKind;
use domain::window_state::WindowState;
use engine::{DayState, GridCell, GridRow};
use leptos::prelude::*;

use super::cell::{checkbox, selectable};
use super::scene::Scene;
use super::words::cell_words;
use crate::format::{day, dollars, whole};
use crate::preferences::language;
use crate::query::{AT, Query, cell_path, day_path};
use crate::views::{Empty, PlaceInList, may_operate, numbered_pager};

/// The parameter that says how the coverage is shown.
pub const VIEW: &str = "vista";
/// As a list.
pub const LIST: &str = "lista";
/// Days that one page of the list has.
const DAYS_MAX: usize = 25;

/// Whether an address wants the list.
pub fn is_list(query: &Query) -> bool {
    query.get(VIEW).as_deref() == Some(LIST)
}

/// The days of an address, the worst store first and of each the latest first.
pub fn coverage_list(scene: Scene<'_>) -> AnyView {
    let texts = language().coverage();
    let state = scene.query.get("estado").and_then(|state| state.parse::<WindowState>().ok());
    let is_wanted = |cell: &&GridCell| {
        cell.state == DayState::Mixed && state.is_none_or(|state| cell.spans.iter().any(|span| span.state == state))
    };
    let days: Vec<(&GridRow, &GridCell)> = scene
        .grid
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().rev().filter(&is_wanted).map(move |cell| (row, cell)))
        .collect();
    if days.is_empty() {
        return view! { <Empty title=texts.complete() hint=texts.list_nothing() is_good=true/> }.into_any();
    }
    let place = PlaceInList::of(scene.query, days.len(), DAYS_MAX);
    let items: Vec<AnyView> = place.cut(days).into_iter().map(|(row, cell)| draw(scene, row, cell, true)).collect();
    view! {
        <div class="panel-padded">
            <ul class="cell-spans" aria-label=texts.list_caption() data-cuadro="">{items}</ul>
        </div>
        {numbered_pager(scene.query, &place)}
    }
    .into_any()
}

/// A day; `may_select` where it is drawn once only, so that its box is.
fn draw(scene: Scene<'_>, row: &GridRow, cell: &GridCell, may_select: bool) -> AnyView {
    let Scene { grid, query, chosen, .. } = scene;
    let language = language();
    let texts = language.coverage();
    let date = day(language, cell.date);
    let name = format!("{}, {date}", row.name);
    let missing = selectable(grid, cell);
    let select = (may_select && missing > 0 && may_operate()).then(|| {
        let key = format!("{}|{}", row.branch.as_str(), cell.date);
        checkbox(chosen, key, missing, cell.usd, texts.select(&row.name, &date))
    });
    let count = match cell.missing {
        0 => None,
        1 => Some(language.gaps().window().to_owned()),
        count => Some(language.gaps().windows(whole(language, count.into()))),
    };
    let worth = (!cell.usd.is_zero()).then(|| dollars(language, cell.usd));
    let facts: Vec<String> = [count, worth].into_iter().flatten().collect();
    let facts = (!facts.is_empty())
        .then(|| view! { <p class="muted">{format!("{}: {}", texts.missing(), facts.join(", "))}</p> });
    let explanation = cell_path(&row.branch, cell.date, grid.kind, query.get(AT).as_deref());
    // The page of a day is of sales as they are now.
    let to_day = (grid.kind == EtlKind::Sales && !grid.is_past).then(|| {
        let href = day_path(&row.branch, cell.date, None);
        let label = format!("{}: {name}", language.gaps().day());
        view! { <a class="link" href=href aria-label=label>{language.gaps().day()}</a> }
    });
    let label = format!("{}: {name}", texts.day_title());
    view! {
        <li class="cell-span">
            <label class="choice strong">{select} {name}</label>
            {facts}
            <p>{cell_words(language, grid, cell)}</p>
            <div class="actions">
                <a class="link" href=explanation data-dialogo="" aria-label=label>{texts.day_title()}</a>
                {to_day}
            </div>
        </li>
    }
    .into_any()
}

/// The day that an address explains, for who has no scripts that would open it over the grid.
pub fn explained_day(scene: Scene<'_>) -> Option<AnyView> {
    let mut days = scene.grid.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row, cell)));
    let (row, cell) = days.find(|(row, cell)| scene.chosen.is_open(&row.branch, cell.date))?;
    Some(
        view! { <ul class="panel panel-padded plain only-without-script">{draw(scene, row, cell, false)}</ul> }
            .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use domain::BranchId;
    use engine::{CoverageGrid, GridSpan};
    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use rust_decimal::Decimal;

    use super::super::scene::Chosen;
    use super::super::zoom::Zoom;
    use super::*;
    use crate::query::COVERAGE;

    const FIRST: Date = date(2025, 11, 16);
    const LAST: Date = date(2025, 11, 17);

    fn cell(date: Date, state: WindowState) -> GridCell {
        let span = GridSpan { state, first: 20, windows: 2, from: "10:00".into(), to: "11:00".into(), gap: None };
        let missing = if state == WindowState::Missing { 2 } else { 0 };
        let state = if state == WindowState::Complete { DayState::Complete } else { DayState::Mixed };
        GridCell {
            date,
            windows: 48,
            passed: 48,
            state,
            trading: Some((14, 28)),
            spans: vec![span],
            missing,
            recoverable: missing,
            usd: Decimal::from(missing),
        }
    }

    fn row(name: &str, states: [WindowState; 2]) -> GridRow {
        let [first, last] = states;
        let cells = vec![cell(FIRST, first), cell(LAST, last)];
        let missing = cells.iter().map(|cell| cell.missing).sum();
        GridRow { branch: BranchId::new(name), name: name.to_owned(), cells, missing, usd: Decimal::ZERO }
    }

    fn html(rows: Vec<GridRow>, values: &[(&str, &str)]) -> String {
        let grid = CoverageGrid {
            kind: EtlKind::Sales,
            days: vec![FIRST, LAST],
            rows,
            gaps: Vec::new(),
            today: LAST,
            at: Timestamp::UNIX_EPOCH,
            at_local: LAST.at(23, 0, 0, 0),
            now_local: LAST.at(23, 0, 0, 0),
            is_past: false,
        };
        let (query, chosen) = (Query::of(COVERAGE, values), Chosen::default());
        let scene = Scene { grid: &grid, query: &query, zoom: Zoom::Week, chosen: &chosen };
        Owner::new().with(|| coverage_list(scene).to_html())
    }

    #[test]
    fn each_day_with_something_wrong_is_in_words_with_its_links_and_calm_days_are_left_out() {
        let states = [WindowState::Missing, WindowState::Complete];
        let html = html(vec![row("a", states), row("b", [WindowState::Complete; 2])], &[]);
        assert_eq!(html.matches("<li").count(), 1, "{html}");
        assert!(html.contains("10:00–11:00") && html.contains("USD"), "{html}");
        assert!(html.contains("/cobertura/celda?tienda=a") && html.contains("/tiendas/a/2025-11-16"), "{html}");
    }

    #[test]
    fn filters_are_kept_and_a_page_has_25_days() {
        let states = [WindowState::Waived, WindowState::Missing];
        let rows = || (0..30).map(|number| row(&format!("t{number}"), states)).collect::<Vec<_>>();
        let days = |values: &[(&str, &str)]| html(rows(), values).matches("<li").count();
        assert_eq!(days(&[(VIEW, LIST)]), 25);
        assert_eq!(days(&[(VIEW, LIST), ("pagina", "3")]), 10);
        assert_eq!(days(&[(VIEW, LIST), ("estado", "faltante"), ("pagina", "2")]), 5);
        let first = html(rows(), &[(VIEW, LIST), ("estado", "faltante")]);
        assert!(first.contains("vista=lista") && first.contains("estado=faltante"), "{first}");
    }

    #[test]
    fn nothing_wrong_is_said_in_the_place_of_the_list() {
        let html = html(vec![row("a", [WindowState::Complete; 2])], &[]);
        assert!(!html.contains("<li") && html.contains("empty-good"), "{html}");
    }
}
