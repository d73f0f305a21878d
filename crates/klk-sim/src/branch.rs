//! A store and its warehouses.

use jiff::civil::{Date, Time, time};

/// A store of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimBranch {
    /// As `SUC001`.
    pub code: String,
    /// As `PERIFERICO`.
    pub name: String,
    /// When it opens, on every day.
    pub opens: Time,
    /// When it closes; None stands for 24:00.
    pub closes: Option<Time>,
    /// Days on which it sells nothing.
    pub closed_on: Vec<Date>,
    /// Lines of an ordinary half hour at volume 1.
    pub half_hour_lines: u32,
    /// Its warehouses, the sales floor first.
    pub warehouses: Vec<SimWarehouse>,
}

impl SimBranch {
    /// A store open from 07:00 to 21:00, with the six warehouses that every store has.
    pub(crate) fn new(code: String, name: &str, half_hour_lines: u32, warehouses: Vec<SimWarehouse>) -> Self {
        Self {
            code,
            name: name.to_owned(),
            opens: time(7, 0, 0, 0),
            closes: Some(time(21, 0, 0, 0)),
            closed_on: Vec::new(),
            half_hour_lines,
            warehouses,
        }
    }

    pub(crate) fn warehouse(&self, kind: WarehouseKind) -> Option<&SimWarehouse> {
        self.warehouses.iter().find(|warehouse| warehouse.kind == kind)
    }
}

/// A warehouse of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimWarehouse {
    /// As `APP-TPF`.
    pub code: String,
    /// What it is for.
    pub kind: WarehouseKind,
}

/// What a warehouse is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarehouseKind {
    /// The sales floor: most lines are sold from it.
    SalesFloor,
    /// The main store room: some lines are sold from it.
    Main,
    /// What is being bought.
    Procurement,
    /// What is being made.
    Production,
    /// What customers brought back.
    Returns,
    /// What is to be thrown away.
    Waste,
}

impl WarehouseKind {
    /// The POS's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SalesFloor => "PISO DE VENTA",
            Self::Main => "PRINCIPAL",
            Self::Procurement => "PROCURA",
            Self::Production => "PRODUCCION",
            Self::Returns => "DEVOLUCIONES",
            Self::Waste => "MERMA",
        }
    }
}
