//! The stores of the chain: five are known, the others are made up until it has grown to them.

use jiff::civil::time;

use crate::branch::{SimBranch, SimWarehouse, WarehouseKind};

/// Name, prefix and stem of its warehouses' codes (`APP-` and `PF` give `APP-TPF`), lines of an ordinary half hour.
const STORES: [(&str, &str, &str, u32); 19] = [
    ("PERIFERICO", "APP-", "PF", 430),
    ("BOSQUE", "APP-", "BQ", 450),
    ("ARTIGAS", "", "ANT", 400),
    ("PARAISO", "APP-", "PAR", 480),
    ("TAZAJAL", "", "TZ", 380),
    ("CATIA", "APP-", "CAT", 520),
    ("CHACAO", "APP-", "CHC", 460),
    ("EL VALLE", "APP-", "VAL", 440),
    ("GUARENAS", "APP-", "GUA", 410),
    ("LA GUAIRA", "APP-", "LGU", 390),
    ("LOS TEQUES", "APP-", "LTQ", 420),
    ("MARACAY", "APP-", "MCY", 500),
    ("NAGUANAGUA", "APP-", "NAG", 430),
    ("PETARE", "APP-", "PET", 540),
    ("SAN BERNARDINO", "APP-", "SBE", 370),
    ("SAN DIEGO", "APP-", "SDI", 450),
    ("SAN MARTIN", "APP-", "SMA", 400),
    ("SANTA MONICA", "APP-", "SMO", 440),
    ("TURMERO", "APP-", "TUR", 380),
];

/// The store that is open from 08:00 to 24:00.
const LATE_STORE: &str = "BOSQUE";

/// The first `count` stores, `SUC001` onwards.
pub(crate) fn first(count: usize) -> Vec<SimBranch> {
    (0..count).map(store).collect()
}

fn store(index: usize) -> SimBranch {
    let number = index + 1;
    let code = format!("SUC{number:03}");
    let Some(&(name, prefix, stem, half_hour_lines)) = STORES.get(index) else {
        return SimBranch::new(code, &format!("TIENDA {number}"), 430, warehouses("APP-", &format!("{number:03}")));
    };
    let mut branch = SimBranch::new(code, name, half_hour_lines, warehouses(prefix, stem));
    if name == LATE_STORE {
        branch.opens = time(8, 0, 0, 0);
        branch.closes = None;
    }
    branch
}

fn warehouses(prefix: &str, stem: &str) -> Vec<SimWarehouse> {
    use WarehouseKind::{Main, Procurement, Production, Returns, SalesFloor, Waste};
    [(SalesFloor, 'T'), (Main, 'P'), (Procurement, 'C'), (Production, 'R'), (Returns, 'D'), (Waste, 'M')]
        .into_iter()
        .map(|(kind, letter)| SimWarehouse { code: format!("{prefix}{letter}{stem}"), kind })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_five_known_stores_have_the_codes_of_the_contract() {
        let known: Vec<(String, String, String, String)> = first(5)
            .iter()
            .map(|store| {
                let code = |kind| store.warehouse(kind).unwrap().code.clone();
                (store.code.clone(), store.name.clone(), code(WarehouseKind::SalesFloor), code(WarehouseKind::Main))
            })
            .collect();
        let expected = [
            ("SUC001", "PERIFERICO", "APP-TPF", "APP-PPF"),
            ("SUC002", "BOSQUE", "APP-TBQ", "APP-PBQ"),
            ("SUC003", "ARTIGAS", "TANT", "PANT"),
            ("SUC004", "PARAISO", "APP-TPAR", "APP-PPAR"),
            ("SUC005", "TAZAJAL", "TTZ", "PTZ"),
        ]
        .map(|(code, name, floor, main)| (code.into(), name.into(), floor.into(), main.into()));
        assert_eq!(known, expected);
    }

    #[test]
    fn no_two_warehouses_of_a_hundred_stores_share_a_code() {
        let stores = first(100);
        let codes: HashSet<&str> =
            stores.iter().flat_map(|store| &store.warehouses).map(|warehouse| warehouse.code.as_str()).collect();
        assert_eq!(codes.len(), 600);
    }
}
