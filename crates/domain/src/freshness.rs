//! How old the stock of a warehouse is, against what is expected of it (DESIGN, rule 8: only freshness is alarmed).

use jiff::{SignedDuration, Timestamp};

use crate::state::wire_names;

/// Whether the last snapshot is recent enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Freshness {
    /// Within the limit.
    Fresh,
    /// Older than the limit.
    Stale,
    /// There never was one.
    Never,
}
wire_names!(Freshness {
    Fresh => "al_dia",
    Stale => "atrasada",
    Never => "sin_fotos",
});

impl Freshness {
    /// Of a snapshot that was taken at a moment, at another one. At exactly the limit it is still fresh.
    pub fn of(taken: Option<Timestamp>, now: Timestamp, limit: SignedDuration) -> Self {
        match taken {
            None => Self::Never,
            Some(taken) if now.duration_since(taken) > limit => Self::Stale,
            Some(_) => Self::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, Freshness::Never)]
    #[case(Some(0), Freshness::Fresh)]
    #[case(Some(75), Freshness::Fresh)]
    #[case(Some(76), Freshness::Stale)]
    fn a_snapshot_is_stale_once_it_is_older_than_the_limit(#[case] age: Option<i64>, #[case] freshness: Freshness) {
        let now = Timestamp::from_second(1_763_377_200).unwrap();
        let taken = age.map(|minutes| now.checked_sub(SignedDuration::from_mins(minutes)).unwrap());
        assert_eq!(Freshness::of(taken, now, SignedDuration::from_mins(75)), freshness);
    }
}
