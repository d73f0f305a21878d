//! The answers of the POS: what each endpoint says of the world.

use jiff::Timestamp;
use serde::Serialize;

use crate::branch::WarehouseKind;
use crate::invoice::Header;
use crate::invoice_json::InvoiceWriter;
use crate::listing::Listing;
use crate::micros;
use crate::request::{Refusal, SalesRequest};
use crate::stock;
use crate::window::SalesWindow;
use crate::world::{Store, World};

#[derive(Serialize)]
struct SalesMeta<'a> {
    sucursal_codigo: &'a str,
    fecha_desde: &'a str,
    fecha_hasta: &'a str,
    hora_desde: &'a str,
    hora_hasta: &'a str,
    #[serde(rename = "CodArticulo")]
    cod_articulo: &'a str,
    almacen: &'a str,
    total_registros: usize,
    fecha_generacion: String,
}

#[derive(Serialize)]
struct ArticlesMeta {
    /// A JSON array inside of a string, misspelled: the contract's.
    #[serde(skip_serializing_if = "Option::is_none")]
    almacences_filtrados: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tiendas_filtradas: Option<Vec<String>>,
    total_articulos: usize,
    fecha_generacion: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WarehouseRow<'a> {
    codigo_sucursal: &'a str,
    nombre_sucursal: &'a str,
    codigo_almacen: &'a str,
    nombre_almacen: &'a str,
}

/// What stands for all stores together among the sales floors.
const CONSOLIDATED: WarehouseRow<'static> = WarehouseRow {
    codigo_sucursal: "CONS",
    nombre_sucursal: "CONSOLIDADO",
    codigo_almacen: "CONS",
    nombre_almacen: "CONSOLIDADO",
};

impl World {
    /// The visible lines of a window, those that the request filters.
    pub(crate) fn sales_listing(
        &self,
        store: &Store,
        request: &SalesRequest,
        window: &SalesWindow,
        is_visible: impl Fn(&Header) -> bool,
        now: Timestamp,
    ) -> Listing {
        let warehouse_filter = given(request.warehouse.as_ref());
        let article_filter = given(request.article.as_ref());
        let mut listing = Listing::new("]}");
        for invoice in self.invoices(store, window, is_visible) {
            let writer = InvoiceWriter::new(&invoice);
            for line in &invoice.lines {
                let article = &self.catalogue.articles[line.article];
                let Some(warehouse) = store.selling_warehouse(line.from_main) else { continue };
                if passes(warehouse_filter, &warehouse.code) && passes(article_filter, &article.code) {
                    writer.write(listing.next_element(), line, article, warehouse);
                }
            }
        }
        let meta = SalesMeta {
            sucursal_codigo: &request.branch,
            fecha_desde: &request.date_from,
            fecha_hasta: &request.date_to,
            hora_desde: request.time_from.as_deref().unwrap_or_default(),
            hora_hasta: request.time_to.as_deref().unwrap_or_default(),
            cod_articulo: article_filter.unwrap_or_default(),
            almacen: warehouse_filter.unwrap_or_default(),
            total_registros: listing.len(),
            fecha_generacion: generated_at(now),
        };
        listing.set_head(head(&meta, "ventas"));
        listing
    }

    /// The articles of warehouses, one after the other.
    pub(crate) fn warehouse_articles(&self, codes: &[String], now: Timestamp) -> Result<Listing, Refusal> {
        let mut listing = Listing::new("]}");
        for code in codes {
            self.warehouse(code).ok_or_else(|| Refusal::UnknownWarehouse(code.clone()))?;
            self.list_articles(&mut listing, &[code.as_str()], now);
        }
        let meta = ArticlesMeta {
            almacences_filtrados: serde_json::to_string(codes).ok(),
            tiendas_filtradas: None,
            total_articulos: listing.len(),
            fecha_generacion: generated_at(now),
        };
        listing.set_head(head(&meta, "articulos"));
        Ok(listing)
    }

