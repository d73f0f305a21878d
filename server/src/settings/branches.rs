//! Which stores there are: those of klk.toml, else those that the POS lists, else the known five.

use std::sync::Arc;

use domain::Branch;
use klk::WarehouseRow;

use super::Settings;
use super::branch_file::{self, BranchEntry, WarehouseEntry};
use crate::failure::Failure;

/// The POS's row that sums up all stores.
const CONSOLIDATED: &str = "CONS";
/// Words in the names of the warehouses whose stock is watched where nobody says which: sales floor and main.
const WATCHED: [&str; 2] = ["PISO", "PRINCIPAL"];

/// Where the stores were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchOrigin {
    /// `[[tiendas]]` of klk.toml.
    File,
    /// The POS listed them.
    Discovered,
    /// Neither: the known five.
    Known,
}

/// The stores, and what is to be said about how they were found.
#[derive(Debug)]
pub struct Branches {
    /// In the order of their source.
    pub list: Vec<Branch>,
    /// Where they were found.
    pub origin: BranchOrigin,
    /// Why the POS did not say, for people.
    pub warning: Option<String>,
}

/// Whether stores or warehouses have to come from the POS's list.
pub fn needs_listing(settings: &Settings) -> bool {
    let lacks_warehouses = || settings.branches.iter().any(|entry| entry.almacenes.is_empty());
    settings.discover_branches && (settings.branches.is_empty() || lacks_warehouses())
}

/// The stores, with what the POS lists, or why it does not.
pub fn find(settings: &Settings, listing: Result<&[WarehouseRow], &str>) -> Result<Branches, Failure> {
    if settings.branches.is_empty() {
        return discover(settings, listing);
    }
    let mut entries = settings.branches.clone();
    let mut warning = None;
    if needs_listing(settings) {
        match listing {
            Ok(rows) => entries.iter_mut().for_each(|entry| fill_warehouses(entry, rows)),
            Err(why) => warning = Some(format!("KLK no dice los almacenes de las tiendas ({why})")),
        }
    }
    Ok(Branches { list: branches(&entries, settings)?, origin: BranchOrigin::File, warning })
}

fn discover(settings: &Settings, listing: Result<&[WarehouseRow], &str>) -> Result<Branches, Failure> {
    let known = branch_file::known().map_err(|error| Failure::Unexpected(error.into()))?;
    let with_known = |warning| -> Result<Branches, Failure> {
        Ok(Branches { list: branches(&known, settings)?, origin: BranchOrigin::Known, warning })
    };
    if !settings.discover_branches {
        return with_known(None);
    }
    match listing {
        Ok(rows) => {
            let entries = merge(&known, rows);
            if entries.is_empty() {
                return with_known(Some("KLK no tiene ninguna tienda; se usan las cinco conocidas".to_owned()));
            }
            Ok(Branches { list: branches(&entries, settings)?, origin: BranchOrigin::Discovered, warning: None })
        }
        Err(why) => with_known(Some(format!("KLK no dice qué tiendas hay ({why}); se usan las cinco conocidas"))),
    }
}

fn branches(entries: &[BranchEntry], settings: &Settings) -> Result<Vec<Branch>, Failure> {
    let first_day = settings.first_day.map(|date| date.to_string());
    let branch = |entry: &BranchEntry| {
        let desde = entry.desde.clone().or_else(|| first_day.clone());
        BranchEntry { desde, ..entry.clone() }.branch(&settings.holidays, &settings.zone)
    };
    entries.iter().map(|entry| branch(entry).map_err(|error| Failure::Usage(error.to_string()))).collect()
}

/// The stores that the POS lists. Of those that are known, identifiers, hours and watched warehouses are kept; names are
/// the POS's.
fn merge(known: &[BranchEntry], rows: &[WarehouseRow]) -> Vec<BranchEntry> {
    let mut codes: Vec<&str> = listed_codes(rows).collect();
    // However it is capitalised, it is one store; the POS finds it by either.
    codes.sort_by_key(|code| code.to_uppercase());
    codes.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    codes.into_iter().map(|code| entry_of(code, known, rows)).collect()
}

/// The stores of the rows, as often as they have warehouses.
pub fn listed_codes(rows: &[WarehouseRow]) -> impl Iterator<Item = &str> {
    rows.iter().map(|row| row.branch.as_str()).filter(|code| *code != CONSOLIDATED && !code.is_empty())
}

