//! Filters of lists, read from query strings: every bound and every message about it is here.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::gap::GapOrder;
pub use crate::requirement::{InvalidParameter, Requirement};
use crate::{BatchId, BranchId, EtlKind, RunId, RunMode, RunState};

/// A whole number from `least` to `most`; `default` where it is absent or empty.
pub fn bounded(
    name: &'static str,
    text: Option<&str>,
    default: u32,
    least: u32,
    most: u32,
) -> Result<u32, InvalidParameter> {
    let Some(text) = given(text) else { return Ok(default) };
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| InvalidParameter {
        name,
        requirement: Requirement::WholeNumber { least, most, given: excerpt(text) },
    })
}

/// A value that is written as its type reads it, as a date; None where it is absent or empty. The requirement is made of what was
/// given instead.
pub fn parsed<T: std::str::FromStr>(
    name: &'static str,
    text: Option<&str>,
    requirement: fn(String) -> Requirement,
) -> Result<Option<T>, InvalidParameter> {
    let Some(text) = given(text) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| InvalidParameter { name, requirement: requirement(excerpt(text)) })
}

/// One of an enum's names; None where it is absent or empty.
pub fn choice<T: std::str::FromStr<Err = crate::state::UnknownName>>(
    name: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, InvalidParameter> {
    given(text).map(str::parse).transpose().map_err(|error: crate::state::UnknownName| InvalidParameter {
        name,
        requirement: Requirement::OneOf { given: excerpt(&error.given), allowed: error.allowed },
    })
}

/// A branch; whether it exists is for the caller to say. None where it is absent or empty.
pub fn branch(text: Option<&str>) -> Option<BranchId> {
    given(text).map(BranchId::new)
}

/// What has to be there.
pub fn required<T>(name: &'static str, value: Option<T>) -> Result<T, InvalidParameter> {
    value.ok_or(InvalidParameter { name, requirement: Requirement::Present })
}

/// A run's identifier, which has to be there.
pub fn run_id(name: &'static str, text: Option<&str>) -> Result<RunId, InvalidParameter> {
    let text = required(name, given(text))?;
    text.parse().map_err(|_| InvalidParameter { name, requirement: Requirement::Run { given: excerpt(text) } })
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Where the next older page of runs starts.
///
/// Runs are sorted by start, latest first; those that have not started come last, the latest queued first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunCursor {
    /// The start of the last run of the page before, to the microsecond; None where it had not started.
    pub started_at: Option<Timestamp>,
    /// The last run of the page before.
    pub run: RunId,
}

impl std::fmt::Display for RunCursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.started_at {
            Some(instant) => write!(formatter, "{}.{}", instant.as_microsecond(), self.run.0.simple()),
            None => write!(formatter, "cola.{}", self.run.0.simple()),
        }
    }
}

impl std::str::FromStr for RunCursor {
    type Err = InvalidParameter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (start, run) = text.split_once('.')?;
            let started_at = match start {
                "cola" => None,
                micros => Some(Timestamp::from_microsecond(micros.parse().ok()?).ok()?),
            };
            Some(Self { started_at, run: run.parse().ok()? })
        };
        read().ok_or(InvalidParameter { name: "cursor", requirement: Requirement::Cursor })
    }
}

/// Which runs to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFilter {
    /// Only this kind.
    pub kind: Option<EtlKind>,
    /// Only this branch.
    pub branch: Option<BranchId>,
    /// Only this mode.
    pub mode: Option<RunMode>,
    /// Only this state.
    pub state: Option<RunState>,
    /// Only what was queued together.
    pub batch: Option<BatchId>,
    /// At most this many, 1 to 100.
    pub limit: u32,
    /// Older than this one.
    pub cursor: Option<RunCursor>,
}

impl Default for RunFilter {
    fn default() -> Self {
        Self { kind: None, branch: None, mode: None, state: None, batch: None, limit: 20, cursor: None }
    }
}

impl RunFilter {
    /// From the parameters of the query string, each possibly absent or empty.
    pub fn parse(
        etl_tipo: Option<&str>,
        ubicacion_id: Option<&str>,
        modo: Option<&str>,
        estado: Option<&str>,
        limite: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Self, InvalidParameter> {
        Ok(Self {
            kind: choice("etl_tipo", etl_tipo)?,
            branch: branch(ubicacion_id),
            mode: choice("modo", modo)?,
            state: choice("estado", estado)?,
            batch: None,
            limit: bounded("limite", limite, 20, 1, 100)?,
            cursor: given(cursor).map(str::parse).transpose()?,
        })
    }
}

impl RunFilter {
    /// The same, and only of one batch.
    pub fn of_batch(self, lote_id: Option<&str>) -> Result<Self, InvalidParameter> {
        let parse = |text: &str| {
            let requirement = || Requirement::Batch { given: excerpt(text) };
            text.parse().map(BatchId).map_err(|_| InvalidParameter { name: "lote_id", requirement: requirement() })
        };
        Ok(Self { batch: given(lote_id).map(parse).transpose()?, ..self })
    }
}

/// Which gaps to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapFilter {
    /// Only this kind.
    pub kind: Option<EtlKind>,
    /// Only this branch.
    pub branch: Option<BranchId>,
    /// How far back to look, from 1 hour to a year.
    pub hours_max: u32,
    /// What comes first.
    pub order: GapOrder,
}

