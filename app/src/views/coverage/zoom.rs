//! How close one looks at the coverage.

/// How close one looks, as an address says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// One day, half hour by half hour.
    Day,
    /// Seven days.
    Week,
    /// Thirty-one days, each only its share.
    Month,
    /// Fifty-two weeks, each only its share.
    Year,
}

impl Zoom {
    /// All of them, the closest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Of an address; a week where it says nothing that is known.
    pub fn of(text: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|zoom| Some(zoom.code()) == text).unwrap_or(Self::Week)
    }

    /// The value in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "dia",
            Self::Week => "semana",
            Self::Month => "mes",
            Self::Year => "anio",
        }
    }

    /// Days that are shown.
    pub const fn days(self) -> u32 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::Year => 364,
        }
    }
}
