//! Messages of responses to requests, as sentences. REST and commands use the Spanish ones.

use domain::ErrorClass;
use domain::plan::StopCause;
use jiff::civil::Date;

use crate::Language;

/// Why the engine stopped a plan.
pub fn stop_cause(language: Language, cause: &StopCause) -> String {
    let texts = language.plan();
    match cause {
        StopCause::Branch { tienda, fallas, .. } => texts.stopped_store(fallas, tienda),
        StopCause::Overall { fallas } => texts.stopped_overall(fallas),
    }
}

/// Why a plan was stopped, in a language; the stored sentence where it has no code, as in the rows of an earlier version or
/// where a person said it.
pub fn shown_cause(language: Language, cause: Option<&StopCause>, sentence: Option<&String>) -> Option<String> {
    cause.map(|cause| stop_cause(language, cause)).or_else(|| sentence.cloned())
}

/// What a change of calendars does to windows: how many are no longer expected, and how many are from now on.
pub fn calendar_change(language: Language, stops: u64, starts: u64) -> String {
    let texts = language.calendars();
    let stop = if stops == 1 { texts.stops_one().to_owned() } else { texts.stops(stops) };
    let start = if starts == 1 { texts.starts_one().to_owned() } else { texts.starts(starts) };
    match (stops, starts) {
        (0, 0) => texts.nothing_changes().to_owned(),
        (_, 0) => format!("{stop}."),
        (0, _) => format!("{start}."),
        _ => texts.stops_and_starts(stop, start),
    }
}

/// That the calendar of a store was saved, or that it was the same before.
pub fn calendar_saved(language: Language, store: &str, from: Date, was_same: bool, change: (u64, u64)) -> String {
    let texts = language.calendars();
    match was_same {
        true => texts.saved_already(store),
        false => texts.saved(store, from, calendar_change(language, change.0, change.1)),
    }
}

/// That a day of all stores was saved; of none where it was the same before.
pub fn holiday_saved(language: Language, day: Date, stores: u64, change: (u64, u64)) -> String {
    let texts = language.calendars();
    let change = calendar_change(language, change.0, change.1);
    match stores {
        0 => texts.holiday_saved_already(day),
        1 => texts.holiday_saved_one(day, change),
        many => texts.holiday_saved(day, many, change),
    }
}

/// Why the POS cannot be asked.
pub fn probe_failure(language: Language, class: ErrorClass) -> &'static str {
    let texts = language.connectivity();
    match class {
        ErrorClass::Timeout => texts.no_answer(),
        ErrorClass::Connection => texts.no_connection(),
        ErrorClass::ApiError => texts.answered_error(),
        ErrorClass::InvalidData | ErrorClass::DatabaseError | ErrorClass::Interrupted => texts.answered_nonsense(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 0, "Ninguna ventana cambia.", "No window changes.")]
    #[case(1, 0, "1 ventana deja de esperarse.", "1 window is no longer expected.")]
    #[case(
        2,
        1,
        "2 ventanas dejan de esperarse y 1 ventana empieza a esperarse.",
        "2 windows are no longer expected and 1 window is expected from now on."
    )]
    fn a_change_counts_windows(#[case] stops: u64, #[case] starts: u64, #[case] spanish: &str, #[case] english: &str) {
        assert_eq!(calendar_change(Language::Es, stops, starts), spanish);
        assert_eq!(calendar_change(Language::En, stops, starts), english);
    }

    #[test]
    fn a_cause_without_a_code_keeps_its_sentence() {
        let (cause, sentence) = (StopCause::Overall { fallas: 5 }, "cinco seguidas".to_owned());
        assert_eq!(shown_cause(Language::En, Some(&cause), Some(&sentence)).unwrap(), "5 half hours in a row failed.");
        assert_eq!(shown_cause(Language::En, None, Some(&sentence)), Some(sentence));
    }
}
