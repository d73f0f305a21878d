//! The POS's list of stores. It is stored in the database, so that a start does not wait for the POS, and requested until it
//! arrives. A store that was listed once stays watched: a POS that omits a store for a while must not hide its gaps.

use std::collections::HashSet;
use std::time::Duration;

use engine::Engine;
use klk::{Client, WarehouseRow};
use warehouse::{Access, Warehouse};

use crate::settings::Settings;
use crate::settings::branches;

/// How long a start waits for the first listing ever; afterwards for none.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
/// Before the next request after a failed one.
const RETRY_PAUSE: Duration = Duration::from_secs(60);
/// Before the next request after a successful one.
const RENEWAL: Duration = Duration::from_secs(3600);

type Fields = (String, String, String, String);

/// The listing that was kept; else what the POS says, if it says so soon; else why not. Who may write keeps it: what was listed once
/// is watched on.
pub async fn at_start(warehouse: &Warehouse, client: &Client, access: Access) -> Result<Vec<WarehouseRow>, String> {
    if let Some(rows) = kept(warehouse).await {
        return Ok(rows);
    }
    match tokio::time::timeout(FIRST_PATIENCE, client.branch_warehouses(None)).await {
        Ok(Ok(rows)) => {
            if access == Access::ReadAndWrite && !rows.is_empty() {
                store(warehouse, &rows).await;
            }
            Ok(rows)
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no respondió en {} s", FIRST_PATIENCE.as_secs())),
    }
}

async fn kept(warehouse: &Warehouse) -> Option<Vec<WarehouseRow>> {
    let document = warehouse.listing().await.ok().flatten()?;
    let rows: Vec<Fields> = serde_json::from_str(&document).ok()?;
    let row = |(branch, branch_name, warehouse, warehouse_name): Fields| WarehouseRow {
        branch: domain::BranchCode::new(branch),
        branch_name,
        warehouse: domain::WarehouseCode::new(warehouse),
        warehouse_name,
    };
    Some(rows.into_iter().map(row).collect())
}

/// Requests the list until it arrives, and again every hour. New stores are watched at once.
pub async fn keep(engine: Engine, warehouse: Warehouse, client: Client, settings: Settings) {
    loop {
        let pause = match client.branch_warehouses(None).await {
            Ok(rows) => {
                take(&engine, &warehouse, &settings, rows).await;
                RENEWAL
            }
            Err(error) => {
                tracing::warn!(%error, "the POS does not list its stores; it is asked again");
                RETRY_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = engine.stopped() => return,
        }
    }
}

async fn take(engine: &Engine, warehouse: &Warehouse, settings: &Settings, rows: Vec<WarehouseRow>) {
    let before = kept(warehouse).await.unwrap_or_default();
    let rows = without_swapped_names(&before, rows);
    let rows = with_forgotten(before, rows);
    match branches::find(settings, Ok(&rows)) {
        Ok(found) => engine.adopt_branches(found.list),
        Err(failure) => {
            tracing::error!(%failure, "the listing of stores cannot be used");
            return;
        }
    }
    store(warehouse, &rows).await;
}

async fn store(warehouse: &Warehouse, rows: &[WarehouseRow]) {
    let fields: Vec<Fields> = rows
        .iter()
        .map(|row| {
            let names = (row.branch_name.clone(), row.warehouse_name.clone());
            (row.branch.to_string(), names.0, row.warehouse.to_string(), names.1)
        })
        .collect();
    let Ok(document) = serde_json::to_string(&fields) else { return };
    if let Err(error) = warehouse.keep_listing(document, crate::clock::now()).await {
        tracing::warn!(%error, "the listing of stores could not be kept");
    }
}

/// The new rows, in which no store has the name of another one that is listed too: people would take one store for the other. It
/// keeps its own name; klk.toml can name stores otherwise.
fn without_swapped_names(before: &[WarehouseRow], mut now: Vec<WarehouseRow>) -> Vec<WarehouseRow> {
    let is_same = |one: &str, other: &str| one.to_uppercase() == other.to_uppercase();
    let listed: HashSet<String> = now.iter().map(|row| row.branch.as_str().to_uppercase()).collect();
    for row in &mut now {
        let is_of = |known: &WarehouseRow| is_same(known.branch.as_str(), row.branch.as_str());
        let owner = before.iter().find(|known| !is_of(known) && is_same(&known.branch_name, &row.branch_name));
        let own = before.iter().find(|known| is_of(known) && !known.branch_name.is_empty());
        let (Some(owner), Some(own)) = (owner, own) else { continue };
        let is_taken = listed.contains(&owner.branch.as_str().to_uppercase());
        if is_taken && !row.branch_name.is_empty() && !is_same(&own.branch_name, &row.branch_name) {
            tracing::error!(
                branch = %row.branch,
                name = row.branch_name,
                owner = %owner.branch,
                "the POS gives a store the name of another one; it keeps its own"
            );
            row.branch_name.clone_from(&own.branch_name);
        }
    }
    now
}

/// The new rows, and those of stores and warehouses that are not listed any more.
fn with_forgotten(before: Vec<WarehouseRow>, mut now: Vec<WarehouseRow>) -> Vec<WarehouseRow> {
    let key = |row: &WarehouseRow| (row.branch.to_string().to_uppercase(), row.warehouse.to_string().to_uppercase());
    let listed: HashSet<_> = now.iter().map(key).collect();
    let forgotten: Vec<WarehouseRow> = before.into_iter().filter(|row| !listed.contains(&key(row))).collect();
    if let Some(first) = forgotten.first() {
        tracing::warn!(
            branch = %first.branch,
            warehouse = %first.warehouse,
            rows = forgotten.len(),
            "the POS does not list a warehouse any more; it is watched on"
        );
    }
    now.extend(forgotten);
    now
}

#[cfg(test)]
mod tests {
    use domain::{BranchCode, WarehouseCode};

    use super::*;

    fn row(branch: &str, warehouse: &str) -> WarehouseRow {
        WarehouseRow {
            branch: BranchCode::new(branch),
            branch_name: String::new(),
            warehouse: WarehouseCode::new(warehouse),
            warehouse_name: String::new(),
        }
    }

    #[test]
    fn stores_do_not_swap_their_names_and_may_get_new_ones() {
        let named = |branch: &str, name: &str| WarehouseRow { branch_name: name.to_owned(), ..row(branch, "A") };
        let names = |rows: Vec<WarehouseRow>| -> Vec<String> {
            without_swapped_names(
                &[named("SUC001", "PERIFERICO"), named("SUC002", "BOSQUE"), named("SUC003", "")],
                rows,
            )
            .into_iter()
            .map(|row| row.branch_name)
            .collect()
        };
        let swapped = names(vec![named("SUC001", "BOSQUE"), named("suc002", "Periferico"), named("SUC004", "BOSQUE")]);
        assert_eq!(swapped, ["PERIFERICO", "BOSQUE", "BOSQUE"]);
        let renamed = names(vec![named("SUC001", "CATIA"), named("SUC002", ""), named("SUC003", "ARTIGAS")]);
        assert_eq!(renamed, ["CATIA", "", "ARTIGAS"]);
        assert_eq!(names(vec![named("SUC001", "BOSQUE")]), ["BOSQUE"], "the other one is not listed any more");
    }

    #[test]
    fn a_store_or_warehouse_that_is_not_listed_any_more_is_watched_on() {
        let rows =
            with_forgotten(vec![row("A", "1"), row("B", "1")], vec![row("a", "2"), row("C", "1"), row("b", "1")]);
        assert_eq!(rows, [row("a", "2"), row("C", "1"), row("b", "1"), row("A", "1")]);
    }
}
