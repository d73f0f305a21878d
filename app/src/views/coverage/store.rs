//! One store or one day of the grid, where it stands among other things.

use std::ops::Range;

use domain::window_state::WindowState;
use engine::{CoverageGrid, DayState, GridCell, GridSpan};
use jiff::civil::Date;
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::cell::picture;
use super::grid::{WHOLE_DAY, half_hours, hour_heads};
use super::words::cell_words;
use super::zoom::Zoom;
use crate::format::{day, weekday, whole};
use crate::preferences::language;
use crate::query::{COVERAGE, Query, cell_path, day_path};

/// A day as a picture with its words: a link where something is wrong.
pub fn day_picture(grid: &CoverageGrid, row: &engine::GridRow, cell: &GridCell) -> AnyView {
    let language = language();
    let words = cell_words(language, grid, cell);
    let class = match cell.state {
        DayState::Closed | DayState::Upcoming => return view! { <span class="muted">{words}</span> }.into_any(),
        DayState::Complete if !cell.spans.is_empty() => {
            return view! {
                <span class="day-picture">{picture(cell)}<span class="visually-hidden">{words}</span></span>
            }
            .into_any();
        }
        DayState::Complete => "day-picture grid-complete",
        DayState::Mixed => {
            let label = language.coverage().cell(&row.name, day(language, cell.date), words);
            let href = cell_path(&row.branch, cell.date, grid.kind, None);
            return view! {
                <a class="day-picture" href=href data-dialogo="" aria-label=label>{picture(cell)}</a>
            }
            .into_any();
        }
    };
    view! { <span class=class>{words}</span> }.into_any()
}

