//! What was known of what is missing, at two moments.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::IntervalSet;
use crate::filter::{InvalidParameter, Requirement};

/// A moment of the chain's clock, as `2025-11-17T10:07` or `2025-11-17 10:07`; None where it is absent or empty.
pub fn local_moment(name: &'static str, text: Option<&str>) -> Result<Option<DateTime>, InvalidParameter> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| InvalidParameter {
        name,
        requirement: Requirement::LocalMoment { given: text.chars().take(40).collect() },
    })
}

/// How what was missing differs between two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingChange {
    /// Missing at the second moment only.
    pub appeared: IntervalSet<Timestamp>,
    /// Missing at the first moment only.
    pub gone: IntervalSet<Timestamp>,
    /// Missing at both.
    pub stayed: IntervalSet<Timestamp>,
}

/// Compares what was missing at a first moment with what was missing at a second one.
pub fn compare_missing(first: &IntervalSet<Timestamp>, second: &IntervalSet<Timestamp>) -> MissingChange {
    MissingChange {
        appeared: second.difference(first),
        gone: first.difference(second),
        stayed: first.intersection(second),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Interval;

    fn set(parts: &[(i64, i64)]) -> IntervalSet<Timestamp> {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        parts.iter().filter_map(|(from, length)| Interval::new(at(*from), at(from + length))).collect()
    }

    #[test]
    fn a_moment_is_written_with_a_t_or_a_space() {
        let moment: DateTime = "2025-11-17T10:07:00".parse().unwrap();
        for text in ["2025-11-17T10:07", " 2025-11-17 10:07 "] {
            assert_eq!(local_moment("en", Some(text)), Ok(Some(moment)));
        }
        assert_eq!(local_moment("en", Some("")), Ok(None));
        assert!(local_moment("en", Some("ayer")).is_err());
    }

    proptest! {
        #[test]
        fn every_missing_point_is_in_exactly_one_part(
            first in prop::collection::vec((0i64..50, 1i64..9), 0..6),
            second in prop::collection::vec((0i64..50, 1i64..9), 0..6),
        ) {
            let (first, second) = (set(&first), set(&second));
            let change = compare_missing(&first, &second);
            for second_of_time in 0..60 {
                let point = Timestamp::from_second(second_of_time).unwrap();
                let was = (first.contains(point), second.contains(point));
                let found = (change.gone.contains(point), change.stayed.contains(point), change.appeared.contains(point));
                prop_assert_eq!(found, match was {
                    (true, true) => (false, true, false),
                    (true, false) => (true, false, false),
                    (false, true) => (false, false, true),
                    (false, false) => (false, false, false),
                });
            }
        }
    }
}
