//! The stores and what they sell: pure, without a clock and without faults.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::branch::{SimBranch, SimWarehouse, WarehouseKind};
use crate::catalogue::Catalogue;
use crate::config::SimConfig;
use crate::counts::{Ledger, REGISTERS, first_sequence};
use crate::dice::{Dice, hash, text_key};
use crate::invoice::{Header, Invoice, moments};
use crate::local_time::days_between;
use crate::micros::{CENT, ONE, decimal};
use crate::window::SalesWindow;

/// A store with its books.
pub(crate) struct Store {
    pub(crate) branch: SimBranch,
    key: u64,
    ledger: Ledger,
}

impl Store {
    /// The warehouse that a line is sold from.
    pub(crate) fn selling_warehouse(&self, from_main: bool) -> Option<&SimWarehouse> {
        let kind = if from_main { WarehouseKind::Main } else { WarehouseKind::SalesFloor };
        self.branch.warehouse(kind).or_else(|| self.branch.warehouses.first())
    }
}

/// All that is simulated.
pub(crate) struct World {
    pub(crate) config: SimConfig,
    pub(crate) catalogue: Catalogue,
    pub(crate) stores: Vec<Store>,
}

/// What a store sold, for comparing with what reached somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Invoice lines.
    pub lines: u64,
    /// Invoices.
    pub invoices: u64,
    /// The sum of `venta_total_bs`.
    pub total_bs: Decimal,
    /// The sum of `venta_total_usd`.
    pub total_usd: Decimal,
}

impl World {
    pub(crate) fn new(config: SimConfig) -> Self {
        let store = |branch: &SimBranch| {
            let key = text_key(&branch.code);
            let ledger = Ledger::new(config.seed, key, config.volume, config.first_day, branch);
            Store { branch: branch.clone(), key, ledger }
        };
        Self {
            stores: config.branches.iter().map(store).collect(),
            catalogue: Catalogue::new(config.seed, config.articles),
            config,
        }
    }

    pub(crate) fn store(&self, code: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.branch.code == code)
    }

    /// A warehouse and the store it belongs to.
    pub(crate) fn warehouse(&self, code: &str) -> Option<(&Store, &SimWarehouse)> {
        self.stores.iter().find_map(|store| {
            let warehouse = store.branch.warehouses.iter().find(|warehouse| warehouse.code == code)?;
            Some((store, warehouse))
        })
    }

    /// The invoices of a window that are `visible`, in order of time. Only their lines are made.
    pub(crate) fn invoices<'a>(
        &'a self,
        store: &'a Store,
        window: &'a SalesWindow,
        visible: impl Fn(&Header) -> bool + 'a,
    ) -> impl Iterator<Item = Invoice> + 'a {
        window
            .days()
            .flat_map(move |date| window.slots().flat_map(move |slot| self.headers(store, date, slot)))
            .filter(move |header| window.has(header.ticks) && visible(header))
            .map(move |header| Invoice::new(header, self.rate(header.date), &self.catalogue))
    }

    /// The invoices of one half hour, without their lines.
    fn headers(&self, store: &Store, date: Date, slot: u64) -> Vec<Header> {
        let counts = store.ledger.counts(date, slot);
        if counts.iter().all(|count| *count == 0) {
            return Vec::new();
        }
        let before = store.ledger.before(date, slot);
        let day = days_between(self.config.first_day, date).unsigned_abs();
        let mut dice = Dice::new(hash(&[self.config.seed, store.key, day, slot]));
        // Not at opening: what is sold at 07:00:00 would be part of the half hour before it, when all is closed.
        let on_the_hour = slot != store.ledger.opening_slot() && dice.one_in(3);
        let mut headers = Vec::new();
        for register in 0..REGISTERS.len() {
            let first = first_sequence(self.config.seed, register) + u64::from(before[register]);
            let moments = moments(&mut dice, slot, counts[register], on_the_hour && register % 4 == 0);
            headers.extend((first..).zip(moments).map(|(sequence, ticks)| {
                let seed = hash(&[self.config.seed, store.key, register as u64, sequence]);
                Header { register, sequence, date, ticks, seed }
            }));
        }
        headers.sort_by_key(|header| (header.ticks, header.register, header.sequence));
        headers
    }

    /// Bs per US dollar on a day: between 230 and 250, up and down over months.
    pub(crate) fn rate(&self, date: Date) -> i64 {
        const MONTHS: i64 = 240;
        let day = days_between(self.config.first_day, date).rem_euclid(MONTHS);
        let rise = day.min(MONTHS - day);
        let chance = hash(&[self.config.seed, day.unsigned_abs()]) % 80;
        231 * ONE + rise * 15 * CENT + chance as i64 * CENT
    }

    pub(crate) fn truth(&self, store: &Store, window: &SalesWindow, visible: impl Fn(&Header) -> bool) -> Truth {
        let (mut lines, mut invoices, mut bs, mut usd) = (0, 0, 0, 0);
        for invoice in self.invoices(store, window, visible) {
            invoices += 1;
            lines += invoice.lines.len() as u64;
            bs += invoice.lines.iter().map(|line| line.sale_bs).sum::<i64>();
            usd += invoice.lines.iter().map(|line| line.sale_usd).sum::<i64>();
        }
        Truth { lines, invoices, total_bs: decimal(bs), total_usd: decimal(usd) }
    }
}
