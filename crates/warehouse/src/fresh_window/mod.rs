//! The commit of windows that nothing was there of, as most are: their lines are appended as they are, and what is kept of them
//! is computed here. Nothing is staged, compared or read back, which is most of what a commit costs; and of what is left, most
//! is the planning of statements, so that windows that wait at the same time share them.
//!
//! Everything else takes the way of [`crate::sales`]: a window that is covered in part or has lines, a comparison, a loss in
//! doubt, an invoice that the day or another day may have, or a number without order.

mod known;
mod sums;

use crate::database::Connection;
use domain::RunId;
use domain::sale::SaleLine;
use jiff::Timestamp;

use self::known::Known;
use crate::Result;
use crate::columns::{Columns, PIECE_ROWS, local_micros, repeated_identifier, repeated_text};
use crate::invoice_days::InvoiceDays;
use crate::invoice_numbers::Numbers;
use crate::months;
use crate::sale_columns::sale_columns;
use crate::sales_window::SalesWindow;
use crate::summaries::HALF_HOUR_MICROS;

/// The lines of a window that are to be committed.
#[derive(Clone, Copy)]
pub(crate) struct Load<'job> {
    pub(crate) run: RunId,
    pub(crate) window: &'job SalesWindow,
    pub(crate) lines: &'job [SaleLine],
}

/// Commits lines and coverage of the windows of which nothing is loaded yet, and returns when each was committed (`now`, called
/// with its place). None for a window that has or may have lines: nothing of it is done.
pub(crate) fn commit(
    connection: &Connection,
    days: &InvoiceDays,
    loads: &[Load<'_>],
    now: impl Fn(usize) -> Timestamp,
) -> Result<Vec<Option<Timestamp>>> {
    let numbers: Vec<Numbers<'_>> = loads.iter().map(|load| Numbers::of(load.lines)).collect();
    let fresh = fresh(connection, days, loads, &numbers)?;
    let mut outcomes = vec![None; loads.len()];
    let Some((known, fresh)) = fresh else { return Ok(outcomes) };
    let with_lines: Vec<&Load<'_>> =
        fresh.iter().filter_map(|place| loads.get(*place)).filter(|load| !load.lines.is_empty()).collect();
    if !with_lines.is_empty() {
        let ends = |load: &&Load<'_>| [load.window.local.start().date(), load.window.local.end().date()];
        months::make(connection, "ventas", with_lines.iter().flat_map(ends))?;
        connection.append("ventas", pieces(&with_lines).iter().map(|piece| rows_of_sales(piece)))?;
        sums::insert(connection, &with_lines)?;
    }
    let mut covered = Vec::new();
    for place in fresh {
        let (Some(load), Some(numbers)) = (loads.get(place), numbers.get(place)) else { continue };
        days.widen(connection, load.window, numbers)?;
        let at = now(place);
        covered.push((load, at));
        if let Some(outcome) = outcomes.get_mut(place) {
            *outcome = Some(at);
        }
    }
    known.cover(connection, &covered)?;
    Ok(outcomes)
}

/// The places of the windows that nothing is there of, also not of one before it in the list; None where there are none.
fn fresh(
    connection: &Connection,
    days: &InvoiceDays,
    loads: &[Load<'_>],
    numbers: &[Numbers<'_>],
) -> Result<Option<(Known, Vec<usize>)>> {
    let mut new = Vec::new();
    for (place, (load, numbers)) in loads.iter().zip(numbers).enumerate() {
        if is_whole(load.window) && days.are_new(connection, load.window, numbers)? {
            new.push((place, load, numbers));
        }
    }
    if new.is_empty() {
        return Ok(None);
    }
    let candidates: Vec<Load<'_>> = new.iter().map(|(_, load, _)| **load).collect();
    let known = Known::around(connection, &candidates)?;
    let mut fresh: Vec<(usize, &Load<'_>, &Numbers<'_>)> = Vec::new();
    for (place, load, numbers) in new {
        let meets = |(_, other, others): &(usize, &Load<'_>, &Numbers<'_>)| {
            other.window.branch == load.window.branch
                && (other.window.interval.overlaps(&load.window.interval) || others.meet(numbers))
        };
        if known.is_fresh(load) && !fresh.iter().any(meets) {
            fresh.push((place, load, numbers));
        }
    }
    let places: Vec<usize> = fresh.into_iter().map(|(place, ..)| place).collect();
    Ok((!places.is_empty()).then_some((known, places)))
}

fn is_whole(window: &SalesWindow) -> bool {
    [window.local.start(), window.local.end()].iter().all(|at| local_micros(*at) % HALF_HOUR_MICROS == 0)
}

/// Lines of one load that are appended at once.
struct Part<'job> {
    load: &'job Load<'job>,
    lines: &'job [SaleLine],
}

/// The lines of all loads in pieces of [`PIECE_ROWS`]: of short windows a piece has several.
fn pieces<'job>(loads: &[&'job Load<'job>]) -> Vec<Vec<Part<'job>>> {
    let mut pieces: Vec<Vec<Part<'job>>> = Vec::new();
    let mut room = 0;
    for load in loads {
        let mut rest = load.lines;
        while !rest.is_empty() {
            if room == 0 {
                pieces.push(Vec::new());
                room = PIECE_ROWS;
            }
            let (lines, others) = rest.split_at(rest.len().min(room));
            if let Some(piece) = pieces.last_mut() {
                piece.push(Part { load, lines });
            }
            (rest, room) = (others, room - lines.len());
        }
    }
    pieces
}

/// The rows of `ventas`.
fn rows_of_sales(piece: &[Part<'_>]) -> Result<Columns> {
    let lines: Vec<&[SaleLine]> = piece.iter().map(|part| part.lines).collect();
    let branches = piece.iter().map(|part| (part.load.window.branch.as_str(), part.lines.len()));
    let mut columns = vec![("ubicacion_id", repeated_text(branches))];
    columns.extend(sale_columns(&lines)?);
    columns.push(("ejecucion_id", repeated_identifier(piece.iter().map(|part| (part.load.run.0, part.lines.len())))));
    Ok(columns)
}