    /// The articles of stores, one store after the other; the stock of all warehouses of a store together.
    pub(crate) fn branch_articles(&self, codes: &[String], now: Timestamp) -> Result<Listing, Refusal> {
        let mut listing = Listing::new("]}");
        for code in codes {
            let store = self.store(code).ok_or_else(|| Refusal::UnknownBranch(code.clone()))?;
            let warehouses: Vec<&str> =
                store.branch.warehouses.iter().map(|warehouse| warehouse.code.as_str()).collect();
            self.list_articles(&mut listing, &warehouses, now);
        }
        let meta = ArticlesMeta {
            almacences_filtrados: None,
            tiendas_filtradas: Some(codes.to_vec()),
            total_articulos: listing.len(),
            fecha_generacion: generated_at(now),
        };
        listing.set_head(head(&meta, "articulos"));
        Ok(listing)
    }

    fn list_articles(&self, listing: &mut Listing, warehouses: &[&str], now: Timestamp) {
        let seed = self.config.seed;
        for (place, article) in self.catalogue.articles.iter().enumerate() {
            let amounts = warehouses
                .iter()
                .filter(|warehouse| stock::is_kept(seed, warehouse, place))
                .map(|warehouse| stock::amount(seed, warehouse, place, article, now));
            if let Some(amount) = amounts.reduce(|sum, amount| sum + amount) {
                let out = listing.next_element();
                out.extend_from_slice(&article.stock_json);
                micros::write(out, amount);
                out.push(b'}');
            }
        }
    }

    /// Every warehouse of all stores, or of one.
    pub(crate) fn all_warehouses(&self, branch: Option<&str>) -> Result<Listing, Refusal> {
        let stores: Vec<&Store> = match branch {
            Some(code) => vec![self.store(code).ok_or_else(|| Refusal::UnknownBranch(code.to_owned()))?],
            None => self.stores.iter().collect(),
        };
        Ok(warehouse_listing(stores.into_iter().flat_map(|store| rows(store, |_| true))))
    }

    /// The sales floors of all stores, and a row that is no store.
    pub(crate) fn sales_floors(&self) -> Listing {
        let floors = self.stores.iter().flat_map(|store| rows(store, |kind| kind == WarehouseKind::SalesFloor));
        warehouse_listing(floors.chain([CONSOLIDATED]))
    }
}

fn rows(store: &Store, wanted: impl Fn(WarehouseKind) -> bool) -> impl Iterator<Item = WarehouseRow<'_>> {
    store.branch.warehouses.iter().filter(move |warehouse| wanted(warehouse.kind)).map(|warehouse| WarehouseRow {
        codigo_sucursal: &store.branch.code,
        nombre_sucursal: &store.branch.name,
        codigo_almacen: &warehouse.code,
        nombre_almacen: warehouse.kind.name(),
    })
}

fn warehouse_listing<'a>(rows: impl Iterator<Item = WarehouseRow<'a>>) -> Listing {
    let mut listing = Listing::new("]");
    for row in rows {
        let text = serde_json::to_string(&row).unwrap_or_default();
        listing.next_element().extend_from_slice(text.as_bytes());
    }
    listing.set_head("[".to_owned());
    listing
}

/// `{"meta": …, "<name>":[`. Texts and numbers cannot fail to be JSON.
fn head(meta: &impl Serialize, name: &str) -> String {
    format!("{{\"meta\":{},\"{name}\":[", serde_json::to_string(meta).unwrap_or_default())
}

/// UTC, with milliseconds.
fn generated_at(now: Timestamp) -> String {
    format!("{now:.3}")
}

/// An empty text filters nothing.
fn given(filter: Option<&String>) -> Option<&str> {
    filter.map(String::as_str).filter(|filter| !filter.is_empty())
}

fn passes(filter: Option<&str>, code: &str) -> bool {
    filter.is_none_or(|filter| filter == code)
}
