//! Answers of `/maestra/almacenes/*`: a bare array, a few rows a store.

use domain::{BranchCode, WarehouseCode};

use super::ParseError;
use super::envelope::refusal_message;
use super::field::{self, read};
use super::problem::FieldProblem;
use super::problem::Problem;
use super::raw::{Field, RawObject, raw_object};
use super::scanner::Scanner;

/// A warehouse of a store, as the POS lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarehouseRow {
    /// The store, as `SUC001`.
    pub branch: BranchCode,
    /// As `PERIFERICO`; empty where the POS has no name.
    pub branch_name: String,
    /// The warehouse, as `APP-TPF`.
    pub warehouse: WarehouseCode,
    /// As `PISO DE VENTA`; empty where the POS has no name.
    pub warehouse_name: String,
}

raw_object!(RawWarehouse, "a warehouse", { CodigoSucursal, NombreSucursal, CodigoAlmacen, NombreAlmacen });

/// Reads a response, without the row that sums up all stores. A malformed row, also one that is no object, is skipped and logged;
/// an error is returned only if no row can be read.
pub(crate) fn parse_warehouses(body: &str) -> Result<Vec<WarehouseRow>, ParseError> {
    let mut rows = Vec::new();
    // Which row is being read, for errors.
    let mut element = None;
    let mut odd = None;
    let mut scanner = Scanner::new(body);
    let whole = match scanner.peek() {
        Ok(b'{') => return Err(parse_refusal(body)),
        _ => scanner.array(format_args!("an array of warehouses"), |scanner, index| {
            element = Some(index);
            scanner.peek()?;
            let start = scanner.place();
            let read = match RawWarehouse::read(scanner) {
                Ok(raw) if sums_up_all_stores(&raw) => return Ok(()),
                Ok(raw) => warehouse_row(&raw).map_err(|problem| problem.to_string()),
                Err(Problem::EndsTooSoon) => return Err(Problem::EndsTooSoon),
                Err(problem) if !scanner.skip_element(start) => return Err(problem),
                Err(problem) => Err(problem.detail().unwrap_or_default()),
            };
            match read {
                Ok(row) => rows.push(row),
                Err(detail) => {
                    tracing::warn!(index, detail, "a row of the listing of stores is left out");
                    odd.get_or_insert((index, detail));
                }
            }
            Ok(())
        }),
    };
    let whole = whole.and_then(|()| {
        element = None;
        scanner.end()
    });
    match (whole, odd) {
        (Err(problem), _) => Err(ParseError::from_problem_in(body, body.len(), element, problem)),
        (Ok(()), Some((index, detail))) if rows.is_empty() => Err(ParseError::Shape { element: Some(index), detail }),
        (Ok(()), _) => Ok(rows),
    }
}

/// Reads an object that came instead of the array.
fn parse_refusal(body: &str) -> ParseError {
    match Scanner::new(body).object(format_args!("an object"), &["error"], |_, _| Ok(false)) {
        Ok([error]) => match refusal_message(error) {
            Some(message) => ParseError::Refused { message },
            None => ParseError::of_beginning(body, "an array of warehouses was expected"),
        },
        Err(problem) => ParseError::from_problem_in(body, body.len(), None, problem),
    }
}

fn warehouse_row(raw: &RawWarehouse<'_>) -> Result<WarehouseRow, FieldProblem> {
    Ok(WarehouseRow {
        branch: BranchCode::new(read!(code, raw.CodigoSucursal)),
        branch_name: read!(name, raw.NombreSucursal),
        warehouse: WarehouseCode::new(read!(code, raw.CodigoAlmacen)),
        warehouse_name: read!(name, raw.NombreAlmacen),
    })
}

/// Whether a row is `CONS` / `CONSOLIDADO`, which is no store. Its other fields may be anything.
fn sums_up_all_stores(raw: &RawWarehouse<'_>) -> bool {
    let says =
        |field: Field<'_>, text: &str| matches!(field::borrowed_text(field), Ok(Some(came)) if trimmed_is(&came, text));
    says(raw.CodigoSucursal, "CONS")
        || says(raw.NombreSucursal, "CONSOLIDADO")
        || (says(raw.CodigoAlmacen, "CONS") && says(raw.NombreAlmacen, "CONSOLIDADO"))
}

fn trimmed_is(came: &str, text: &str) -> bool {
    came.trim().eq_ignore_ascii_case(text)
}
