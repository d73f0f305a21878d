//! The day of a store that an address says is open. Scripts open its explanation over the grid; without them it is named,
//! and linked.

use engine::CoverageGrid;
use leptos::prelude::*;

use super::words::cell_words;
use crate::format::day;
use crate::preferences::language;
use crate::query::{AT, Query, cell_path};

/// What is known of the day that `open` names, as `store|day`; None where the grid has no such day.
pub fn opened_day(grid: &CoverageGrid, query: &Query, open: &str) -> Option<AnyView> {
    let language = language();
    let (store, date) = open.split_once('|')?;
    let row = grid.rows.iter().find(|row| row.branch.as_str() == store)?;
    let cell = row.cells.iter().find(|cell| cell.date.to_string() == date)?;
    let words = language.coverage().cell(&row.name, day(language, cell.date), cell_words(language, grid, cell));
    let href = cell_path(&row.branch, cell.date, grid.kind, query.get(AT).as_deref());
    Some(
        view! {
            <div class="notice only-without-script">
                <p>{words}</p>
                <a class="button" href=href>{language.coverage().day_title()}</a>
            </div>
        }
        .into_any(),
    )
}
