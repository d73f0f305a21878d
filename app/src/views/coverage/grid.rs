//! The table: a row a store, a column a day. Only days with something wrong have a link, a picture and words.

use std::ops::Range;

use domain::EtlKind;
use domain::read_model::GapView;
use domain::window_state::WindowState;
use engine::{CoverageGrid, DayState, GridCell, GridRow, GridSpan};
use leptos::prelude::*;

use super::cell::{checkbox, ink, picture, selectable, share, worst};
use super::weeks::{WEEK, Week, draw_stretch, month_heads, week_of, weeks};
use super::words::{cell_words, is_shown, nothing_expected, span_words};
use super::zoom::Zoom;
use crate::format::{day, dollars, weekday, whole};
use crate::i18n::window_state_name;
use crate::preferences::language;
use crate::query::{Query, cell_path, store_path};
use crate::views::{PlaceInList, may_operate_store, numbered_pager};

/// Rows that one page of the grid has.
const ROWS_MAX: usize = 25;
/// Grids of no more stores show all of them, also those of which nothing is missing.
const UNFOLDED_MAX: usize = 12;

/// Half hours from midnight to midnight.
pub const WHOLE_DAY: Range<u32> = 0..48;

/// The rows of an address: folded, narrowed to a state, and cut to a page.
struct Shown<'grid> {
    rows: Vec<&'grid GridRow>,
    /// Stores of which nothing is missing and that have no row.
    folded: usize,
    place: PlaceInList,
}

fn shown<'grid>(grid: &'grid CoverageGrid, query: &Query) -> Shown<'grid> {
    let state = query.get("estado").and_then(|state| state.parse::<WindowState>().ok());
    let has = |row: &&GridRow| {
        state.is_none_or(|state| row.cells.iter().any(|cell| cell.spans.iter().any(|span| span.state == state)))
    };
    let all = query.get("todas").is_some() || grid.rows.len() <= UNFOLDED_MAX;
    let narrowed: Vec<&GridRow> = grid.rows.iter().filter(has).collect();
    let total = narrowed.len();
    let rows: Vec<&GridRow> = narrowed.into_iter().filter(|row| all || !row.is_calm()).collect();
    let folded = total - rows.len();
    let place = PlaceInList::of(query, rows.len(), ROWS_MAX);
    let rows = place.cut(rows);
    Shown { rows, folded, place }
}

/// The grid of an answer.
pub fn coverage_table(grid: &CoverageGrid, query: &Query, zoom: Zoom) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let shown = shown(grid, query);
    let heads = match zoom {
        Zoom::Day => hour_heads(&WHOLE_DAY),
        Zoom::Week | Zoom::Month => {
            grid.days.iter().map(|date| day_head(grid, query, zoom, *date)).collect_view().into_any()
        }
        Zoom::Year => month_heads(grid, query),
    };
    // Those between the stores and what is missing of each.
    let columns = match zoom {
        Zoom::Day => WHOLE_DAY.len(),
        Zoom::Week | Zoom::Month => grid.days.len(),
        Zoom::Year => grid.days.chunks(WEEK).len(),
    };
    let rows = shown.rows.iter().map(|row| draw_row(grid, query, zoom, row, columns)).collect_view();
    let folded = (shown.folded > 0).then(|| {
        let text = match shown.folded {
            1 => texts.one_calm().to_owned(),
            many => texts.calm(whole(language, many as u64)),
        };
        view! {
            <tr class="grid-folded">
                <th scope="row" colspan=(columns + 2).to_string()>
                    <a class="link" href=query.href_with("todas", Some("1"))>{text}</a>
                </th>
            </tr>
        }
    });
    // Where columns are no days, all cells are of this one.
    let date = if zoom == Zoom::Day { grid.days.last().map(ToString::to_string) } else { None };
    view! {
        <div class="grid-scroll">
            <table class=format!("grid grid-{}", zoom.code()) data-cuadro="" data-fecha=date>
                <caption class="visually-hidden">{texts.caption()}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="grid-store">{texts.store()}</th>
                        {heads}
                        <th scope="col" class="number">{texts.missing()}</th>
                    </tr>
                </thead>
                <tbody>{rows} {folded}</tbody>
            </table>
        </div>
        {numbered_pager(query, &shown.place)}
    }
    .into_any()
}