fn entry_of(code: &str, known: &[BranchEntry], rows: &[WarehouseRow]) -> BranchEntry {
    let named = rows.iter().find(|row| row.branch.as_str().eq_ignore_ascii_case(code) && !row.branch_name.is_empty());
    let name = named.map_or(code, |row| row.branch_name.as_str());
    let own = known.iter().find(|entry| entry.codigo.eq_ignore_ascii_case(code)).cloned();
    let mut entry = own.unwrap_or_else(|| {
        let code_id = code.to_lowercase();
        let mut id = format!("tienda_{code_id}");
        // "01" is not the store that is known as tienda_01.
        if known.iter().any(|entry| entry.id == id) {
            id = format!("tienda_codigo_{code_id}");
        }
        BranchEntry::unremarkable(id, code.to_owned(), name.to_owned())
    });
    name.clone_into(&mut entry.nombre);
    let is_listed =
        |watched: &WarehouseEntry| rows.iter().any(|row| row.warehouse.as_str().eq_ignore_ascii_case(&watched.codigo));
    entry.almacenes.retain(is_listed);
    fill_warehouses(&mut entry, rows);
    entry
}

/// Gives a store that watches no warehouse its sales floor and main; all of them where none is called so.
fn fill_warehouses(entry: &mut BranchEntry, rows: &[WarehouseRow]) {
    if !entry.almacenes.is_empty() {
        return;
    }
    let own: Vec<&WarehouseRow> =
        rows.iter().filter(|row| row.branch.as_str().eq_ignore_ascii_case(&entry.codigo)).collect();
    let is_watched = |row: &WarehouseRow| WATCHED.iter().any(|word| row.warehouse_name.to_uppercase().contains(word));
    let any_watched = own.iter().any(|row| is_watched(row));
    let kept = own.into_iter().filter(|row| !any_watched || is_watched(row));
    entry.almacenes = kept
        .map(|row| WarehouseEntry { codigo: row.warehouse.to_string(), nombre: row.warehouse_name.clone() })
        .collect();
}

