//! A year as its weeks: a column a week, and of each only what is worst and its share. Weeks in a row that are alike are one cell,
//! which is chosen as a whole, and leads to its last week, day by day.

use domain::window_state::WindowState;
use engine::{CoverageGrid, DayState, GridCell, GridRow};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::cell::{checkbox, selectable, share_picture, worst};
use super::words::nothing_expected;
use super::zoom::Zoom;
use crate::format::{day, whole};
use crate::i18n::{Language, window_state_name};
use crate::preferences::language;
use crate::query::Query;
use crate::views::may_operate_store;

/// Days of a column.
pub const WEEK: usize = 7;

/// The months over their weeks; each leads to itself, day by day.
pub fn month_heads(grid: &CoverageGrid, query: &Query) -> AnyView {
    let mut months: Vec<(&[jiff::civil::Date], usize)> = Vec::new();
    for week in grid.days.chunks(WEEK) {
        match months.last_mut() {
            Some((first, weeks)) if month_of(first) == month_of(week) => *weeks += 1,
            _ => months.push((week, 1)),
        }
    }
    let language = language();
    let names = language.time().months();
    let heads = months.into_iter().map(|(first, weeks)| {
        let (year, month) = month_of(first).unwrap_or_default();
        let name = names.split(' ').nth(usize::from(month.unsigned_abs()).saturating_sub(1)).unwrap_or_default();
        let last = first.first().map(|date| date.last_of_month().min(grid.today)).map(|date| date.to_string());
        let href = query.href_with_all(&[("zoom", Some(Zoom::Month.code())), ("hasta", last.as_deref())]);
        let label = language.coverage().open_month(name, year);
        // A month of one week has no room for its name.
        let name = (weeks > 1).then(|| view! { <a href=href aria-label=label>{name}</a> });
        view! { <th scope="col" class="grid-month" colspan=weeks.to_string()>{name}</th> }
    });
    heads.collect_view().into_any()
}

fn month_of(week: &[jiff::civil::Date]) -> Option<(i16, i8)> {
    week.first().map(|date| (date.year(), date.month()))
}

/// What one says of a week, or of a day of a month.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Week {
    /// Nothing is expected.
    Closed,
    /// None of it is due yet.
    Upcoming,
    /// All that was due is there.
    Complete,
    /// Half hours of the worst state, of those that are expected.
    Wrong {
        /// The worst.
        state: WindowState,
        /// How many are in it.
        windows: u32,
        /// How many are expected.
        expected: u32,
    },
}

/// Days in one word.
pub fn week_of(cells: &[GridCell]) -> Week {
    let state = cells.iter().filter_map(worst).min_by_key(|state| RANK.iter().position(|known| known == state));
    if let Some(state) = state {
        let spans = cells.iter().flat_map(|cell| &cell.spans).filter(|span| span.state == state);
        let expected = cells.iter().filter_map(|cell| cell.trading).map(|(_, windows)| windows).sum();
        return Week::Wrong { state, windows: spans.map(|span| span.windows).sum(), expected };
    }
    let all = |state: DayState| cells.iter().all(|cell| cell.state == state);
    match (all(DayState::Closed), cells.iter().any(|cell| cell.state == DayState::Complete)) {
        (true, _) => Week::Closed,
        (false, true) => Week::Complete,
        (false, false) => Week::Upcoming,
    }
}

/// The worst first, as in a day.
const RANK: [WindowState; 5] = [
    WindowState::Missing,
    WindowState::Unrecoverable,
    WindowState::Partial,
    WindowState::InProgress,
    WindowState::Waived,
];

/// The weeks of a store.
pub fn weeks(grid: &CoverageGrid, row: &GridRow, query: &Query) -> AnyView {
    let mut stretches: Vec<(Week, &[GridCell], usize)> = Vec::new();
    for (index, cells) in row.cells.chunks(WEEK).enumerate() {
        let week = week_of(cells);
        let first = index * WEEK;
        match stretches.last_mut() {
            Some((last, stretch, columns)) if *last == week => {
                let begun = first - *columns * WEEK;
                *stretch = row.cells.get(begun..first + cells.len()).unwrap_or(cells);
                *columns += 1;
            }
            _ => stretches.push((week, cells, 1)),
        }
    }
    let cells =
        stretches.into_iter().map(|(week, cells, columns)| draw_stretch(grid, row, query, week, cells, columns));
    cells.collect_view().into_any()
}