fn day_head(grid: &CoverageGrid, query: &Query, zoom: Zoom, date: jiff::civil::Date) -> AnyView {
    let language = language();
    let name = (zoom != Zoom::Month).then(|| view! { <abbr>{weekday(language, date)} " "</abbr> });
    let href = query.href_with_all(&[("zoom", Some(Zoom::Day.code())), ("hasta", Some(&date.to_string()))]);
    let label = language.coverage().open_day(day(language, date));
    let current = (date == grid.today).then_some("date");
    view! { <th scope="col" aria-current=current><a href=href aria-label=label>{name} {date.day().to_string()}</a></th> }.into_any()
}

fn draw_row(grid: &CoverageGrid, query: &Query, zoom: Zoom, row: &GridRow, columns: usize) -> AnyView {
    let language = language();
    let has_no_stock = grid.kind == EtlKind::Inventory && row.cells.iter().all(|cell| cell.state == DayState::Closed);
    let cells = match zoom {
        _ if has_no_stock => {
            // On a phone a month and a year begin with their end: it stands there.
            let begins_with_its_end = matches!(zoom, Zoom::Month | Zoom::Year);
            let class = if begins_with_its_end { "grid-total muted number" } else { "grid-total muted" };
            let words = nothing_expected(language, grid.kind);
            view! { <td class=class colspan=columns.to_string()>{words}</td> }.into_any()
        }
        Zoom::Day => {
            let day = |cell| half_hours(grid, query, row, cell, &WHOLE_DAY, true);
            row.cells.iter().map(day).collect_view().into_any()
        }
        Zoom::Week => row.cells.iter().map(|cell| draw_cell(grid, query, zoom, row, cell)).collect_view().into_any(),
        Zoom::Month => days_of_month(grid, query, row),
        Zoom::Year => weeks(grid, row, query),
    };
    let missing = match row.missing {
        0 => "—".to_owned(),
        count => whole(language, count.into()),
    };
    let worth = (!row.usd.is_zero()).then(|| view! { <span class="muted">" · " {dollars(language, row.usd)}</span> });
    view! {
        <tr id=format!("fila-{}", row.branch.as_str())>
            <th scope="row" class="grid-store"><a class="row-link" href=store_path(&row.branch)>{row.name.clone()}</a></th>
            {cells}
            <td class="number grid-total">{missing} {worth}</td>
        </tr>
    }
    .into_any()
}

/// The days of a store's month: those in a row that are calm, or of which all is missing, are one cell.
fn days_of_month(grid: &CoverageGrid, query: &Query, row: &GridRow) -> AnyView {
    let stretches = row.cells.chunk_by(|day, next| is_whole(day) && is_whole(next) && word(day) == word(next));
    let cells = stretches.map(|days| match days {
        [day] => draw_cell(grid, query, Zoom::Month, row, day),
        [first, ..] => draw_stretch(grid, row, query, word(first), days, days.len()),
        [] => ().into_any(),
    });
    cells.collect_view().into_any()
}

fn word(day: &GridCell) -> Week {
    week_of(std::slice::from_ref(day))
}

/// Whether one word says all of a day, which it does not of a day that is not over.
fn is_whole(day: &GridCell) -> bool {
    match word(day) {
        Week::Wrong { windows, expected, .. } => windows >= expected,
        Week::Complete => day.spans.is_empty(),
        Week::Closed | Week::Upcoming => true,
    }
}

/// A calm day is a plain cell that the style sheet paints.
fn draw_cell(grid: &CoverageGrid, query: &Query, zoom: Zoom, row: &GridRow, cell: &GridCell) -> AnyView {
    let language = language();
    let words = cell_words(language, grid, cell);
    let class = match cell.state {
        DayState::Closed => "grid-closed",
        DayState::Upcoming => "grid-upcoming",
        DayState::Complete if !cell.spans.is_empty() => {
            return view! { <td class="grid-today">{picture(cell)}<span class="visually-hidden">{words}</span></td> }
                .into_any();
        }
        DayState::Complete => "grid-complete",
        DayState::Mixed => {
            let drawn = if zoom == Zoom::Month { share(cell) } else { picture(cell) };
            return mixed(grid, query, row, cell, words, drawn, None);
        }
    };
    view! { <td class=class>{words}</td> }.into_any()
}

