//! A table as a workbook of Excel.

use anyhow::Context;
use rust_xlsxwriter::{Format, Workbook};
use warehouse::{ColumnKind, PlainTable};

/// Names of sheets may not be longer.
const SHEET_NAME_MAX: usize = 31;
/// Columns are as wide as their longest value, up to so many characters.
const WIDTH_MAX: usize = 60;

/// One sheet with a line of names that stays in sight and can be filtered by. A text is a text, also where it looks like a formula.
pub(super) fn workbook(table: &PlainTable, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name.chars().take(SHEET_NAME_MAX).collect::<String>())?;
    let head = Format::new().set_bold();
    for (index, (label, kind)) in table.columns.iter().enumerate() {
        let column = u16::try_from(index).context("hay demasiadas columnas para Excel")?;
        sheet.write_string_with_format(0, column, label, &head)?;
        let mut width = label.chars().count();
        for (number, row) in table.rows.iter().enumerate() {
            let line = u32::try_from(number + 1).context("hay demasiadas filas para Excel")?;
            let Some(value) = row.get(index).and_then(Option::as_deref) else { continue };
            width = width.max(value.chars().count());
            match (kind, value.parse::<f64>()) {
                (ColumnKind::Whole | ColumnKind::Number, Ok(figure)) => sheet.write_number(line, column, figure)?,
                (ColumnKind::Truth, _) => sheet.write_boolean(line, column, value == "true")?,
                _ => sheet.write_string(line, column, value)?,
            };
        }
        sheet.set_column_width(column, width.min(WIDTH_MAX) as f64 + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(last), Some(columns)) = (u32::try_from(table.rows.len()), table.columns.len().checked_sub(1)) {
        sheet.autofilter(0, 0, last, u16::try_from(columns).unwrap_or(u16::MAX))?;
    }
    Ok(workbook.save_to_buffer()?)
}
