//! Databases as earlier versions left them (`scripts/schema-fixture.sh`): each is brought up to date, and what was in
//! it is there.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::access::Role;
use domain::filter::RunFilter;
use domain::interval::Interval;
use domain::{BranchId, EtlKind, RunState};
use duckdb::Connection;
use flate2::read::GzDecoder;
use jiff::civil::date;
use warehouse::{Access, Warehouse, WarehouseError, WarehouseSettings};

use crate::samples::zone;
use crate::store::{file_in, open};

/// What the script loads: the lines of two hours of one store, whatever version loads them.
const LINES: u64 = 57;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "gz")).collect();
    files.sort();
    files
}

/// The database of a fixture, in a folder of its own.
fn unpack(fixture: &Path, folder: &Path) -> PathBuf {
    let mut bytes = Vec::new();
    GzDecoder::new(std::fs::File::open(fixture).unwrap()).read_to_end(&mut bytes).unwrap();
    let path = file_in(folder);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// How many rows each table has, but for the one of the schema itself.
fn rows(path: &Path) -> BTreeMap<String, u64> {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND table_name <> 'esquema_migraciones'";
    let mut statement = connection.prepare(sql).unwrap();
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let count =
        |table: &String| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
    tables.iter().map(|table| (table.clone(), count(table))).collect()
}

fn schema(path: &Path) -> i32 {
    let sql = "SELECT max(version) FROM esquema_migraciones";
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_database_of_each_release_is_brought_up_to_date_with_all_that_is_in_it() {
    let newest = {
        let folder = tempfile::tempdir().unwrap();
        open(&file_in(folder.path())).close().await;
        schema(&file_in(folder.path()))
    };
    let fixtures = fixtures();
    assert!(fixtures.len() >= 2, "{fixtures:?}");
    for fixture in fixtures {
        let name = fixture.display();
        let folder = tempfile::tempdir().unwrap();
        let path = unpack(&fixture, folder.path());
        let (before, found) = (rows(&path), schema(&path));

        // Who only looks changes nothing, and says that it is old.
        let read_only = WarehouseSettings { access: Access::ReadOnly, ..WarehouseSettings::at(&path) };
        match Warehouse::open(&read_only) {
            Ok(warehouse) => {
                assert_eq!(found, newest, "{name}");
                warehouse.close().await;
            }
            Err(WarehouseError::TooOld { found: said, known }) => {
                assert_eq!((said, known), (found, newest), "{name}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
        assert_eq!((rows(&path), schema(&path)), (before.clone(), found), "{name}");

        let warehouse = open(&path);
        check(&warehouse, &name.to_string()).await;
        warehouse.close().await;
        assert_eq!(schema(&path), newest, "{name}");
        let after = rows(&path);
        for (table, count) in &before {
            assert_eq!(after.get(table), Some(count), "{name}: rows of {table}");
        }
        // As it was, beside it, for the version before.
        let copy = path.with_file_name(format!("{}.esquema-{found}", path.file_name().unwrap().to_str().unwrap()));
        assert_eq!(copy.exists(), found < newest, "{name}");
        if found < newest {
            assert_eq!((rows(&copy), schema(&copy)), (before, found), "{name}");
        }
        // Once more: nothing is left to do.
        let warehouse = open(&path);
        warehouse.close().await;
        assert_eq!(rows(&path), after, "{name}");
    }
}

/// Reads what the program reads.
async fn check(warehouse: &Warehouse, name: &str) {
    let day = date(2025, 11, 17);
    let local = Interval::new(day.at(0, 0, 0, 0), day.tomorrow().unwrap().at(0, 0, 0, 0)).unwrap();
    let totals = warehouse.sales_totals(BranchId::new("tienda_01"), local).await.unwrap();
    assert_eq!(totals.lines, LINES, "{name}");

    let (runs, ..) = warehouse.run_page(RunFilter::default()).await.unwrap();
    let states = |branch: &str| {
        let of_branch = runs.iter().filter(|run| run.ubicacion_id.as_str() == branch);
        of_branch.map(|run| run.estado).collect::<Vec<_>>()
    };
    assert!(states("tienda_01").iter().all(|state| *state == RunState::Succeeded), "{name}");
    assert!(states("tienda_08").iter().all(|state| *state == RunState::Failed), "{name}");

    let at = |hour: i8| zone().to_timestamp(day.at(hour, 0, 0, 0)).unwrap();
    let range = Interval::new(at(0), at(23)).unwrap();
    let branch = Some(BranchId::new("tienda_01"));
    let covered = warehouse.coverage(EtlKind::Sales, branch.clone(), range).await.unwrap();
    let waived = warehouse.waived(EtlKind::Sales, branch, range).await.unwrap();
    let hours = |from: i8, to: i8| (BranchId::new("tienda_01"), Interval::new(at(from), at(to)).unwrap());
    assert_eq!((covered, waived), (vec![hours(12, 14)], vec![hours(15, 16)]), "{name}");
    assert_eq!(warehouse.stock_freshness().await.unwrap().len(), 1, "{name}");

    let records = warehouse.access_records().await.unwrap();
    let users: Vec<_> = records.users.iter().map(|user| (user.name.as_str(), user.role)).collect();
    assert_eq!(users, [("ana", Role::Administrator), ("luis", Role::Operator)], "{name}");
    assert!(records.users[0].password_hash.is_some() && records.users[1].code.is_some(), "{name}");
    assert_eq!(records.tokens.len(), 1, "{name}");
    let audit = warehouse.check_audit(None).await.unwrap();
    assert_eq!((audit.broken_at, audit.decisions_changed), (None, 0), "{name}");
}