/// The heads of hours, which have two half hours each.
pub fn hour_heads(shown: &Range<u32>) -> AnyView {
    let heads = (shown.start / 2..shown.end.div_ceil(2)).map(|hour| {
        view! { <th scope="col" colspan="2" class="grid-hour">{format!("{hour:02}")}</th> }
    });
    heads.collect_view().into_any()
}

/// A day as those of its half hours that are `shown`: runs of equal ones are one cell.
pub fn half_hours(
    grid: &CoverageGrid,
    query: &Query,
    row: &GridRow,
    cell: &GridCell,
    shown: &Range<u32>,
    may_select: bool,
) -> AnyView {
    let columns = |first: u32, windows: u32| (first + windows).min(shown.end).saturating_sub(first.max(shown.start));
    if cell.spans.is_empty() {
        let class = match cell.state {
            DayState::Closed => "grid-closed",
            DayState::Upcoming => "grid-upcoming",
            _ => "grid-complete",
        };
        return view! { <td class=class colspan=shown.len().to_string()>{cell_words(language(), grid, cell)}</td> }
            .into_any();
    }
    let spans = cell.spans.iter().filter(|span| columns(span.first, span.windows) > 0).map(|span| {
        if is_shown(span.state) {
            let words = span_words(language(), grid, span);
            let drawn = view! { <span class=format!("grid-span {}", ink(span.state)) aria-hidden="true"></span> };
            return mixed(grid, query, row, cell, words, drawn.into_any(), Some((span, may_select)));
        }
        let state = match span.state {
            WindowState::Closed => nothing_expected(language(), grid.kind),
            state => window_state_name(language(), state),
        };
        let class = match span.state {
            WindowState::Closed => "grid-closed",
            WindowState::Upcoming => "grid-upcoming",
            WindowState::NoSales => "grid-none",
            _ => "grid-complete",
        };
        let colspan = columns(span.first, span.windows).to_string();
        view! { <td class=class colspan=colspan>{format!("{}–{} {state}", span.from, span.to)}</td> }.into_any()
    });
    spans.collect_view().into_any()
}

/// Stock cannot be had later, but it can be said why it stays missing; of the past nothing can be done.
fn is_selectable(grid: &CoverageGrid, gap: &GapView) -> bool {
    gap.recuperable || (grid.kind == EtlKind::Inventory && !grid.is_past)
}

/// A cell with something wrong: its box where something can be recovered or justified, and the link to what is known of
/// it.
fn mixed(
    grid: &CoverageGrid,
    query: &Query,
    row: &GridRow,
    cell: &GridCell,
    words: String,
    drawn: AnyView,
    part: Option<(&GridSpan, bool)>,
) -> AnyView {
    let span = part.map(|(span, _)| span);
    let may_select = part.is_none_or(|(_, may_select)| may_select);
    let language = language();
    let key = match span {
        None => format!("{}|{}", row.branch.as_str(), cell.date),
        Some(span) => format!("{}|{}|{}|{}", row.branch.as_str(), cell.date, span.from, span.to),
    };
    let name = language.coverage().cell(&row.name, day(language, cell.date), words);
    let (missing, usd) = match span {
        None => (selectable(grid, cell), cell.usd),
        Some(span) => {
            let gap = span.gap.and_then(|index| grid.gaps.get(index)).filter(|gap| is_selectable(grid, gap));
            let usd = gap.and_then(|gap| gap.valor.as_ref()).map(|value| value.usd).unwrap_or_default();
            (if gap.is_some() { span.windows } else { 0 }, usd)
        }
    };
    let label = || language.coverage().select(&row.name, day(language, cell.date));
    let select =
        (may_select && missing > 0 && may_operate_store(&row.branch)).then(|| checkbox(key, missing, usd, label()));
    let state = match span {
        Some(span) => Some(span.state),
        None => worst(cell),
    };
    let class = format!("grid-mixed {}", state.map_or("", |state| state.as_str()));
    let at = query.get("en");
    let colspan = span.map(|span| span.windows.to_string());
    view! {
        <td class=class colspan=colspan>
            {select}
            <a href=cell_path(&row.branch, cell.date, grid.kind, at.as_deref()) data-dialogo="" aria-label=name>{drawn}</a>
        </td>
    }
    .into_any()
}

