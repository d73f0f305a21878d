//! Where a half hour stands: one answer for lists, days and certificates.

use crate::EtlKind;

/// Where a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WindowState {
    /// The store is closed then, and nothing came.
    Closed,
    /// It has not ended, or its job is not due yet.
    Upcoming,
    /// The store was open, the source was asked, and it announced that nothing was sold.
    NoSales,
    /// Everything that the source announced is there, and no invoice number is missing.
    Complete,
    /// Some of it is there: fewer lines than announced, an invoice number is missing, or the source has changed it since.
    Partial,
    /// It was expected and nothing of it was committed.
    Missing,
    /// A run for it is queued or in progress.
    InProgress,
    /// It was missed, and cannot be had any more.
    Unrecoverable,
    /// Given up, with a reason.
    Waived,
}
crate::state::wire_names!(WindowState {
    Closed => "cerrada",
    Upcoming => "por_venir",
    NoSales => "sin_ventas",
    Complete => "completa",
    Partial => "parcial",
    Missing => "faltante",
    InProgress => "en_proceso",
    Unrecoverable => "irrecuperable",
    Waived => "justificada",
});

/// What the state of a window follows from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowFacts {
    /// By the store's calendar.
    pub is_expected: bool,
    /// It has ended, and its job has had the time to do it.
    pub is_due: bool,
    /// A run committed it whole.
    pub is_covered: bool,
    /// It was given up.
    pub is_waived: bool,
    /// A run for it is queued or in progress.
    pub is_in_progress: bool,
    /// The latest attempt that ended was short.
    pub is_short: bool,
    /// An invoice number is missing in it.
    pub has_hole: bool,
    /// Its missing invoice numbers were given up.
    pub has_waived_hole: bool,
    /// The source has something else now than what is loaded.
    pub has_changed: bool,
    /// Lines, or articles, that are loaded of it.
    pub loaded: u64,
}

impl WindowState {
    /// The state that follows.
    pub const fn of(kind: EtlKind, facts: &WindowFacts) -> Self {
        let is_sales = matches!(kind, EtlKind::Sales);
        if facts.has_changed && facts.is_waived && !facts.is_in_progress {
            return Self::Waived;
        }
        let is_unproven = facts.has_hole || facts.has_changed;
        if facts.is_covered && !(is_unproven && facts.is_in_progress) {
            return match (is_unproven, is_sales && facts.loaded == 0, facts.is_expected) {
                (true, ..) => Self::Partial,
                _ if facts.has_waived_hole => Self::Waived,
                (false, false, _) => Self::Complete,
                (false, true, true) => Self::NoSales,
                (false, true, false) => Self::Closed,
            };
        }
        if facts.is_in_progress {
            return Self::InProgress;
        }
        match (facts.is_waived, facts.is_expected, facts.is_due) {
            (true, ..) => Self::Waived,
            (_, false, _) => Self::Closed,
            // A run may have tried, and failed, before anything was due.
            (_, _, false) if !facts.is_short => Self::Upcoming,
            _ if !kind.is_recoverable() => Self::Unrecoverable,
            _ if facts.is_short => Self::Partial,
            _ => Self::Missing,
        }
    }

    /// Whether everything is as it should be.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Closed | Self::NoSales | Self::Complete)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const OPEN: WindowFacts = WindowFacts {
        is_expected: true,
        is_due: true,
        is_covered: false,
        is_waived: false,
        is_in_progress: false,
        is_short: false,
        has_hole: false,
        has_waived_hole: false,
        has_changed: false,
        loaded: 0,
    };
    const LOADED: WindowFacts = WindowFacts { is_covered: true, loaded: 400, ..OPEN };

    #[rstest]
    #[case::nobody_tried(OPEN, WindowState::Missing)]
    #[case::everything_came(LOADED, WindowState::Complete)]
    #[case::nothing_was_sold(WindowFacts { loaded: 0, ..LOADED }, WindowState::NoSales)]
    #[case::closed_and_never_asked(WindowFacts { is_expected: false, ..OPEN }, WindowState::Closed)]
    #[case::closed_and_asked(WindowFacts { is_expected: false, loaded: 0, ..LOADED }, WindowState::Closed)]
    #[case::sold_while_closed(WindowFacts { is_expected: false, ..LOADED }, WindowState::Complete)]
    #[case::short(WindowFacts { is_short: true, loaded: 390, ..OPEN }, WindowState::Partial)]
    #[case::short_before_it_is_due(WindowFacts { is_short: true, is_due: false, ..OPEN }, WindowState::Partial)]
    #[case::a_number_lacks(WindowFacts { has_hole: true, ..LOADED }, WindowState::Partial)]
    #[case::a_number_lacks_and_is_asked_for(WindowFacts { has_hole: true, is_in_progress: true, ..LOADED }, WindowState::InProgress)]
    #[case::a_number_lacks_and_was_given_up(WindowFacts { has_waived_hole: true, ..LOADED }, WindowState::Waived)]
    #[case::another_number_lacks_too(WindowFacts { has_waived_hole: true, has_hole: true, ..LOADED }, WindowState::Partial)]
    #[case::the_source_changed(WindowFacts { has_changed: true, ..LOADED }, WindowState::Partial)]
    #[case::the_source_changed_and_is_asked(WindowFacts { has_changed: true, is_in_progress: true, ..LOADED }, WindowState::InProgress)]
    #[case::the_source_changed_and_that_was_given_up(
        WindowFacts { has_changed: true, is_waived: true, ..LOADED },
        WindowState::Waived
    )]
    #[case::on_its_way(WindowFacts { is_in_progress: true, ..OPEN }, WindowState::InProgress)]
    #[case::compared_again(WindowFacts { is_in_progress: true, ..LOADED }, WindowState::Complete)]
    #[case::later_today(WindowFacts { is_due: false, ..OPEN }, WindowState::Upcoming)]
    #[case::given_up(WindowFacts { is_waived: true, ..OPEN }, WindowState::Waived)]
    #[case::given_up_and_found_after_all(WindowFacts { is_waived: true, ..LOADED }, WindowState::Complete)]
    fn the_state_follows_from_the_facts(#[case] facts: WindowFacts, #[case] state: WindowState) {
        assert_eq!(WindowState::of(EtlKind::Sales, &facts), state);
    }

    #[test]
    fn a_snapshot_that_was_missed_cannot_be_had_any_more() {
        assert_eq!(WindowState::of(EtlKind::Inventory, &OPEN), WindowState::Unrecoverable);
        let taken = WindowFacts { loaded: 0, ..LOADED };
        assert_eq!(WindowState::of(EtlKind::Inventory, &taken), WindowState::Complete);
    }
}
