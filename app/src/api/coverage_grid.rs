//! Many stores and days at a glance. It is no endpoint: the contract has the day of a store, and the list of gaps.

use domain::EtlKind;
use domain::filter::{InvalidParameter, Requirement, branch, choice, parsed};
use engine::{CoverageGrid, GridFilter};
use jiff::civil::{Date, DateTime};

use super::ApiError;

/// Which part of the coverage is asked for, as an address says it.
#[derive(Clone, Debug, Default)]
pub struct GridRequest {
    /// `ventas` or `inventario`.
    pub kind: Option<String>,
    /// Only this store.
    pub branch: Option<String>,
    /// The last day, `AAAA-MM-DD`.
    pub last: Option<String>,
    /// How many days.
    pub days: u32,
    /// A moment of the past, `AAAA-MM-DDTHH:MM`.
    pub at: Option<String>,
}

/// Where the half hours of stores stand, day by day.
pub async fn read_coverage_grid(request: GridRequest) -> Result<CoverageGrid, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_cobertura_cuadro",
        None,
        request.branch.as_deref(),
    ))?;
    let filter = session.checked(filter_of(&request))?;
    session.answer(session.engine.coverage_grid(&session.actor, filter)).await
}

fn filter_of(request: &GridRequest) -> Result<GridFilter, InvalidParameter> {
    Ok(GridFilter {
        kind: choice("tipo", request.kind.as_deref())?.unwrap_or(EtlKind::Sales),
        branch: branch(request.branch.as_deref()),
        last: parsed::<Date>("hasta", request.last.as_deref(), |given| Requirement::Date { given })?,
        days: request.days,
        at: parsed::<DateTime>("en", request.at.as_deref(), |given| Requirement::Moment { given })?,
    })
}
