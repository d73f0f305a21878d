//! What pages show of stores and days, as rows: a store a row, or a day of a store.

use std::collections::HashMap;

use domain::filter::{InvalidParameter, Requirement, bounded, branch, choice, parsed};
use domain::freshness::Freshness;
use domain::{BranchId, EtlKind};
use engine::{Actor, CoverageGrid, DayState, Engine, GRID_DAYS_MAX, GridFilter, UseCaseError};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::ExportFilter;

/// Days where nothing is said, as the pages have them.
const DAYS: u32 = 7;

/// A day of a store.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoreDay {
    ubicacion_id: BranchId,
    ubicacion_nombre: String,
    /// `YYYY-MM-DD`.
    fecha: String,
    estado: &'static str,
    medias_horas: u32,
    pasadas: u32,
    faltan: u32,
    recuperables: u32,
    #[schema(value_type = String)]
    valor_usd: Decimal,
}

/// A store.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Store {
    ubicacion_id: BranchId,
    ubicacion_nombre: String,
    faltan: u32,
    #[schema(value_type = String)]
    valor_usd: Decimal,
    #[schema(value_type = Option<String>)]
    foto_mas_antigua_en: Option<Timestamp>,
    almacenes_atrasados: u32,
}

/// The days of the page of coverage, the worst store first.
pub(super) async fn days(engine: &Engine, actor: &Actor, filter: &ExportFilter) -> Result<Vec<StoreDay>, UseCaseError> {
    let grid = engine.coverage_grid(actor, grid_filter(filter)?).await?;
    let of_row = grid.rows.into_iter().flat_map(|row| {
        row.cells.into_iter().map(move |cell| StoreDay {
            ubicacion_id: row.branch.clone(),
            ubicacion_nombre: row.name.clone(),
            fecha: cell.date.to_string(),
            estado: state_name(cell.state),
            medias_horas: cell.windows,
            pasadas: cell.passed,
            faltan: cell.missing,
            recuperables: cell.recoverable,
            valor_usd: cell.usd,
        })
    });
    Ok(of_row.collect())
}

/// The stores, the worst first.
pub(super) async fn stores(engine: &Engine, actor: &Actor, filter: &ExportFilter) -> Result<Vec<Store>, UseCaseError> {
    let CoverageGrid { rows, .. } = engine.coverage_grid(actor, grid_filter(filter)?).await?;
    let mut stock: HashMap<BranchId, (Option<Timestamp>, u32)> = HashMap::new();
    for warehouse in engine.stock_freshness(actor, branch(filter.get("ubicacion_id"))).await?.almacenes {
        let (oldest, late) = stock.entry(warehouse.ubicacion_id).or_insert((warehouse.capturado_en, 0));
        *oldest = (*oldest).min(warehouse.capturado_en);
        *late += u32::from(warehouse.estado == Freshness::Stale);
    }
    let of_row = rows.into_iter().map(|row| {
        let (oldest, late) = stock.remove(&row.branch).unwrap_or_default();
        Store {
            ubicacion_id: row.branch,
            ubicacion_nombre: row.name,
            faltan: row.missing,
            valor_usd: row.usd,
            foto_mas_antigua_en: oldest,
            almacenes_atrasados: late,
        }
    });
    Ok(of_row.collect())
}

fn grid_filter(filter: &ExportFilter) -> Result<GridFilter, InvalidParameter> {
    let get = |name| filter.get(name);
    Ok(GridFilter {
        kind: choice("tipo", get("tipo"))?.unwrap_or(EtlKind::Sales),
        branch: branch(get("ubicacion_id")),
        last: parsed("hasta", get("hasta"), |given| Requirement::Date { given })?,
        days: bounded("dias", get("dias"), DAYS, 1, GRID_DAYS_MAX)?,
        at: parsed("en", get("en"), |given| Requirement::Moment { given })?,
    })
}

const fn state_name(state: DayState) -> &'static str {
    match state {
        DayState::Closed => "cerrado",
        DayState::Upcoming => "por_venir",
        DayState::Complete => "completo",
        DayState::Mixed => "por_revisar",
    }
}
