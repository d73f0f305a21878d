//! A store's day as a picture: a path a state, high where something is missing, so that grey and small say it too.

use std::collections::{BTreeMap, HashSet};

use domain::EtlKind;
use domain::window_state::WindowState;
use engine::{CoverageGrid, GridCell, GridSpan};
use leptos::prelude::*;
use rust_decimal::Decimal;

/// How high a picture is, in its own units.
const HEIGHT: u32 = 20;
/// Below a month, so much of a column stands for a share that is missing, however small.
const SHARE_MIN: u32 = 4;

/// The form that the cells' boxes belong to.
pub const CELLS_FORM: &str = "celdas";

/// The keys of cells that are chosen already, by the address.
#[derive(Clone, Debug, Default)]
pub struct ChosenCells(HashSet<String>);

impl ChosenCells {
    /// As the address has them: with blanks between.
    pub fn of(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().split_whitespace().map(str::to_owned).collect())
    }
}

/// Chooses what a key names (app/src/forms/chosen_cells.rs reads it), with how many half hours it is about and their
/// USD.
pub fn checkbox(key: String, missing: u32, usd: Decimal, label: String) -> AnyView {
    let is_chosen = use_context::<ChosenCells>().is_some_and(|chosen| chosen.0.contains(&key));
    view! {
        <input
            type="checkbox"
            checked=is_chosen
            id=format!("celda-{}", key.replace(['|', ':'], "-"))
            form=CELLS_FORM
            name="celda"
            value=key
            data-faltan=missing.to_string()
            data-usd=usd.round().to_string()
            aria-label=label
        />
    }
    .into_any()
}

/// Half hours of a day that choosing it is about: sales that can be recovered, and stock, of which it can only be said
/// why it stays missing. Of the past nothing can be done.
pub const fn selectable(grid: &CoverageGrid, cell: &GridCell) -> u32 {
    match grid.kind {
        _ if grid.is_past => 0,
        EtlKind::Sales => cell.recoverable,
        EtlKind::Inventory => cell.missing,
    }
}

/// The class of a state's ink.
pub const fn ink(state: WindowState) -> &'static str {
    match state {
        WindowState::Complete => "st-ok",
        WindowState::NoSales => "st-none",
        WindowState::Partial => "st-part",
        WindowState::Missing => "st-miss",
        WindowState::InProgress => "st-work",
        WindowState::Unrecoverable => "st-lost",
        WindowState::Waived => "st-waived",
        WindowState::Closed | WindowState::Upcoming => "st-closed",
    }
}

/// The half hours of a day side by side.
pub fn picture(cell: &GridCell) -> AnyView {
    let mut paths: BTreeMap<WindowState, String> = BTreeMap::new();
    for span in &cell.spans {
        draw(span, paths.entry(span.state).or_default());
    }
    let paths = paths.into_iter().filter(|(_, path)| !path.is_empty());
    let paths = paths.map(|(state, path)| view! { <path class=ink(state) d=path></path> }).collect_view();
    let is_today = cell.passed > 0 && cell.passed < cell.windows;
    let now = is_today.then(|| view! { <path class="st-now" d=format!("M{} 0v{HEIGHT}", cell.passed)></path> });
    view! {
        <svg viewBox=format!("0 0 {} {HEIGHT}", cell.windows.max(1)) preserveAspectRatio="none" aria-hidden="true">
            {paths}
            {now}
        </svg>
    }
    .into_any()
}

/// The share of a day that is missing, from below: for columns too narrow for half hours.
pub fn share(cell: &GridCell) -> AnyView {
    let worst = worst(cell);
    let of_worst: u32 = cell.spans.iter().filter(|span| Some(span.state) == worst).map(|span| span.windows).sum();
    let expected: u32 =
        cell.spans.iter().filter(|span| span.state != WindowState::Closed).map(|span| span.windows).sum();
    share_picture(worst.unwrap_or(WindowState::Complete), of_worst, expected)
}

/// A share of what is expected, from below.
pub fn share_picture(state: WindowState, windows: u32, expected: u32) -> AnyView {
    let height = (windows * HEIGHT).div_ceil(expected.max(1)).clamp(SHARE_MIN, HEIGHT);
    view! {
        <svg viewBox=format!("0 0 1 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class=ink(state) d=format!("M0 {}h1v{height}h-1z", HEIGHT - height)></path>
        </svg>
    }
    .into_any()
}

/// The state that a person has to hear of first.
pub fn worst(cell: &GridCell) -> Option<WindowState> {
    const ORDER: [WindowState; 5] = [
        WindowState::Missing,
        WindowState::Unrecoverable,
        WindowState::Partial,
        WindowState::InProgress,
        WindowState::Waived,
    ];
    ORDER.into_iter().find(|state| cell.spans.iter().any(|span| span.state == *state))
}

/// Appends the shape of some half hours to the path of their state.
fn draw(span: &GridSpan, path: &mut String) {
    let GridSpan { first, windows, .. } = *span;
    let mut bar = |top: u32| path.push_str(&format!("M{first} {top}h{windows}v{}h-{windows}z", HEIGHT - top));
    match span.state {
        WindowState::Closed | WindowState::Upcoming => {}
        WindowState::Complete => bar(16),
        // Hollow: its outline is within the bar of what is complete.
        WindowState::NoSales => path.push_str(&format!("M{first} 16.5h{windows}v3h-{windows}z")),
        WindowState::Partial => bar(10),
        WindowState::Waived => bar(8),
        WindowState::Missing | WindowState::Unrecoverable => bar(0),
        // Stripes, so that it differs from missing half hours without colours too.
        WindowState::InProgress => {
            (first..first + windows).for_each(|x| path.push_str(&format!("M{x} 0h.5v{HEIGHT}h-.5z")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(state: WindowState, first: u32, windows: u32) -> GridSpan {
        GridSpan { state, first, windows, from: String::new(), to: String::new(), gap: None }
    }

    #[test]
    fn cells_that_the_address_names_are_chosen() {
        Owner::new().with(|| {
            provide_context(ChosenCells::of(Some("tienda_01|2025-11-17 tienda_02|2025-11-18")));
            let drawn = |key: &str| checkbox(key.to_owned(), 1, Decimal::ONE, String::new()).to_html();
            assert!(drawn("tienda_02|2025-11-18").contains("checked"));
            assert!(!drawn("tienda_02|2025-11-17").contains("checked"));
        });
        assert!(ChosenCells::of(None).0.is_empty());
    }

    #[test]
    fn what_is_missing_is_as_high_as_the_row_and_what_is_there_is_low() {
        let mut path = String::new();
        draw(&span(WindowState::Missing, 20, 2), &mut path);
        draw(&span(WindowState::Complete, 14, 6), &mut path);
        assert_eq!(path, "M20 0h2v20h-2zM14 16h6v4h-6z");
    }

    #[test]
    fn what_is_closed_leaves_nothing_and_what_is_in_progress_is_striped() {
        let mut path = String::new();
        draw(&span(WindowState::Closed, 0, 14), &mut path);
        assert_eq!(path, "");
        draw(&span(WindowState::InProgress, 3, 2), &mut path);
        assert_eq!(path, "M3 0h.5v20h-.5zM4 0h.5v20h-.5z");
    }
}
