//! Many stores and days at a glance say the same as each day by itself.

use domain::filter::CoverageFilter;
use domain::window_state::WindowState;
use domain::{BranchId, EtlKind};
use engine::{CoverageGrid, DayState, GridCell, GridFilter, UseCaseError};
use klk_sim::{Endpoint, Fault, FaultKind};

use crate::inventory::ask_for_snapshot;
use crate::support::{World, operator};

fn week() -> GridFilter {
    GridFilter { kind: EtlKind::Sales, branch: None, last: None, days: 7, at: None }
}

async fn grid(world: &World, filter: GridFilter) -> CoverageGrid {
    world.engine.coverage_grid(&operator(), filter).await.unwrap()
}

fn cell<'grid>(grid: &'grid CoverageGrid, branch: &str, date: &str) -> &'grid GridCell {
    let row = grid.rows.iter().find(|row| row.branch.as_str() == branch).unwrap();
    row.cells.iter().find(|cell| cell.date.to_string() == date).unwrap()
}

/// The state of each half hour of a cell.
fn states(cell: &GridCell) -> Vec<WindowState> {
    let span = |span: &engine::GridSpan| std::iter::repeat_n(span.state, span.windows as usize);
    cell.spans.iter().flat_map(span).collect()
}

/// A store with a day that is whole, one that is whole but for an hour that the POS refused, and today.
async fn loaded() -> World {
    let world = World::new().await;
    world.extract("tienda_01", "2025-11-16", None).await;
    let refused = Fault::new(FaultKind::Status { code: 503, html: false }).at(Endpoint::Sales).of_branch("SUC001");
    let refused = world.sim.add_fault(refused);
    world.extract("tienda_01", "2025-11-17", Some(("10:00", "11:00"))).await;
    world.sim.remove_fault(refused);
    world.extract("tienda_01", "2025-11-17", Some(("07:00", "10:00"))).await;
    world.extract("tienda_01", "2025-11-17", Some(("11:00", "21:00"))).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_says_of_each_half_hour_what_the_page_of_its_day_says() {
    let world = loaded().await;
    let grid = grid(&world, week()).await;
    assert_eq!(grid.days.len(), 7);
    assert!(!grid.is_past);
    let mut mixed = 0;
    for row in &grid.rows {
        for cell in &row.cells {
            let filter = CoverageFilter { branch: row.branch.clone(), date: cell.date };
            let day = world.engine.coverage(&operator(), filter).await.unwrap();
            let of_day: Vec<WindowState> = day.medias_horas.iter().map(|half_hour| half_hour.estado).collect();
            assert_eq!(cell.windows as usize, of_day.len());
            if cell.state == DayState::Mixed {
                mixed += 1;
                assert_eq!(states(cell), of_day, "{} {}", row.branch, cell.date);
            } else {
                let is_calm = |state: &WindowState| state.is_proven() || *state == WindowState::Upcoming;
                assert!(of_day.iter().all(is_calm), "{} {}: {of_day:?}", row.branch, cell.date);
            }
        }
    }
    assert!(mixed > 7, "{mixed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_says_what_is_missing_why_and_since_when_and_the_worst_store_comes_first() {
    let world = loaded().await;
    let grid = grid(&world, week()).await;
    let whole = cell(&grid, "tienda_01", "2025-11-16");
    assert_eq!((whole.state, whole.missing, whole.spans.len()), (DayState::Complete, 0, 0));
    // From 07:00 to 21:00.
    assert_eq!(whole.trading, Some((14, 28)));

    let broken = cell(&grid, "tienda_01", "2025-11-17");
    assert_eq!((broken.state, broken.missing, broken.recoverable), (DayState::Mixed, 2, 2));
    let span = broken.spans.iter().find(|span| span.state == WindowState::Missing).unwrap();
    assert_eq!((span.from.as_str(), span.to.as_str(), span.first, span.windows), ("10:00", "11:00", 20, 2));
    let gap = &grid.gaps[span.gap.unwrap()];
    assert_eq!((gap.hora_desde.as_str(), gap.evidencia.estado_http), ("10:00", Some(503)));

    let missing: Vec<u32> = grid.rows.iter().map(|row| row.missing).collect();
    assert!(missing[0] > 0 && missing.iter().sum::<u32>() > 2, "{missing:?}");
    let listed = world.gaps(24 * 6 + 12).await;
    let of_store = listed.iter().filter(|gap| gap.ubicacion_id == BranchId::new("tienda_01"));
    let row = grid.rows.iter().find(|row| row.branch.as_str() == "tienda_01").unwrap();
    assert!(row.missing >= of_store.map(|gap| gap.ventanas).sum::<u32>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_of_the_past_shows_what_was_known_then_and_offers_nothing() {
    let world = loaded().await;
    world.clock.set("2025-11-18T20:00:00Z");
    world.extract("tienda_01", "2025-11-17", Some(("10:00", "11:00"))).await;
    world.clock.set("2025-11-18T21:00:00Z");
    let now = grid(&world, week()).await;
    assert_eq!(cell(&now, "tienda_01", "2025-11-17").state, DayState::Complete);
    let then = grid(&world, GridFilter { at: Some("2025-11-18T15:45".parse().unwrap()), ..week() }).await;
    let broken = cell(&then, "tienda_01", "2025-11-17");
    assert!(then.is_past);
    assert_eq!((broken.state, broken.missing, broken.recoverable), (DayState::Mixed, 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_hour_without_sales_is_told_from_one_that_sold() {
    let world = World::new().await;
    // It sells so little that some half hours are empty.
    world.extract("tienda_08", "2025-11-17", None).await;
    let grid = grid(&world, GridFilter { last: Some("2025-11-17".parse().unwrap()), days: 1, ..week() }).await;
    let day = states(cell(&grid, "tienda_08", "2025-11-17"));
    let filter = CoverageFilter { branch: BranchId::new("tienda_08"), date: "2025-11-17".parse().unwrap() };
    let page = world.engine.coverage(&operator(), filter).await.unwrap();
    assert!(day.contains(&WindowState::NoSales), "{day:?}");
    assert_eq!(day, page.medias_horas.iter().map(|half_hour| half_hour.estado).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_has_not_come_is_refused_by_its_name() {
    let world = World::new().await;
    let filter = GridFilter { last: Some("2031-01-01".parse().unwrap()), ..week() };
    let error = world.engine.coverage_grid(&operator(), filter).await.unwrap_err();
    assert!(matches!(error, UseCaseError::InvalidParameter(invalid) if invalid.name == "hasta"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_that_was_taken_for_the_first_time_is_in_the_grid_at_once() {
    let world = World::new().await;
    world.finished(ask_for_snapshot(&world).await).await;
    let stock = grid(&world, GridFilter { kind: EtlKind::Inventory, ..week() }).await;
    let today = cell(&stock, "tienda_01", "2025-11-18");
    assert_ne!(today.state, DayState::Closed);
    assert!(states(today).contains(&WindowState::Complete), "{:?}", states(today));
}