/// The days of the whole chain: of each half hour the worst that a store has. Each leads to its stores, but for those
/// of a screen on a wall.
pub fn chain_week(grid: &CoverageGrid, is_wall: bool) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let days = grid.days.iter().enumerate().map(|(index, date)| {
        let cells: Vec<&GridCell> = grid.rows.iter().filter_map(|row| row.cells.get(index)).collect();
        let missing: u32 = cells.iter().map(|cell| cell.missing).sum();
        let said = match missing {
            0 => texts.complete().to_owned(),
            1 => language.gaps().window().to_owned(),
            count => language.gaps().windows(whole(language, count.into())),
        };
        let label = texts.chain_day(day(language, *date), said.clone());
        let current = (*date == grid.today).then_some("date");
        let shown = view! {
            <span>{weekday(language, *date)} " " {date.day().to_string()}</span>
            {picture(&together(&cells, *date))}
            <span class="muted">{said}</span>
        };
        if is_wall {
            return view! { <li class="chain-day" aria-current=current>{shown}</li> }.into_any();
        }
        let href = Query::of(COVERAGE, &[("zoom", Zoom::Day.code()), ("hasta", &date.to_string())]).href();
        view! { <li><a class="chain-day" href=href aria-label=label aria-current=current>{shown}</a></li> }.into_any()
    });
    view! {
        <section class="panel panel-padded summary-chain" aria-labelledby="cadena">
            <h2 id="cadena">{texts.chain()}</h2>
            <ol class="chain-week">{days.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// A day of all stores as one: the worst of each half hour. Where one word says all of a store's day, that word counts for all of it.
fn together(cells: &[&GridCell], date: Date) -> GridCell {
    let windows = cells.iter().map(|cell| cell.windows).max().unwrap_or_default();
    let mut worst = vec![WindowState::Closed; windows as usize];
    for cell in cells {
        // One word says all of a calm day; it counts for the hours in which the store trades.
        let whole = match (cell.state, cell.trading) {
            (DayState::Complete, Some((first, count))) if cell.spans.is_empty() => {
                Some((WindowState::Complete, first, count))
            }
            _ => None,
        };
        let spans = cell.spans.iter().map(|span| (span.state, span.first, span.windows));
        for (state, first, count) in spans.chain(whole) {
            for half_hour in worst.iter_mut().skip(first as usize).take(count as usize) {
                if rank(state) > rank(*half_hour) {
                    *half_hour = state;
                }
            }
        }
    }
    let mut spans: Vec<GridSpan> = Vec::new();
    for (first, state) in (0..).zip(worst) {
        match spans.last_mut() {
            Some(last) if last.state == state => last.windows += 1,
            _ => spans.push(GridSpan { state, first, windows: 1, from: String::new(), to: String::new(), gap: None }),
        }
    }
    GridCell {
        date,
        windows,
        passed: cells.iter().map(|cell| cell.passed).max().unwrap_or_default(),
        state: DayState::Mixed,
        trading: None,
        spans,
        missing: 0,
        recoverable: 0,
        usd: Decimal::ZERO,
    }
}

/// What hides what.
const fn rank(state: WindowState) -> u8 {
    match state {
        WindowState::Closed => 0,
        WindowState::Upcoming => 1,
        WindowState::NoSales => 2,
        WindowState::Complete => 3,
        WindowState::Waived => 4,
        WindowState::InProgress => 5,
        WindowState::Partial => 6,
        WindowState::Unrecoverable => 7,
        WindowState::Missing => 8,
    }
}

/// Half hours from the first to the last, in whole hours, in which the store trades on any day or anything else is
/// known: before and after them it is closed, which on a phone would be all that is seen.
fn hours_shown<'grid>(cells: impl Iterator<Item = &'grid GridCell>) -> Range<u32> {
    let stretches = cells.flat_map(|cell| {
        let known = cell.spans.iter().filter(|span| span.state != WindowState::Closed);
        known.map(|span| (span.first, span.windows)).chain(cell.trading)
    });
    let hours = stretches.map(|(first, windows)| (first / 2, (first + windows).div_ceil(2)));
    let hours = hours.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
    hours.map_or(WHOLE_DAY, |(first, last)| first * 2..last * 2)
}

/// The days of one store, the latest first, half hour by half hour.
pub fn week_of_store(grid: &CoverageGrid) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let query = Query::of(COVERAGE, &[]);
    let shown = hours_shown(grid.rows.iter().flat_map(|row| &row.cells));
    let rows = grid.rows.iter().flat_map(|row| row.cells.iter().rev().map(move |cell| (row, cell)));
    let rows = rows.map(|(row, cell)| {
        let label = format!("{} {}", weekday(language, cell.date), cell.date.day());
        let href = day_path(&row.branch, cell.date, None);
        view! {
            <tr>
                <th scope="row" class="grid-store"><a class="row-link" href=href>{label}</a></th>
                {half_hours(grid, &query, row, cell, &shown, false)}
            </tr>
        }
    });
    view! {
        <div class="grid-scroll">
            <table class=format!("grid grid-{}", Zoom::Day.code())>
                <caption class="visually-hidden">{texts.caption_store()}</caption>
                <thead><tr><th scope="col" class="grid-store">{texts.day()}</th>{hour_heads(&shown)}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(state: DayState, spans: &[(WindowState, u32, u32)]) -> GridCell {
        let span = |(state, first, windows): &(WindowState, u32, u32)| GridSpan {
            state: *state,
            first: *first,
            windows: *windows,
            from: String::new(),
            to: String::new(),
            gap: None,
        };
        let date = Date::constant(2025, 11, 17);
        let spans = spans.iter().map(span).collect();
        let trading = Some((1, 3));
        GridCell { date, windows: 4, passed: 4, state, trading, spans, missing: 0, recoverable: 0, usd: Decimal::ZERO }
    }

    #[test]
    fn a_calm_day_is_drawn_from_opening_to_closing() {
        let calm = cell(DayState::Complete, &[]);
        let all = together(&[&calm, &calm], Date::constant(2025, 11, 17));
        let shown: Vec<_> = all.spans.iter().map(|span| (span.state, span.first, span.windows)).collect();
        assert_eq!(shown, [(WindowState::Closed, 0, 1), (WindowState::Complete, 1, 3)]);
    }

    #[test]
    fn a_week_begins_with_the_first_hour_in_which_any_day_is_open() {
        let missing_early = cell(DayState::Mixed, &[(WindowState::Closed, 0, 13), (WindowState::Missing, 13, 1)]);
        let open = GridCell { trading: Some((16, 25)), ..cell(DayState::Complete, &[(WindowState::Closed, 0, 16)]) };
        assert_eq!(hours_shown([&open].into_iter()), 16..42);
        let early = GridCell { trading: None, ..missing_early };
        assert_eq!(hours_shown([&open, &early].into_iter()), 12..42);
        let closed = GridCell { trading: None, ..cell(DayState::Closed, &[(WindowState::Closed, 0, 48)]) };
        assert_eq!(hours_shown([&closed].into_iter()), WHOLE_DAY);
    }

    #[test]
    fn of_each_half_hour_the_worst_of_all_stores_is_shown() {
        let whole = cell(DayState::Complete, &[]);
        let broken = cell(
            DayState::Mixed,
            &[(WindowState::Closed, 0, 1), (WindowState::Missing, 1, 2), (WindowState::Complete, 3, 1)],
        );
        let partial = cell(DayState::Mixed, &[(WindowState::Partial, 0, 2), (WindowState::Complete, 2, 2)]);
        let all = together(&[&whole, &broken, &partial], Date::constant(2025, 11, 17));
        let shown: Vec<_> = all.spans.iter().map(|span| (span.state, span.first, span.windows)).collect();
        assert_eq!(shown, [(WindowState::Partial, 0, 1), (WindowState::Missing, 1, 2), (WindowState::Complete, 3, 1)]);
    }
}
