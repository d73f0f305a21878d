//! What is requested of the POS.

use std::fmt;

/// An endpoint of the POS API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Every warehouse of one store, or of all.
    BranchWarehouses,
    /// The sales floor of every store.
    SalesFloors,
    /// Articles and stock of a warehouse.
    WarehouseArticles,
    /// Invoice lines.
    Sales,
}

impl Endpoint {
    /// Whether it is asked with GET; the others take a body.
    pub const fn is_get(self) -> bool {
        matches!(self, Self::BranchWarehouses | Self::SalesFloors)
    }

    /// The path below the base URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::BranchWarehouses => "/maestra/almacenes/Reposicion",
            Self::SalesFloors => "/maestra/almacenes/pisoventa",
            Self::WarehouseArticles => "/maestra/articulos/almacen",
            Self::Sales => "/ventas",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.path())
    }
}
