//! The coverage of many stores and days: a grid of ranges, its legend, and its controls.

mod cell;
mod controls;
mod grid;
mod list;
mod moment;
mod opened;
mod store;
mod weeks;
mod words;
mod zoom;

pub use cell::ChosenCells;
pub use controls::{coverage_controls, is_list, selection_bar};
pub use grid::{coverage_table, legend};
pub use list::coverage_list;
pub use moment::{moment_of, past_notice as grid_past_notice};
pub use opened::opened_day;
pub use store::{chain_week, day_picture, week_of_store};
pub use words::is_shown;
pub use zoom::Zoom;
