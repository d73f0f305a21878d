//! What a cell says in words: to those who do not see its colours, and to those who want to know why.

use domain::EtlKind;
use domain::window_state::WindowState;
use engine::{CoverageGrid, DayState, GridCell, GridSpan};

use crate::format::{cause_of_gap, dollars};
use crate::i18n::{Language, window_state_name};

/// A day of a store in one sentence.
pub fn cell_words(language: Language, grid: &CoverageGrid, cell: &GridCell) -> String {
    let texts = language.coverage();
    match cell.state {
        DayState::Closed => nothing_expected(language, grid.kind).to_owned(),
        DayState::Upcoming => texts.upcoming().to_owned(),
        DayState::Complete => texts.complete().to_owned(),
        DayState::Mixed => {
            let spans = cell.spans.iter().filter(|span| is_shown(span.state));
            spans.map(|span| span_words(language, grid, span)).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Why nothing is expected: of sales, the store is closed then; stock is expected from the store's first snapshot on, at
/// any hour.
pub fn nothing_expected(language: Language, kind: EtlKind) -> &'static str {
    match kind {
        EtlKind::Sales => language.coverage().closed(),
        EtlKind::Inventory => language.coverage().no_stock(),
    }
}

/// Half hours in a row: when, what, and why.
pub fn span_words(language: Language, grid: &CoverageGrid, span: &GridSpan) -> String {
    let state = window_state_name(language, span.state).to_lowercase();
    let mut words = format!("{}–{} {state}", span.from, span.to);
    if let Some(gap) = span.gap.and_then(|index| grid.gaps.get(index)) {
        words.push_str(", ");
        words.push_str(&lowered(cause_of_gap(language, gap)));
        if let Some(value) = &gap.valor {
            words.push_str(", ");
            words.push_str(&dollars(language, value.usd));
        }
    }
    words
}

/// Whether words are lost on it.
pub fn is_shown(state: WindowState) -> bool {
    !(state.is_proven() || state == WindowState::Upcoming)
}

/// With a small first letter, as within a sentence.
fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