/// What the colours and heights mean; each entry narrows the grid to stores that have it.
pub fn legend(grid: &CoverageGrid, query: &Query) -> AnyView {
    const STATES: [WindowState; 7] = [
        WindowState::Complete,
        WindowState::NoSales,
        WindowState::Missing,
        WindowState::Partial,
        WindowState::InProgress,
        WindowState::Unrecoverable,
        WindowState::Waived,
    ];
    let language = language();
    let chosen = query.get("estado");
    let count = |state: WindowState| -> u32 {
        let cells = grid.rows.iter().flat_map(|row| &row.cells);
        cells.flat_map(|cell| &cell.spans).filter(|span| span.state == state).map(|span| span.windows).sum()
    };
    let entries = STATES.map(|state| {
        let name = window_state_name(language, state);
        let mark = view! { <span class=format!("grid-key {}", ink(state)) aria-hidden="true"></span> };
        if matches!(state, WindowState::Complete | WindowState::NoSales) {
            return view! { <li>{mark} {name}</li> }.into_any();
        }
        let is_chosen = chosen.as_deref() == Some(state.as_str());
        let href = query.href_with("estado", (!is_chosen).then_some(state.as_str()));
        let current = is_chosen.then_some("true");
        view! {
            <li><a href=href aria-current=current>{mark} {name} " " <span class="muted">{whole(language, count(state).into())}</span></a></li>
        }
        .into_any()
    });
    view! { <ul class="grid-legend" aria-label=language.coverage().legend()>{entries.collect_view()}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::BranchId;
    use jiff::civil::{Date, date};
    use jiff::{Timestamp, ToSpan};
    use rust_decimal::Decimal;

    use super::*;
    use crate::query::COVERAGE;

    const LAST: Date = date(2025, 11, 30);

    fn cell(date: Date, state: DayState, spans: &[(WindowState, u32, u32)]) -> GridCell {
        let span = |(state, first, windows): &(WindowState, u32, u32)| GridSpan {
            state: *state,
            first: *first,
            windows: *windows,
            from: String::new(),
            to: String::new(),
            gap: None,
        };
        let missing = spans.iter().filter(|(state, ..)| *state == WindowState::Missing).map(|(.., count)| count).sum();
        GridCell {
            date,
            windows: 48,
            passed: 48,
            state,
            trading: (state != DayState::Closed).then_some((14, 28)),
            spans: spans.iter().map(span).collect(),
            missing,
            recoverable: missing,
            usd: Decimal::ZERO,
        }
    }

    fn row(number: usize, cells: Vec<GridCell>) -> GridRow {
        let missing = cells.iter().map(|cell| cell.missing).sum();
        let branch = BranchId::new(format!("tienda_{number:03}"));
        GridRow { branch, name: format!("TIENDA {number:03}"), cells, missing, usd: Decimal::ZERO }
    }

    fn grid(kind: EtlKind, rows: Vec<GridRow>) -> CoverageGrid {
        CoverageGrid {
            kind,
            days: rows[0].cells.iter().map(|cell| cell.date).collect(),
            rows,
            gaps: Vec::new(),
            today: LAST,
            at: Timestamp::UNIX_EPOCH,
            at_local: LAST.at(12, 0, 0, 0),
            now_local: LAST.at(12, 0, 0, 0),
            is_past: false,
        }
    }

    fn draw(grid: &CoverageGrid, zoom: Zoom, values: &[(&str, &str)]) -> String {
        let query = Query::of(COVERAGE, values);
        Owner::new().with(|| coverage_table(grid, &query, zoom).to_html())
    }

    /// Elements of a piece of HTML.
    fn elements(html: &str) -> usize {
        html.split('<').filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase())).count()
    }

    /// Stores of which every twentieth misses two half hours in the middle of the time, and whose last day is not over.
    fn calm_time(stores: usize, zoom: Zoom) -> CoverageGrid {
        let days: Vec<Date> =
            (0..zoom.days()).rev().map(|back| LAST.checked_sub(i64::from(back).days()).unwrap()).collect();
        let of_store = |number: usize| {
            let cells = days.iter().enumerate().map(|(index, date)| match index {
                _ if *date == LAST => {
                    let spans = [
                        (WindowState::Closed, 0, 14),
                        (WindowState::Complete, 14, 10),
                        (WindowState::Upcoming, 24, 18),
                        (WindowState::Closed, 42, 6),
                    ];
                    GridCell { passed: 24, ..cell(*date, DayState::Complete, &spans) }
                }
                _ if index == days.len() / 2 && number.is_multiple_of(20) => {
                    cell(*date, DayState::Mixed, &[(WindowState::Complete, 14, 26), (WindowState::Missing, 40, 2)])
                }
                _ => cell(*date, DayState::Complete, &[]),
            });
            row(number, cells.collect())
        };
        grid(EtlKind::Sales, (0..stores).map(of_store).collect())
    }

    #[test]
    fn a_calm_time_of_100_stores_leaves_room_for_the_rest_of_a_page_of_1400_elements() {
        let addresses: [&[(&str, &str)]; 2] = [&[], &[("todas", "1")]];
        for zoom in Zoom::ALL {
            for values in addresses {
                let html = draw(&calm_time(100, zoom), zoom, values);
                assert!(elements(&html) <= 900, "{zoom:?} {values:?}: {}", elements(&html));
            }
        }
        let html = draw(&calm_time(12, Zoom::Month), Zoom::Month, &[]);
        assert!(elements(&html) <= 300, "a month of twelve stores: {}", elements(&html));
    }

    #[test]
    fn days_of_a_month_are_one_cell_where_they_are_calm_or_miss_everything() {
        let day = |number| date(2025, 11, number);
        let whole: &[(WindowState, u32, u32)] = &[(WindowState::Missing, 14, 28)];
        let part: &[(WindowState, u32, u32)] = &[(WindowState::Missing, 20, 2)];
        let cells = vec![
            cell(day(1), DayState::Complete, &[]),
            cell(day(2), DayState::Complete, &[]),
            cell(day(3), DayState::Mixed, whole),
            cell(day(4), DayState::Mixed, whole),
            cell(day(5), DayState::Mixed, part),
            cell(day(6), DayState::Mixed, part),
            cell(day(7), DayState::Complete, &[]),
        ];
        let html = draw(&grid(EtlKind::Sales, vec![row(1, cells)]), Zoom::Month, &[]);
        assert_eq!(html.matches("colspan=\"2\"").count(), 2, "{html}");
        assert!(html.contains("value=\"tienda_001|2025-11-03|2025-11-04\""), "{html}");
        assert!(html.contains("value=\"tienda_001|2025-11-05\""), "{html}");
        assert!(html.contains("value=\"tienda_001|2025-11-06\""), "{html}");
    }

    #[test]
    fn of_the_past_nothing_can_be_chosen() {
        let whole: &[(WindowState, u32, u32)] = &[(WindowState::Missing, 14, 28)];
        let cells = || [29, 30].map(|number| cell(date(2025, 11, number), DayState::Mixed, whole)).to_vec();
        for kind in EtlKind::ALL {
            for zoom in [Zoom::Week, Zoom::Month, Zoom::Year] {
                let now = grid(*kind, vec![row(1, cells())]);
                assert!(draw(&now, zoom, &[]).contains("name=\"celda\""), "{zoom:?}");
                let past = CoverageGrid { is_past: true, ..now };
                assert!(!draw(&past, zoom, &[]).contains("name=\"celda\""), "{zoom:?}");
            }
        }
    }

    #[test]
    fn a_store_without_any_snapshot_is_not_called_closed() {
        for zoom in Zoom::ALL {
            let drawn = |kind| {
                let rows = vec![row(1, vec![cell(LAST, DayState::Closed, &[])])];
                draw(&grid(kind, rows), zoom, &[])
            };
            assert!(drawn(EtlKind::Sales).contains("Cerrada"));
            let stock = drawn(EtlKind::Inventory);
            assert!(stock.contains("Sin fotos de inventario todavía") && !stock.contains("Cerrada"), "{stock}");
        }
    }
}