/// Columns in a row of which the same is said; what is wrong with them is chosen as a whole.
pub fn draw_stretch(
    grid: &CoverageGrid,
    row: &GridRow,
    query: &Query,
    week: Week,
    cells: &[GridCell],
    columns: usize,
) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return ().into_any() };
    let days = format!("{} – {}", day(language, first.date), day(language, last.date));
    let colspan = (columns > 1).then(|| columns.to_string());
    let (class, state) = match week {
        Week::Closed => ("grid-closed", nothing_expected(language, grid.kind)),
        Week::Upcoming => ("grid-upcoming", texts.upcoming()),
        Week::Complete => ("grid-complete", texts.complete()),
        Week::Wrong { state, windows, expected } => {
            let name = window_state_name(language, state).to_lowercase();
            let said = texts.week_wrong(name, whole(language, u64::from(windows) * columns as u64));
            let label = texts.cell(&row.name, &days, said);
            let last = last.date.to_string();
            let href = query.href_with_all(&[("zoom", None), ("hasta", Some(&last))]);
            return view! {
                <td class=format!("grid-mixed {}", state.as_str()) colspan=colspan>
                    {choice(language, grid, row, cells, &days)}
                    <a href=href aria-label=label>{share_picture(state, windows, expected)}</a>
                </td>
            }
            .into_any();
        }
    };
    view! { <td class=class colspan=colspan>{format!("{days}: {state}")}</td> }.into_any()
}

/// Chooses the days, where something of them can be recovered or justified.
fn choice(language: Language, grid: &CoverageGrid, row: &GridRow, cells: &[GridCell], days: &str) -> Option<AnyView> {
    let missing: u32 = cells.iter().map(|cell| selectable(grid, cell)).sum();
    let usd: Decimal = cells.iter().map(|cell| cell.usd).sum();
    let key = format!("{}|{}|{}", row.branch.as_str(), cells.first()?.date, cells.last()?.date);
    (missing > 0 && may_operate_store(&row.branch))
        .then(|| checkbox(key, missing, usd, language.coverage().select(&row.name, days)))
}

#[cfg(test)]
mod tests {
    use engine::GridSpan;
    use jiff::civil::date;

    use super::*;

    fn cell(number: i8, state: DayState, spans: &[(WindowState, u32)]) -> GridCell {
        let span = |(state, windows): &(WindowState, u32)| GridSpan {
            state: *state,
            first: 0,
            windows: *windows,
            from: String::new(),
            to: String::new(),
            gap: None,
        };
        GridCell {
            date: date(2026, 11, number),
            windows: 48,
            passed: 48,
            state,
            trading: Some((14, 28)),
            spans: spans.iter().map(span).collect(),
            missing: 0,
            recoverable: 0,
            usd: Decimal::ZERO,
        }
    }

    #[test]
    fn a_week_says_what_is_worst_and_how_much_of_it() {
        let calm = cell(1, DayState::Complete, &[]);
        let some = cell(2, DayState::Mixed, &[(WindowState::Waived, 9), (WindowState::Missing, 2)]);
        let more = cell(3, DayState::Mixed, &[(WindowState::Missing, 3)]);
        let wrong = Week::Wrong { state: WindowState::Missing, windows: 5, expected: 84 };
        assert!(week_of(&[calm.clone(), some, more]) == wrong);
        assert!(week_of(&[cell(1, DayState::Closed, &[]), calm]) == Week::Complete);
        assert!(week_of(&[cell(1, DayState::Closed, &[]), cell(2, DayState::Upcoming, &[])]) == Week::Upcoming);
        assert!(week_of(&[cell(1, DayState::Closed, &[])]) == Week::Closed);
    }
}
