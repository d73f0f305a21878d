//! What is simulated: the stores, how much they sell, and since when.

use std::time::Duration;

use jiff::civil::{Date, Time, date, time};

use crate::stores;

/// Everything that the sales of a simulator follow from.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// The same seed sells the same.
    pub seed: u64,
    /// The stores.
    pub branches: Vec<SimBranch>,
    /// How much is sold, as a multiple of what a real store sells (7,000 to 21,000 lines a day).
    pub volume: f64,
    /// How many different articles there are. At most about 4,000.
    pub articles: usize,
    /// How long each answer takes besides being made.
    pub latency: Duration,
    /// The first day with sales, where every register began to count its invoices.
    pub first_day: Date,
    /// The longest range of days that one question may cover.
    pub days_max: u16,
    /// Whether sales later than `now` can be seen, for tests that do not care what time it is.
    pub future_sales: bool,
    /// Where set, questions without it in the header [`crate::API_KEY_HEADER`] are refused.
    pub api_key: Option<String>,
}

impl SimConfig {
    /// The five known stores, with real volumes.
    pub fn five_stores(seed: u64) -> Self {
        Self {
            seed,
            branches: stores::first(5),
            volume: 1.0,
            articles: 3_900,
            latency: Duration::ZERO,
            first_day: date(2025, 1, 1),
            days_max: 31,
            future_sales: false,
            api_key: None,
        }
    }

    /// The first `count` stores instead: the five known ones, the chain as it grows to 19, then as many as it takes.
    #[must_use]
    pub fn with_stores(mut self, count: usize) -> Self {
        self.branches = stores::first(count);
        self
    }

    /// Sells this multiple of what a real store sells.
    #[must_use]
    pub fn with_volume(mut self, volume: f64) -> Self {
        self.volume = volume;
        self
    }
}

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
