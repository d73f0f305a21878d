//! Justifications: windows that are missing and will stay so, with a reason and the name of who said it.

use jiff::Timestamp;

use crate::filter::{InvalidParameter, Requirement};
use crate::gap::GapEvidence;
use crate::state::wire_names;
use crate::{Interval, IntervalSet};

/// Why a window cannot or need not be recovered: the column `motivo` of `exenciones`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The store did not open.
    StoreClosed,
    /// There was no power.
    PowerFailure,
    /// It was open and sold nothing.
    NoSales,
    /// Its POS was broken.
    BrokenPos,
    /// Something else, which the note says.
    Other,
}
wire_names!(Reason {
    StoreClosed => "tienda_cerrada",
    PowerFailure => "falla_electrica",
    NoSales => "sin_ventas",
    BrokenPos => "pos_danado",
    Other => "otro",
});

/// What somebody says of windows that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Justification {
    /// Why.
    pub reason: Reason,
    /// More about it; always there for [`Reason::Other`].
    pub note: Option<String>,
    /// Who says so.
    pub person: String,
}

impl Justification {
    /// Reads what somebody wrote; notes are at most `characters_max` long. Who wrote it is who signed in.
    pub fn read(
        reason: Reason,
        note: Option<&str>,
        person: &str,
        characters_max: usize,
    ) -> Result<Self, InvalidParameter> {
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        if reason == Reason::Other && note.is_none() {
            return Err(InvalidParameter { name: "nota", requirement: Requirement::NoteOfOther });
        }
        let note = note.map(|note| written("nota", note, characters_max)).transpose()?;
        Ok(Self { reason, note, person: person.to_owned() })
    }
}

/// Why a stretch of time cannot be justified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJustifiable {
    /// Nothing of it was expected, or nothing of it is due yet.
    NotExpected,
    /// This part of it was loaded.
    Covered(Interval<Timestamp>),
    /// A run has this part of it, or will have it.
    InProgress(Interval<Timestamp>),
}

/// What a justification of a stretch of time gives up: what is missing of it. Empty where all of it was given up before.
pub fn justifiable(
    range: Interval<Timestamp>,
    evidence: &GapEvidence,
) -> Result<IntervalSet<Timestamp>, NotJustifiable> {
    let asked: IntervalSet<Timestamp> = [range].into_iter().collect();
    let expected = evidence.expected.union(&evidence.missing()).intersection(&asked);
    if expected.is_empty() {
        return Err(NotJustifiable::NotExpected);
    }
    if let Some(covered) = expected.intersection(&evidence.current()).intervals().first() {
        return Err(NotJustifiable::Covered(*covered));
    }
    let part = justifiable_part(&asked, evidence);
    match part.in_progress.intervals().first() {
        Some(in_progress) => Err(NotJustifiable::InProgress(*in_progress)),
        None => Ok(part.given_up),
    }
}

/// What is missing of a time in which other half hours may be loaded, justified or not expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JustifiablePart {
    /// What a justification gives up.
    pub given_up: IntervalSet<Timestamp>,
    /// What a run has, or will have; it is not given up.
    pub in_progress: IntervalSet<Timestamp>,
}

/// What can be justified of a time, whatever else is in it.
pub fn justifiable_part(asked: &IntervalSet<Timestamp>, evidence: &GapEvidence) -> JustifiablePart {
    let missing = evidence.missing().intersection(asked);
    let unfinished = evidence.attempts.iter().filter(|attempt| !attempt.state.is_final());
    let in_progress: IntervalSet<Timestamp> = unfinished.map(|attempt| attempt.interval).collect();
    JustifiablePart { given_up: missing.difference(&in_progress), in_progress: missing.intersection(&in_progress) }
}