impl Default for GapFilter {
    fn default() -> Self {
        Self { kind: None, branch: None, hours_max: 168, order: GapOrder::Age }
    }
}

impl GapFilter {
    /// From the parameters of the query string, each possibly absent or empty.
    pub fn parse(
        etl_tipo: Option<&str>,
        ubicacion_id: Option<&str>,
        max_horas: Option<&str>,
        ordenar: Option<&str>,
    ) -> Result<Self, InvalidParameter> {
        Ok(Self {
            kind: choice("etl_tipo", etl_tipo)?,
            branch: branch(ubicacion_id),
            hours_max: bounded("max_horas", max_horas, 168, 1, 8784)?,
            order: choice("ordenar", ordenar)?.unwrap_or_default(),
        })
    }
}

/// Which day of which store to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageFilter {
    /// The store.
    pub branch: BranchId,
    /// Its local day.
    pub date: Date,
}

impl CoverageFilter {
    /// From the parameters of the query string; both are needed.
    pub fn parse(ubicacion_id: Option<&str>, fecha: Option<&str>) -> Result<Self, InvalidParameter> {
        let missing = |name| InvalidParameter { name, requirement: Requirement::Present };
        let branch = branch(ubicacion_id).ok_or_else(|| missing("ubicacion_id"))?;
        let text = given(fecha).ok_or_else(|| missing("fecha"))?;
        let requirement = || Requirement::Date { given: excerpt(text) };
        let date = text.parse().map_err(|_| InvalidParameter { name: "fecha", requirement: requirement() })?;
        Ok(Self { branch, date })
    }
}

/// Which runs to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsFilter {
    /// Only this kind.
    pub kind: Option<EtlKind>,
    /// Only this branch.
    pub branch: Option<BranchId>,
    /// How many days back, 1 to 90.
    pub days: u32,
}

impl MetricsFilter {
    /// From the parameters of the query string, each possibly absent or empty.
    pub fn parse(
        etl_tipo: Option<&str>,
        ubicacion_id: Option<&str>,
        dias: Option<&str>,
    ) -> Result<Self, InvalidParameter> {
        Ok(Self {
            kind: choice("etl_tipo", etl_tipo)?,
            branch: branch(ubicacion_id),
            days: bounded("dias", dias, 7, 1, 90)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    #[rstest]
    #[case(None, Ok(20))]
    #[case(Some(""), Ok(20))]
    #[case(Some("1"), Ok(1))]
    #[case(Some("100"), Ok(100))]
    #[case(Some("0"), Err("0"))]
    #[case(Some("101"), Err("101"))]
    #[case(Some("-3"), Err("-3"))]
    #[case(Some("abc"), Err("abc"))]
    fn limits_are_bounded(#[case] text: Option<&str>, #[case] expected: Result<u32, &str>) {
        let read = RunFilter::parse(None, None, None, None, text, None).map(|filter| filter.limit);
        let refused = |given: &str| InvalidParameter {
            name: "limite",
            requirement: Requirement::WholeNumber { least: 1, most: 100, given: given.to_owned() },
        };
        assert_eq!(read, expected.map_err(refused));
    }

    #[rstest]
    #[case(None)]
    #[case(Some(Timestamp::from_microsecond(1_763_377_200_123_456).unwrap()))]
    fn a_cursor_survives_the_query_string(#[case] started_at: Option<Timestamp>) {
        let cursor = RunCursor { started_at, run: RunId(Uuid::from_u128(7)) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[rstest]
    #[case("")]
    #[case("x")]
    #[case("12.zz")]
    #[case("99999999999999999999.00000000000000000000000000000007")]
    fn a_foreign_cursor_is_refused(#[case] text: &str) {
        assert!(text.parse::<RunCursor>().is_err());
    }

    #[test]
    fn an_unknown_choice_names_the_choices() {
        let error = RunFilter::parse(Some("venta"), None, None, None, None, None).unwrap_err();
        let (allowed, given) = ("ventas, inventario".to_owned(), "venta".to_owned());
        assert_eq!(error, InvalidParameter { name: "etl_tipo", requirement: Requirement::OneOf { allowed, given } });
    }
}
