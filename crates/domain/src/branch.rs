//! Branches: the stores of the chain, as configured or as discovered from the POS.

use jiff::civil::Date;

use crate::{BranchClock, BranchCode, BranchId, Calendar, WarehouseCode};

/// A store (tienda, sucursal, ubicación).
#[derive(Clone, Debug)]
pub struct Branch {
    /// Our name of it, as `tienda_01`.
    pub id: BranchId,
    /// The POS's name of it, as `SUC001`.
    pub code: BranchCode,
    /// What people call it, as `PERIFERICO`.
    pub name: String,
    /// The zone its clocks run on, and ran on before.
    pub zone: BranchClock,
    /// When sales are expected of it, as klk.toml says now.
    pub calendar: Calendar,
    /// From which day klk.toml says that its hours count; None where it does not say.
    pub calendar_counts_from: Option<Date>,
    /// The warehouses whose stock is watched.
    pub warehouses: Vec<BranchWarehouse>,
}

/// A warehouse of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchWarehouse {
    /// As `APP-TPF`.
    pub code: WarehouseCode,
    /// As `PISO DE VENTA`.
    pub name: String,
}