/// The store that is meant by its id, code or name, however it is capitalised. A name that several stores have means none of them.
pub fn named(list: &[Arc<Branch>], text: &str) -> Result<Arc<Branch>, Failure> {
    let wanted = text.trim().to_lowercase();
    let is_wanted = |name: &str| name.to_lowercase() == wanted;
    let by_code = list.iter().find(|branch| is_wanted(branch.id.as_str()) || is_wanted(branch.code.as_str()));
    if let Some(branch) = by_code {
        return Ok(Arc::clone(branch));
    }
    let by_name: Vec<&Arc<Branch>> = list.iter().filter(|branch| is_wanted(&branch.name)).collect();
    let choices = |of: &[&Arc<Branch>]| {
        let choices = of.iter().map(|branch| format!("  {}  {}  {}", branch.id, branch.code, branch.name));
        choices.collect::<Vec<_>>().join("\n")
    };
    match by_name.as_slice() {
        [branch] => Ok(Arc::clone(branch)),
        [] => {
            let choices = choices(&list.iter().collect::<Vec<_>>());
            Err(Failure::Usage(format!(
                "no hay ninguna tienda '{text}'; las que hay (id, código o nombre):\n{choices}"
            )))
        }
        several => {
            let choices = choices(several);
            Err(Failure::Usage(format!("hay varias tiendas '{text}'; diga cuál por su id o su código:\n{choices}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::{BranchCode, WarehouseCode};

    use super::*;

    fn row(branch: &str, name: &str, warehouse: &str, warehouse_name: &str) -> WarehouseRow {
        WarehouseRow {
            branch: BranchCode::new(branch),
            branch_name: name.to_owned(),
            warehouse: WarehouseCode::new(warehouse),
            warehouse_name: warehouse_name.to_owned(),
        }
    }

    fn settings() -> Settings {
        Settings::load(&mut super::super::Source::read(None, HashMap::new())).unwrap().settings
    }

    #[test]
    fn a_store_begins_on_its_own_first_day_or_on_the_one_of_all() {
        let (own, of_all) = ("2025-11-05", "2025-11-12");
        let mut known = branch_file::known().unwrap();
        known[0].desde = Some(own.to_owned());
        let list = branches(&known, &Settings { first_day: Some(of_all.parse().unwrap()), ..settings() }).unwrap();
        let opened: Vec<_> = list.iter().take(2).map(|branch| branch.calendar.base().opened_on).collect();
        assert_eq!(opened, [Some(own.parse().unwrap()), Some(of_all.parse().unwrap())]);
        assert_eq!(branches(&known[1..], &settings()).unwrap()[0].calendar.base().opened_on, None);
    }

    #[test]
    fn a_name_that_two_stores_have_means_neither_of_them() {
        let mut known = branch_file::known().unwrap();
        known[1].nombre = known[0].nombre.clone();
        let list: Vec<_> = branches(&known, &settings()).unwrap().into_iter().map(Arc::new).collect();
        let Err(Failure::Usage(said)) = named(&list, &list[0].name) else { panic!("one was taken") };
        assert!(list[..2].iter().all(|branch| said.contains(branch.code.as_str())), "{said}");
        assert!(list.iter().all(|branch| named(&list, &branch.code.as_str().to_lowercase()).unwrap().id == branch.id));
    }

    fn codes(entry: &BranchEntry) -> Vec<&str> {
        entry.almacenes.iter().map(|warehouse| warehouse.codigo.as_str()).collect()
    }

    #[test]
    fn discovered_stores_keep_known_identifiers_and_others_get_one_of_their_code() {
        let rows = [
            row("SUC006", "CATIA", "APP-TCA", "PISO DE VENTA"),
            row("SUC006", "CATIA", "APP-MCA", "MERMA"),
            row("SUC001", "PERIFERICO NUEVO", "APP-TPF", "PISO DE VENTA"),
            row("SUC001", "PERIFERICO NUEVO", "APP-DPF", "DEVOLUCIONES"),
            row("CONS", "CONSOLIDADO", "CONS", "CONSOLIDADO"),
        ];
        let merged = merge(&branch_file::known().unwrap(), &rows);
        let ids: Vec<_> = merged.iter().map(|entry| (entry.id.as_str(), entry.nombre.as_str())).collect();
        assert_eq!(ids, [("tienda_01", "PERIFERICO NUEVO"), ("tienda_suc006", "CATIA")]);
        assert_eq!(codes(&merged[0]), ["APP-TPF"]);
        assert_eq!(codes(&merged[1]), ["APP-TCA"]);
    }

    #[test]
    fn a_listed_code_does_not_take_the_identifier_of_another_store() {
        let known = branch_file::known().unwrap();
        let merged = merge(&known, &[row("01", "OTRA", "X", "PISO"), row("SUC001", "PERIFERICO", "APP-TPF", "PISO")]);
        let ids: Vec<&str> = merged.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["tienda_codigo_01", "tienda_01"]);
    }

    #[test]
    fn a_store_is_one_however_its_code_is_capitalised() {
        let known = branch_file::known().unwrap();
        let rows = [
            row("suc001", "", "app-tpf", "PISO DE VENTA"),
            row("SUC001", "PERIFERICO", "APP-PPF", "PRINCIPAL"),
            row("Suc077", "NUEVA", "A", "PISO DE VENTA"),
            row("SUC077", "NUEVA", "B", "PRINCIPAL"),
        ];
        let merged = merge(&known, &rows);
        assert_eq!(merged.iter().map(|entry| entry.codigo.as_str()).collect::<Vec<_>>(), ["SUC001", "Suc077"]);
        assert_eq!((merged[0].nombre.as_str(), codes(&merged[0])), ("PERIFERICO", vec!["APP-TPF", "APP-PPF"]));
        assert_eq!(codes(&merged[1]), ["A", "B"]);
        assert_eq!(branches(&merged, &settings()).unwrap().len(), 2);
    }

    #[test]
    fn a_store_whose_warehouses_are_called_otherwise_watches_all_of_them() {
        let merged = merge(&[], &[row("X", "X", "A", "UNO"), row("X", "X", "B", "DOS")]);
        assert_eq!(codes(&merged[0]), ["A", "B"]);
    }

    #[test]
    fn a_store_is_meant_by_id_code_or_name_and_an_unknown_one_lists_the_choices() {
        let list = branches(&branch_file::known().unwrap(), &settings()).unwrap();
        let list: Vec<_> = list.into_iter().map(Arc::new).collect();
        for text in ["tienda_18", "SUC004", "suc004", "Paraiso"] {
            assert_eq!(named(&list, text).unwrap().id.as_str(), "tienda_18");
        }
        let message = named(&list, "tienda_99").unwrap_err().to_string();
        assert!(message.contains("tienda_20  SUC005  TAZAJAL"), "{message}");
    }
}
