//! How long it takes to know what is missing of 100 stores over 5 years: 17.5 million half hours of two kinds.
//!
//! `cargo bench --package warehouse`. The database is made of SQL in a temporary folder, with a row of `cobertura` for
//! each half hour as years of half-hourly runs leave it, and ten windows missing of each store and kind. What is measured
//! is what the engine does for the list of gaps, step by step, from the question to the missing intervals.
//!
//! With KLK_BENCH_DATABASE set to a copy of a database with lines (`./dev demo-data` makes one), the reads behind prices
//! and the proof by numbers are measured over its last week too.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark measures time and prints it, and stops where its scene cannot be set"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::{BranchId, Calendar, EtlKind, Interval, IntervalSet};
use duckdb::Connection;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use warehouse::{EvidenceFilter, EvidenceRows, NumberRange, Warehouse, WarehouseSettings};

const STORES: usize = 100;
const HALF_HOURS: i64 = 5 * 365 * 48;
const ROUNDS: usize = 9;

fn fill(connection: &Connection) {
    connection
        .execute_batch(&format!(
            "SET TimeZone = 'UTC';
             SET preserve_insertion_order = false;
             CREATE MACRO momento(numero) AS TIMESTAMPTZ '2020-11-17 04:00:00+00' + INTERVAL 30 MINUTE * numero;
             CREATE MACRO nombre(tienda) AS 'tienda_' || lpad(tienda::VARCHAR, 3, '0');
             CREATE MACRO falta(numero, tienda) AS (numero + 37 * tienda) % ({HALF_HOURS} // 10) = 20;
             CREATE TEMP TABLE tipos AS SELECT unnest(['ventas', 'inventario']) AS tipo;
             CREATE TEMP TABLE tiendas AS SELECT range AS tienda FROM range({STORES});
             INSERT INTO cobertura
             SELECT tipo, nombre(tienda), momento(range), momento(range + 1), '01933a00-0000-7000-8000-000000000000', momento(range)
             FROM range({HALF_HOURS}), tiendas, tipos WHERE NOT falta(range, tienda);
             INSERT INTO cobertura_continua
             SELECT tipo, nombre(tienda), momento(numero + 1), momento(siguiente) FROM (
                SELECT tienda, numero, lead(numero) OVER (PARTITION BY tienda ORDER BY numero) AS siguiente FROM (
                    SELECT tienda, range AS numero FROM range({HALF_HOURS}), tiendas WHERE falta(range, tienda)
                    UNION ALL SELECT tienda, -1 FROM tiendas UNION ALL SELECT tienda, {HALF_HOURS} FROM tiendas)), tipos
             WHERE siguiente > numero + 1;
             -- Every night of the five years one store's half hour had changed at the source; the last ones were not loaded again.
             INSERT INTO cambios_de_fuente
             SELECT '01933a00-0000-7000-8000-000000000000', nombre(range % {STORES}), momento(48 * range), momento(48 * range + 1),
                momento(48 * range), momento(48 * range + 1), 10, 11, 1, 2, momento(48 * range + 54),
                CASE WHEN range < {HALF_HOURS} // 48 - 10 THEN momento(48 * range + 55) END
             FROM range({HALF_HOURS} // 48);
             CHECKPOINT;"
        ))
        .unwrap();
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn grouped(rows: Vec<(BranchId, Interval<Timestamp>)>) -> HashMap<BranchId, Vec<Interval<Timestamp>>> {
    let mut by_branch: HashMap<BranchId, Vec<Interval<Timestamp>>> = HashMap::new();
    for (branch, interval) in rows {
        by_branch.entry(branch).or_default().push(interval);
    }
    by_branch
}

/// The reads that lists are made of beside coverage, over the last week of a database that somebody has.
fn measure_lines(runtime: &tokio::runtime::Runtime, path: &str) {
    let connection = Connection::open(path).unwrap();
    let (lines, last): (i64, i64) = connection
        .query_row("SELECT count(*), coalesce(epoch_us(max(fecha_hora)), 0) FROM ventas", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let mut statement = connection.prepare("SELECT DISTINCT ubicacion_id FROM ventas").unwrap();
    let branches: Vec<BranchId> =
        statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(|id| BranchId::new(id.unwrap())).collect();
    drop(statement);
    drop(connection);
    let warehouse = Warehouse::open(&WarehouseSettings::at(path)).unwrap();
    let end = Timestamp::from_microsecond(last).unwrap();
    let week = Interval::new(end.checked_sub(jiff::SignedDuration::from_hours(168)).unwrap(), end).unwrap();
    let local = |instant| TimeZone::UTC.to_datetime(instant);
    let week_local = Interval::new(local(week.start()), local(week.end())).unwrap();
    let (mut numbers, mut history) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let numbers_of = Some(NumberRange { compared: week_local, reach: week_local });
        let filter = EvidenceFilter { numbers: numbers_of, ..EvidenceFilter::of_range(EtlKind::Sales, week) };
        runtime.block_on(warehouse.evidence(filter)).unwrap();
        numbers.push(started.elapsed());
        let started = Instant::now();
        runtime.block_on(warehouse.sales_history(branches.clone(), week, week_local)).unwrap();
        history.push(started.elapsed());
    }
    println!(
        "{lines} lines of {} stores: numbers {:?}, history {:?}",
        branches.len(),
        median(numbers),
        median(history)
    );
    runtime.block_on(warehouse.close());
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(path) = std::env::var("KLK_BENCH_DATABASE") {
        measure_lines(&runtime, &path);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bench.duckdb");
    runtime.block_on(Warehouse::open(&WarehouseSettings::at(&path)).unwrap().close());
    let connection = Connection::open(&path).unwrap();
    fill(&connection);
    let rows: i64 = connection.query_row("SELECT count(*) FROM cobertura", [], |row| row.get(0)).unwrap();
    drop(connection);
    println!("{rows} windows are covered");

    let warehouse = Warehouse::open(&WarehouseSettings::at(&path)).unwrap();
    let zone = TimeZone::get("America/Caracas").unwrap();
    let calendar = Calendar::every_day("07:00-21:00".parse().unwrap());
    let start: Timestamp = "2020-11-17T04:00:00Z".parse().unwrap();
    let end = start.checked_add(jiff::SignedDuration::from_mins(30 * HALF_HOURS)).unwrap();
    let range = Interval::new(start, end).unwrap();
    let branches: Vec<BranchId> = (0..STORES).map(|number| BranchId::new(format!("tienda_{number:03}"))).collect();

    let (mut read, mut subtract) = (Vec::new(), Vec::new());
    let mut missing = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let evidence = |kind| runtime.block_on(warehouse.evidence(EvidenceFilter::of_range(kind, range))).unwrap();
        let rows: Vec<EvidenceRows> = EtlKind::ALL.iter().map(|kind| evidence(*kind)).collect();
        read.push(started.elapsed());
        assert_eq!(rows.iter().map(|rows| rows.changes.len()).sum::<usize>(), 10);

        let started = Instant::now();
        let stock: IntervalSet<Timestamp> = [range].into_iter().collect();
        missing = 0;
        for (kind, rows) in EtlKind::ALL.iter().zip(rows) {
            let mut covered = grouped(rows.covered);
            for branch in &branches {
                let covered: IntervalSet<Timestamp> = covered.remove(branch).unwrap_or_default().into_iter().collect();
                missing += match kind {
                    EtlKind::Sales => calendar.expected_beyond(&covered, range, &zone).difference(&covered),
                    EtlKind::Inventory => stock.difference(&covered),
                }
                .intervals()
                .len();
            }
        }
        subtract.push(started.elapsed());
    }
    let (read, subtract) = (median(read), median(subtract));
    println!("read evidence        {read:?}   (of a database without failed runs)");
    println!("what is missing      {subtract:?}   ({missing} stretches)");
    println!("from start to answer {:?}", read + subtract);
    runtime.block_on(warehouse.close());
}