/// A text that somebody wrote, without what surrounds it, within its limit.
pub fn written(name: &'static str, text: &str, characters_max: usize) -> Result<String, InvalidParameter> {
    let text = text.trim();
    let characters = text.chars().count();
    if characters > characters_max {
        let requirement = Requirement::Characters { most: characters_max, given: characters };
        return Err(InvalidParameter { name, requirement });
    }
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return Err(InvalidParameter { name, requirement: Requirement::Printable });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::gap::Attempt;
    use crate::{RunId, RunState};

    fn span(from: i64, to: i64) -> Interval<Timestamp> {
        let at = |half_hour: i64| Timestamp::from_second(1_763_377_200 + half_hour * 1800).unwrap();
        Interval::new(at(from), at(to)).unwrap()
    }

    fn spans(parts: &[(i64, i64)]) -> IntervalSet<Timestamp> {
        parts.iter().map(|(from, length)| span(*from, from + length)).collect()
    }

    proptest! {
        #[test]
        fn only_what_is_missing_is_given_up_and_nothing_that_is_loaded(
            asked in (0i64..28, 1i64..12),
            covered in prop::collection::vec((0i64..28, 1i64..4), 0..5),
            waived in prop::collection::vec((0i64..28, 1i64..4), 0..5),
        ) {
            let evidence = GapEvidence {
                expected: spans(&[(4, 20)]),
                covered: spans(&covered),
                changes: Vec::new(),
                waived: spans(&waived),
                unproven: IntervalSet::empty(),
                attempts: Vec::new(),
            };
            let asked = span(asked.0, asked.0 + asked.1);
            match justifiable(asked, &evidence) {
                Ok(given_up) => {
                    prop_assert!(given_up.intersection(&evidence.covered).is_empty());
                    let only = [asked].into_iter().collect();
                    prop_assert_eq!(given_up, evidence.missing().intersection(&only));
                }
                Err(NotJustifiable::NotExpected) => prop_assert!(!evidence.expected.overlaps(&asked)),
                Err(NotJustifiable::Covered(part)) => prop_assert!(evidence.covered.covers(&part)),
                Err(NotJustifiable::InProgress(_)) => prop_assert!(false, "nothing is in progress"),
            }
        }
    }

    #[test]
    fn what_a_run_has_in_progress_is_not_given_up() {
        let attempt = Attempt {
            run: RunId(Uuid::from_u128(1)),
            interval: span(5, 6),
            state: RunState::Queued,
            is_held: false,
            error: None,
            message: None,
        };
        let mut evidence = GapEvidence {
            expected: spans(&[(0, 28)]),
            covered: IntervalSet::empty(),
            changes: Vec::new(),
            waived: IntervalSet::empty(),
            unproven: IntervalSet::empty(),
            attempts: vec![attempt],
        };
        assert_eq!(justifiable(span(4, 8), &evidence), Err(NotJustifiable::InProgress(span(5, 6))));
        let part = JustifiablePart { given_up: spans(&[(4, 1), (6, 2)]), in_progress: spans(&[(5, 1)]) };
        assert_eq!(justifiable_part(&spans(&[(4, 4)]), &evidence), part);
        evidence.attempts[0].state = RunState::Failed;
        assert_eq!(justifiable(span(4, 8), &evidence), Ok(spans(&[(4, 4)])));
    }

    #[rstest]
    #[case(Reason::PowerFailure, None, Ok(()))]
    #[case(Reason::Other, Some("  "), Err(Requirement::NoteOfOther))]
    #[case(Reason::Other, Some("Inundación"), Ok(()))]
    #[case(Reason::NoSales, Some("12345678901"), Err(Requirement::Characters { most: 10, given: 11 }))]
    #[case(Reason::NoSales, Some("luz\u{7}"), Err(Requirement::Printable))]
    fn what_people_write_is_checked(
        #[case] reason: Reason,
        #[case] note: Option<&str>,
        #[case] expected: Result<(), Requirement>,
    ) {
        let read = Justification::read(reason, note, "ana", 10);
        assert_eq!(read.map(drop), expected.map_err(|requirement| InvalidParameter { name: "nota", requirement }));
    }

    #[test]
    fn what_surrounds_a_text_is_left_out() {
        let read = Justification::read(Reason::Other, Some(" lluvia\n"), "ana", 10).unwrap();
        assert_eq!((read.note.as_deref(), read.person.as_str()), (Some("lluvia"), "ana"));
    }
}
